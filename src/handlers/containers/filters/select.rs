//! All filters of a container list, read once and held against typed fields.

use std::sync::Arc;

use rustc_hash::FxHashSet;
use swarm_middleware::api::{Filters, InvalidFilters, Refusal};

use super::position::{Position, place};
use super::values::{Named, ancestors, is_task, one_of};
use super::{NamePattern, PortRanges};
use crate::cluster::{Container, ContainerState, Found, Health, NodeKey, Snapshot};
use crate::handlers::filtering::{self, LabelTests};

const KNOWN: [&str; 17] = [
    "ancestor",
    "before",
    "exited",
    "expose",
    "health",
    "id",
    "is-task",
    "isolation",
    "label",
    "label!",
    "name",
    "network",
    "node",
    "publish",
    "since",
    "status",
    "volume",
];
const STATES: [&str; 7] = [
    "created",
    "restarting",
    "running",
    "removing",
    "paused",
    "exited",
    "dead",
];
const HEALTH: [&str; 4] = ["starting", "healthy", "unhealthy", "none"];
/// Marks the containers of swarm-mode services.
const TASK_LABEL: &str = "com.docker.swarm.task.id";

/// What the filters of one request ask for.
#[derive(Debug, Default)]
pub struct ContainerFilter {
    names: Vec<NamePattern>,
    ids: Vec<Box<str>>,
    labels: LabelTests,
    labels_not: LabelTests,
    states: Vec<Box<str>>,
    health: Vec<Box<str>>,
    exited: Vec<i64>,
    task: Option<bool>,
    volumes: Vec<Named>,
    networks: Vec<Named>,
    nodes: Option<Vec<NodeKey>>,
    ancestors: Option<FxHashSet<Arc<str>>>,
    publish: PortRanges,
    expose: PortRanges,
    /// Only what is listed behind it.
    pub(in crate::handlers::containers) before: Option<Position>,
    /// Only what is listed ahead of it.
    pub(in crate::handlers::containers) since: Option<Position>,
}

impl ContainerFilter {
    /// Reads the filters of a request.
    ///
    /// # Errors
    /// An unknown key, a value that the key cannot have, or a `before` or `since` that is not there.
    pub fn read(filters: &Filters, snapshot: &Snapshot) -> Result<Self, Refusal> {
        let bad = |error: InvalidFilters| Refusal::bad_input(error.to_string());
        filtering::only(filters, &KNOWN)?;
        let values = |key: &str| filters.get(key).unwrap_or_default();
        let texts = |key: &str| {
            values(key)
                .iter()
                .map(|value| value.as_str().into())
                .collect()
        };
        let named = |key: &str| {
            values(key)
                .iter()
                .map(|v| Named::new(v, snapshot))
                .collect()
        };
        let place = |key: &str| values(key).last().map(|v| place(snapshot, v)).transpose();
        let mut filter = Self {
            names: values("name")
                .iter()
                .map(|value| NamePattern::new(value))
                .collect(),
            ids: texts("id"),
            labels: LabelTests::new(values("label")),
            labels_not: LabelTests::new(values("label!")),
            states: one_of(filters, "status", &STATES).map_err(bad)?,
            health: one_of(filters, "health", &HEALTH).map_err(bad)?,
            task: is_task(values("is-task")).map_err(bad)?,
            volumes: named("volume"),
            networks: named("network"),
            nodes: filtering::nodes(filters, snapshot),
            ancestors: ancestors(values("ancestor"), snapshot),
            before: place("before")?,
            since: place("since")?,
            ..Self::default()
        };
        for value in values("exited") {
            let code = value.parse();
            let wrong = |_| InvalidFilters::Value("exited".to_owned(), value.clone());
            filter.exited.push(code.map_err(wrong).map_err(bad)?);
        }
        for (key, ranges) in [
            ("publish", &mut filter.publish),
            ("expose", &mut filter.expose),
        ] {
            for value in values(key) {
                ranges.add(key, value).map_err(Refusal::bad_input)?;
            }
        }
        Ok(filter)
    }

    /// Whether a state was asked for, which shows containers that do not run.
    pub fn names_a_state(&self) -> bool {
        !self.states.is_empty()
    }

    /// The containers that can match, where an index tells; in no particular order.
    pub(in crate::handlers::containers) fn candidates<'s>(
        &'s self,
        snapshot: &'s Snapshot,
    ) -> Option<Vec<Found<'s>>> {
        let exact: Option<Vec<&str>> = self.names.iter().map(NamePattern::exact).collect();
        if let Some(names) = exact.filter(|names| !names.is_empty()) {
            let mut found = Vec::new();
            for name in names {
                for engine in snapshot.containers_named(name) {
                    found.push(engine);
                }
            }
            return Some(unique(found));
        }
        let by_id = |id: &str| {
            let found = snapshot.container(id).ok()?;
            found.container.id.starts_with(id).then_some(found)
        };
        let by_id: Option<Vec<_>> = self.ids.iter().map(|id| by_id(id)).collect();
        if let Some(found) = by_id.filter(|found| !found.is_empty()) {
            return Some(unique(found));
        }
        let nodes = self.nodes.as_ref()?;
        let engines = nodes.iter().filter_map(|key| snapshot.engine(*key));
        let found = engines.flat_map(|engine| {
            let containers = engine.containers.values();
            containers.map(move |container| Found { engine, container })
        });
        Some(found.collect())
    }

    /// Whether a container is asked for; its place in the list is judged elsewhere.
    pub fn accepts(&self, found: Found<'_>) -> bool {
        let container = found.container;
        let in_any = |list: &[Box<str>], text: &str| {
            list.is_empty() || list.iter().any(|value| **value == *text)
        };
        let labels = &container.workload.labels;
        self.nodes
            .as_ref()
            .is_none_or(|nodes| nodes.contains(&container.node))
            && in_any(&self.states, container.state.as_str())
            && (self.names.is_empty() || self.name(found))
            && (self.ids.is_empty() || self.ids.iter().any(|id| container.id.starts_with(&**id)))
            && self.labels.hold(labels)
            && (self.labels_not.is_empty() || !self.labels_not.hold(labels))
            && self
                .task
                .is_none_or(|task| task == labels.get(TASK_LABEL).is_some())
            && (self.exited.is_empty() || self.exit_code(container))
            && (self.health.is_empty() || in_any(&self.health, health(container)))
            && (self.volumes.is_empty() || self.volume(container))
            && (self.networks.is_empty() || self.network(container))
            && self
                .ancestors
                .as_ref()
                .is_none_or(|ids| ids.contains(&container.workload.image_id))
            && self.port(container)
    }

    fn name(&self, found: Found<'_>) -> bool {
        let (node, name) = (&found.engine.name, &found.container.name);
        self.names.iter().any(|pattern| pattern.matches(node, name))
    }

    fn exit_code(&self, container: &Container) -> bool {
        let ended = matches!(
            container.state,
            ContainerState::Exited | ContainerState::Dead
        );
        ended && exit_code(container).is_some_and(|code| self.exited.contains(&code))
    }

    fn volume(&self, container: &Container) -> bool {
        let mounted = |name: &str| {
            let mut mounts = container.mounts.iter();
            mounts.any(|(source, destination)| **source == *name || **destination == *name)
        };
        self.volumes
            .iter()
            .any(|volume| volume.holds(container.node, mounted))
    }

    fn network(&self, container: &Container) -> bool {
        let joined = |name: &str| {
            container
                .workload
                .networks
                .iter()
                .any(|have| **have == *name)
                || (!name.is_empty() && container.network_ids.iter().any(|id| id.starts_with(name)))
        };
        self.networks
            .iter()
            .any(|network| network.holds(container.node, joined))
    }

    fn port(&self, container: &Container) -> bool {
        (self.publish.is_empty() && self.expose.is_empty())
            || container.ports.iter().any(|port| {
                let on_host = |public| self.publish.contains(public, &port.protocol);
                port.public.is_some_and(on_host)
                    || self.expose.contains(port.private, &port.protocol)
            })
    }
}

fn listed(container: &Container) -> &str {
    std::str::from_utf8(container.entry.listed_status()).unwrap_or_default()
}

/// The exit code; until the container was inspected, the one its listed status tells.
fn exit_code(container: &Container) -> Option<i64> {
    match container.times {
        Some(times) => Some(times.exit_code),
        None => listed(container)
            .split_once('(')?
            .1
            .split_once(')')?
            .0
            .parse()
            .ok(),
    }
}

fn health(container: &Container) -> &'static str {
    match container.times {
        Some(times) => match times.health {
            Health::None => "none",
            Health::Starting => "starting",
            Health::Healthy => "healthy",
            Health::Unhealthy => "unhealthy",
        },
        None if listed(container).ends_with("(health: starting)\"") => "starting",
        None if listed(container).ends_with("(healthy)\"") => "healthy",
        None if listed(container).ends_with("(unhealthy)\"") => "unhealthy",
        None => "none",
    }
}

fn unique(mut found: Vec<Found<'_>>) -> Vec<Found<'_>> {
    let key = |found: &Found<'_>| (found.container.node, Arc::clone(&found.container.id));
    found.sort_by_key(key);
    found.dedup_by_key(|found| key(found));
    found
}
