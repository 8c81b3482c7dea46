//! A command run inside a container.

use serde_json::Value;

use super::{
    container::{Container, Phase, words},
    process::Process,
    shell,
    store::{State, Target},
};
use crate::error::{Outcome, Refusal};

/// An exec instance.
#[derive(Debug)]
pub(crate) struct Exec {
    pub(crate) id: String,
    pub(crate) container: String,
    pub(crate) config: Value,
    pub(crate) argv: Vec<String>,
    pub(crate) process: Process,
    pub(crate) exit_code: Option<i64>,
    pub(crate) pid: u32,
}

impl Exec {
    pub(crate) fn flag(&self, key: &str) -> bool {
        self.config
            .get(key)
            .and_then(Value::as_bool)
            .unwrap_or(false)
    }
}

impl State {
    pub(crate) fn create_exec(&mut self, index: usize, body: &Value) -> Outcome<String> {
        let argv = words(body.get("Cmd"));
        if argv.is_empty() {
            return Err(Refusal::bad("No exec command specified"));
        }
        self.check_exec(index)?;
        let id = self.new_id();
        let flag = |key: &str| body.get(key).and_then(Value::as_bool).unwrap_or(false);
        let process = Process::new(shell::program(&argv), flag("Tty"), flag("AttachStdin"));
        let container = self.containers[index].id.clone();
        self.containers[index].execs.push(id.clone());
        self.container_event(
            index,
            &format!("exec_create: {}", argv.join(" ")),
            &[("execID", &id)],
        );
        self.execs.push(Exec {
            id: id.clone(),
            container,
            config: body.clone(),
            argv,
            process,
            exit_code: None,
            pid: 0,
        });
        Ok(id)
    }

    fn check_exec(&self, index: usize) -> Outcome<()> {
        let Container {
            id, name, phase, ..
        } = &self.containers[index];
        match phase {
            Phase::Running => Ok(()),
            Phase::Paused => Err(Refusal::conflict(format!(
                "Container {name} is paused, unpause the container before exec"
            ))),
            Phase::Created | Phase::Exited => {
                Err(Refusal::conflict(format!("Container {id} is not running")))
            }
        }
    }

    pub(crate) fn start_exec(&mut self, exec: usize) -> Outcome<Option<(Target, u64)>> {
        let container = self.container_index(&self.execs[exec].container.clone())?;
        self.check_exec(container)?;
        let pid = self.new_pid();
        let exec = &mut self.execs[exec];
        exec.pid = pid;
        exec.process.start();
        let (id, words) = (exec.id.clone(), exec.argv.join(" "));
        let task =
            (!exec.process.runs_forever()).then(|| (Target::Exec(id.clone()), exec.process.run));
        self.container_event(
            container,
            &format!("exec_start: {words}"),
            &[("execID", &id)],
        );
        Ok(task)
    }

    /// The end of an exec by itself.
    pub(crate) fn finish_exec(&mut self, exec: usize, code: i64) {
        let exec = &mut self.execs[exec];
        exec.process.end();
        exec.exit_code = Some(code);
        exec.pid = 0;
        let (id, container) = (exec.id.clone(), exec.container.clone());
        if let Ok(index) = self.container_index(&container) {
            self.container_event(
                index,
                "exec_die",
                &[("execID", &id), ("exitCode", &code.to_string())],
            );
        }
    }
}
