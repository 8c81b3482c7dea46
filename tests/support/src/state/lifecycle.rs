//! Start, stop, kill, pause, rename, update, remove; and the events each brings.

use std::sync::Arc;

use serde_json::Value;

use super::{
    container::{Container, Phase, Spec},
    store::{State, Target},
};
use crate::error::{Outcome, Refusal};

/// How many removed containers' ends are remembered for those still waiting.
const REMEMBERED: usize = 64;

/// How a container that is gone ended.
#[derive(Debug)]
pub(crate) struct ContainerEnd {
    pub(crate) id: String,
    pub(crate) exit_code: i64,
}

impl State {
    /// Starts a container; says what to run when that takes time.
    pub(crate) fn start(&mut self, index: usize) -> Outcome<Option<(Target, u64)>> {
        let container = &self.containers[index];
        match container.phase {
            Phase::Running => return Err(Refusal::not_modified()),
            Phase::Paused => {
                return Err(Refusal::failed(
                    "cannot start a paused container, try unpause instead",
                ));
            }
            Phase::Created | Phase::Exited => {}
        }
        if let Some(other) = container.spec.network_mode().strip_prefix("container:") {
            let missing = |_| Refusal::missing(format!("No such container: {other}"));
            let other = &self.containers[self.container_index(other).map_err(missing)?];
            if !other.is_up() {
                let message = format!(
                    "cannot join network of a non running container: {}",
                    other.id
                );
                return Err(Refusal::conflict(message));
            }
        }
        let networks: Vec<String> = container
            .endpoints
            .iter()
            .map(|endpoint| endpoint.network.clone())
            .collect();
        for network in &networks {
            self.network(network)?;
        }
        let ports = self.allocate_ports(index)?;
        for network in &networks {
            self.bring_up(index, network)?;
        }
        let (id, mounts) = (
            self.containers[index].id.clone(),
            self.containers[index].mounts.clone(),
        );
        for mount in &mounts {
            if let Some(volume) = &mount.volume {
                self.volume_event("mount", volume, Some((&id, mount)));
            }
        }
        let (pid, now) = (self.new_pid(), self.clock.now());
        let container = &mut self.containers[index];
        container.ports = ports;
        container.phase = Phase::Running;
        container.pid = pid;
        container.started = Some(now);
        container.exit_code = 0;
        container.process.start();
        let task = (!container.process.runs_forever())
            .then_some((Target::Container(id), container.process.run));
        self.container_event(index, "start", &[]);
        Ok(task)
    }

    /// The end of a container's process, by itself or by a signal. True when that removed it.
    pub(crate) fn finish(&mut self, index: usize, code: i64) -> bool {
        let now = self.clock.now();
        let container = &mut self.containers[index];
        container.phase = Phase::Exited;
        container.exit_code = code;
        container.finished = Some(now);
        container.pid = 0;
        container.ports.clear();
        container.process.end();
        let (id, mounts, endpoints) = (
            container.id.clone(),
            container.mounts.clone(),
            container.endpoints.clone(),
        );
        for endpoint in &mut container.endpoints {
            endpoint.address = None;
            endpoint.endpoint_id.clear();
        }
        for exec in self
            .execs
            .iter_mut()
            .filter(|exec| exec.container == id && exec.process.running)
        {
            exec.process.end();
            exec.exit_code = Some(137);
        }
        self.container_event(index, "die", &[("exitCode", &code.to_string())]);
        for endpoint in endpoints {
            self.network_event("disconnect", &endpoint.network_id, Some(&id));
        }
        for mount in &mounts {
            if let Some(volume) = &mount.volume {
                self.volume_event("unmount", volume, Some((&id, mount)));
            }
        }
        let remove = self.containers[index].spec.auto_remove();
        if remove {
            self.discard(index, true);
        }
        remove
    }

    /// True when the stop also removed the container.
    pub(crate) fn stop(&mut self, index: usize) -> Outcome<bool> {
        if !self.containers[index].is_up() {
            return Err(Refusal::not_modified());
        }
        self.container_event(index, "kill", &[("signal", "15")]);
        if self.finish(index, 137) {
            return Ok(true);
        }
        self.container_event(index, "stop", &[]);
        Ok(false)
    }

    pub(crate) fn restart(&mut self, index: usize) -> Outcome<Option<(Target, u64)>> {
        let id = self.containers[index].id.clone();
        if self.containers[index].is_up() && self.stop(index)? {
            return Err(Refusal::no_container(&id));
        }
        let task = self.start(index)?;
        self.container_event(index, "restart", &[]);
        Ok(task)
    }

    pub(crate) fn kill(&mut self, index: usize, signal: &str) -> Outcome<()> {
        let number = signal_number(signal)
            .ok_or_else(|| Refusal::bad(format!("Invalid signal: {signal}")))?;
        let Container { id, name, .. } = &self.containers[index];
        if !self.containers[index].is_up() {
            let message = format!("Cannot kill container: {name}: Container {id} is not running");
            return Err(Refusal::conflict(message));
        }
        self.container_event(index, "kill", &[("signal", &number.to_string())]);
        if matches!(number, 2 | 3 | 6 | 9 | 15) {
            self.finish(index, 128 + number);
        }
        Ok(())
    }

    pub(crate) fn pause(&mut self, index: usize, pause: bool) -> Outcome<()> {
        let container = &mut self.containers[index];
        let id = &container.id;
        match (container.phase, pause) {
            (Phase::Running, true) => container.phase = Phase::Paused,
            (Phase::Paused, false) => container.phase = Phase::Running,
            (Phase::Paused, true) => {
                return Err(Refusal::conflict(format!(
                    "Container {id} is already paused"
                )));
            }
            (Phase::Running, false) => {
                return Err(Refusal::failed(format!("Container {id} is not paused")));
            }
            (Phase::Created | Phase::Exited, true) => {
                return Err(Refusal::conflict(format!("Container {id} is not running")));
            }
            (Phase::Created | Phase::Exited, false) => {
                return Err(Refusal::failed(format!("Container {id} is not paused")));
            }
        }
        self.container_event(index, if pause { "pause" } else { "unpause" }, &[]);
        Ok(())
    }

    pub(crate) fn rename(&mut self, index: usize, name: &str) -> Outcome<()> {
        let name = name.strip_prefix('/').unwrap_or(name);
        if name.is_empty() {
            return Err(Refusal::bad("Neither old nor new names may be empty"));
        }
        let old = self.containers[index].name.clone();
        if old == name {
            return Err(Refusal::bad(
                "Renaming a container with the same name as its current name",
            ));
        }
        self.check_name(name)?;
        name.clone_into(&mut self.containers[index].name);
        self.container_event(index, "rename", &[("oldName", &format!("/{old}"))]);
        Ok(())
    }

    /// Merges values into what was asked for the host: `update`, and `start` of old clients.
    pub(crate) fn change_host(&mut self, index: usize, body: &Value) {
        let container = &mut self.containers[index];
        let mut spec = Spec {
            config: container.spec.config.clone(),
            host: container.spec.host.clone(),
            endpoints: container.spec.endpoints.clone(),
            argv: container.spec.argv.clone(),
        };
        spec.host
            .extend(body.as_object().cloned().unwrap_or_default());
        container.spec = Arc::new(spec);
    }

    pub(crate) fn remove(&mut self, index: usize, force: bool, volumes: bool) -> Outcome<()> {
        let container = &self.containers[index];
        let id = container.id.clone();
        if container.is_up() && !force {
            let what = if container.phase == Phase::Paused {
                "paused"
            } else {
                "running"
            };
            let advice = if container.phase == Phase::Paused {
                "Unpause and then stop"
            } else {
                "Stop"
            };
            let message = format!(
                "You cannot remove a {what} container {id}. {advice} the container before attempting removal or force remove"
            );
            return Err(Refusal::conflict(message));
        }
        if container.is_up() {
            self.container_event(index, "kill", &[("signal", "9")]);
            if self.finish(index, 137) {
                return Ok(());
            }
        }
        self.discard(index, volumes);
        Ok(())
    }

    fn discard(&mut self, index: usize, volumes: bool) {
        self.container_event(index, "destroy", &[]);
        let container = self.containers.remove(index);
        self.execs.retain(|exec| exec.container != container.id);
        if self.ended.len() == REMEMBERED {
            self.ended.pop_front();
        }
        self.ended.push_back(ContainerEnd {
            id: container.id.clone(),
            exit_code: container.exit_code,
        });
        if container.process.log.has_readers() {
            self.departed.push((container.id, container.process));
        }
        for name in container
            .mounts
            .into_iter()
            .filter_map(|mount| mount.volume)
        {
            let anonymous = self
                .volumes
                .iter()
                .any(|volume| volume.name == name && volume.anonymous);
            if volumes && anonymous && self.users_of_volume(&name).is_empty() {
                self.volumes.retain(|volume| volume.name != name);
                self.volume_event("destroy", &name, None);
            }
        }
    }
}

fn signal_number(signal: &str) -> Option<i64> {
    let name = signal.to_ascii_uppercase();
    let name = name.strip_prefix("SIG").unwrap_or(&name);
    let named = [
        "HUP", "INT", "QUIT", "ILL", "TRAP", "ABRT", "BUS", "FPE", "KILL", "USR1", "SEGV", "USR2",
        "PIPE", "ALRM", "TERM",
    ];
    match name {
        "" => Some(9),
        "WINCH" => Some(28),
        name => match named.iter().position(|known| *known == name) {
            Some(index) => Some(index as i64 + 1),
            None => name.parse().ok().filter(|number| (1..=64).contains(number)),
        },
    }
}
