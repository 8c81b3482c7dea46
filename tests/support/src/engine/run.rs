//! Tasks for processes that end or read; and containers that run from the start.

use std::sync::Arc;

use serde_json::json;

use super::{handle::Engine, options::EngineOptions};
use crate::state::{Next, Spec, State, Target};

impl Engine {
    /// Runs a process that will end or read; one that runs for ever needs no task.
    pub(crate) fn run(&self, task: Option<(Target, u64)>) {
        if let Some((target, run)) = task {
            tokio::spawn(self.clone().drive(target, run));
        }
    }

    async fn drive(self, target: Target, run: u64) {
        let mut changes = self.changes();
        loop {
            changes.mark_unchanged();
            let next = self.look(|state| {
                let nanos = state.nanos();
                let process = state
                    .process(&target)
                    .filter(|process| process.running && process.run == run)?;
                let before = process.log.end();
                let next = process.advance(nanos);
                Some((next, process.log.end() != before))
            });
            if next.as_ref().is_some_and(|(_, printed)| *printed) {
                self.touch();
            }
            let next = next.map(|(next, _)| next);
            match next {
                None | Some(Next::Forever) => return,
                Some(Next::Sleep(time)) => tokio::time::sleep(time).await,
                Some(Next::Read) => {
                    let _ = changes.changed().await;
                }
                Some(Next::Exit(code)) => return self.finish(&target, run, code),
            }
        }
    }

    fn finish(&self, target: &Target, run: u64, code: i64) {
        self.write(|state| {
            let current = state
                .process(target)
                .is_some_and(|process| process.running && process.run == run);
            match target {
                _ if !current => {}
                Target::Container(id) => {
                    if let Ok(index) = state.container_index(id) {
                        state.finish(index, code);
                    }
                }
                Target::Exec(id) => {
                    if let Ok(index) = state.exec_index(id) {
                        state.finish_exec(index, code);
                    }
                }
            }
        });
    }
}

/// Containers that run from the start, sharing what they have in common.
pub(super) fn fill(state: &mut State, options: &EngineOptions) {
    let image = options
        .images
        .first()
        .cloned()
        .unwrap_or_else(|| "busybox:latest".into());
    let image_id = state
        .image(&image)
        .map_or_else(|| "".into(), |image| image.id.clone());
    let image: Arc<str> = image.into();
    let body = json!({ "Image": image.as_ref(), "Cmd": ["top"], "Labels": { "tier": "bulk" } });
    let spec = Arc::new(Spec::parse(&body, &[]));
    for number in 0..options.containers {
        let name = format!("{}-{number}", options.name);
        state.add_container(
            name,
            Arc::clone(&spec),
            Arc::clone(&image),
            Arc::clone(&image_id),
        );
        let index = state.containers.len() - 1;
        // Nothing is published and the network exists, so the start cannot be refused.
        let _ = state.start(index);
    }
}
