//! The state itself: look-ups, ids, the clock.

use std::collections::VecDeque;

use jiff::{SignedDuration, Timestamp};
use serde_json::{Map, Value};

use super::{
    container::Container, events::EventLog, exec::Exec, image::Image, lifecycle::ContainerEnd,
    network::Network, process::Process, volume::Volume,
};
use crate::error::{Outcome, Refusal};

/// What an engine outside a swarm says to everything about services and nodes.
pub(crate) const NOT_A_MANAGER: &str = "This node is not a swarm manager. Use \"docker swarm init\" or \"docker swarm join\" to connect this node to swarm and try again.";

/// The engine's own idea of the time.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Clock {
    pub(crate) skew: SignedDuration,
}

impl Clock {
    pub(crate) fn now(self) -> Timestamp {
        let now = Timestamp::now();
        now.checked_add(self.skew).unwrap_or(now)
    }
}

/// What output and input are about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Target {
    /// A container by its full id.
    Container(String),
    /// An exec by its id.
    Exec(String),
}

/// Everything an engine knows.
#[derive(Debug)]
pub(crate) struct State {
    pub(crate) clock: Clock,
    pub(crate) containers: Vec<Container>,
    pub(crate) execs: Vec<Exec>,
    pub(crate) images: Vec<Image>,
    pub(crate) networks: Vec<Network>,
    pub(crate) volumes: Vec<Volume>,
    pub(crate) events: EventLog,
    pub(crate) ended: VecDeque<ContainerEnd>,
    /// What ran in containers that are gone, while someone still reads its output.
    pub(crate) departed: Vec<(String, Process)>,
    pub(crate) subnets: u8,
    pub(crate) next_port: u16,
    pub(crate) layer_bytes: usize,
    next_pid: u32,
    pub(super) random: fastrand::Rng,
}

impl State {
    pub(crate) fn new(clock: Clock, odd: bool) -> Self {
        let mut state = Self {
            clock,
            containers: Vec::new(),
            execs: Vec::new(),
            images: Vec::new(),
            networks: Vec::new(),
            volumes: Vec::new(),
            events: EventLog::new(odd),
            ended: VecDeque::new(),
            departed: Vec::new(),
            subnets: 0,
            next_port: 0,
            layer_bytes: 4096,
            next_pid: 1000,
            random: fastrand::Rng::new(),
        };
        for (name, driver) in [("bridge", "bridge"), ("host", "host"), ("none", "null")] {
            state.add_network(name, driver, Map::new(), clock.now());
        }
        state.events = EventLog::new(odd);
        state
    }

    /// 64 random hexadecimal digits.
    pub(crate) fn new_id(&mut self) -> String {
        format!("{:032x}{:032x}", self.random.u128(..), self.random.u128(..))
    }

    pub(crate) fn new_pid(&mut self) -> u32 {
        self.next_pid += 1;
        self.next_pid
    }

    pub(crate) fn nanos(&self) -> i128 {
        self.clock.now().as_nanosecond()
    }

    pub(crate) fn emit(
        &mut self,
        kind: &str,
        action: &str,
        id: &str,
        attributes: Map<String, Value>,
    ) {
        let now = self.nanos();
        self.events.emit(kind, action, id, attributes, now);
    }

    pub(crate) fn container_event(&mut self, index: usize, action: &str, extra: &[(&str, &str)]) {
        let container = &self.containers[index];
        let (id, mut attributes) = (container.id.clone(), container.attributes());
        for (key, value) in extra {
            attributes.insert((*key).into(), (*value).into());
        }
        self.emit("container", action, &id, attributes);
    }

    /// A container by id, name, or unique start of an id.
    pub(crate) fn container_index(&self, wanted: &str) -> Outcome<usize> {
        let name = wanted.strip_prefix('/').unwrap_or(wanted);
        let exact = self
            .containers
            .iter()
            .position(|container| container.id == wanted);
        if let Some(index) = exact.or_else(|| {
            self.containers
                .iter()
                .position(|container| container.name == name)
        }) {
            return Ok(index);
        }
        let starts = |(_, container): &(usize, &Container)| {
            !wanted.is_empty() && container.id.starts_with(wanted)
        };
        let mut found = self.containers.iter().enumerate().filter(starts);
        match (found.next(), found.next()) {
            (Some((index, _)), None) => Ok(index),
            (Some(_), Some(_)) => Err(Refusal::bad(format!(
                "Multiple IDs found with provided prefix: {wanted}"
            ))),
            (None, _) => Err(Refusal::no_container(wanted)),
        }
    }

    pub(crate) fn exec_index(&self, id: &str) -> Outcome<usize> {
        let found = self.execs.iter().position(|exec| exec.id == id);
        found.ok_or_else(|| Refusal::missing(format!("No such exec instance: {id}")))
    }

    pub(crate) fn process(&mut self, target: &Target) -> Option<&mut Process> {
        match target {
            Target::Container(id) => {
                let live = self.containers.iter_mut();
                let live = live.map(|container| (&container.id, &mut container.process));
                let gone = self.departed.iter_mut();
                let gone = gone.map(|(id, process)| (&*id, process));
                live.chain(gone)
                    .find(|(found, _)| *found == id)
                    .map(|(_, process)| process)
            }
            Target::Exec(id) => {
                let found = self.execs.iter_mut().find(|exec| &exec.id == id);
                found.map(|exec| &mut exec.process)
            }
        }
    }

    /// Ends a reader's hold on output.
    pub(crate) fn leave(&mut self, target: &Target, reader: u64) {
        if let Some(process) = self.process(target) {
            process.log.leave(reader);
        }
        self.departed
            .retain(|(_, process)| process.log.has_readers());
    }
}
