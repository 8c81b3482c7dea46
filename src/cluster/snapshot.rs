//! The whole cluster at one moment.

use std::cmp::Reverse;
use std::sync::Arc;

use imbl::{HashMap, OrdMap};

use super::container::Container;
use super::engine::{EngineSnapshot, NodeKey};
use super::index::Index;
use super::lookup::Found;

/// Where a container stands in lists: newest first, then by id and node.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct ListKey {
    created: Reverse<i64>,
    id: Arc<str>,
    node: NodeKey,
}

impl ListKey {
    pub(super) fn of(container: &Container) -> Self {
        Self {
            created: Reverse(container.created),
            id: Arc::clone(&container.id),
            node: container.node,
        }
    }
}

/// All engines and what they hold, with indexes. Cloning shares everything.
#[derive(Clone, Debug, Default)]
pub struct Snapshot {
    pub(super) version: u64,
    pub(super) roster: u64,
    pub(super) engines: OrdMap<NodeKey, Arc<EngineSnapshot>>,
    /// Engines by their names in the cluster.
    pub(super) names: HashMap<Arc<str>, NodeKey>,
    pub(super) index: Indexes,
    /// Exec ids with node and container.
    pub(super) execs: HashMap<Arc<str>, (NodeKey, Arc<str>)>,
}

/// What goes by which text, over all nodes.
#[derive(Clone, Debug, Default)]
pub(super) struct Indexes {
    pub(super) list: OrdMap<ListKey, Arc<Container>>,
    pub(super) container_ids: Index,
    pub(super) container_names: Index,
    pub(super) swarm_ids: Index,
    pub(super) image_ids: Index,
    /// Images by canonical reference.
    pub(super) image_names: Index,
    pub(super) network_ids: Index,
    pub(super) network_names: Index,
    pub(super) volume_names: Index,
}

impl Snapshot {
    /// Grows with every change.
    pub fn version(&self) -> u64 {
        self.version
    }

    /// Changes when engines come, go, or change their facts or health: rarely.
    pub fn roster(&self) -> u64 {
        self.roster
    }

    /// All engines in the order in which discovery named them.
    pub fn engines(&self) -> impl Iterator<Item = &Arc<EngineSnapshot>> {
        self.engines.values()
    }

    /// How many engines there are.
    pub fn engine_count(&self) -> usize {
        self.engines.len()
    }

    /// One engine.
    pub fn engine(&self, key: NodeKey) -> Option<&Arc<EngineSnapshot>> {
        self.engines.get(&key)
    }

    /// The engine that goes by this name, node id (`ENGINEID|ADDR`), engine id or address.
    pub fn engine_named(&self, text: &str) -> Option<&Arc<EngineSnapshot>> {
        if let Some(key) = self.names.get(text) {
            return self.engine(*key);
        }
        self.engines().find(|engine| {
            *engine.node.id == *text
                || *engine.node.addr == *text
                || engine
                    .facts
                    .as_ref()
                    .is_some_and(|facts| *facts.engine_id == *text)
        })
    }

    /// Every container with its engine, newest first.
    pub fn containers(&self) -> impl DoubleEndedIterator<Item = Found<'_>> {
        self.index.list.values().filter_map(|container| {
            let engine = self.engine(container.node)?;
            Some(Found { engine, container })
        })
    }

    /// How many containers there are.
    pub fn container_count(&self) -> usize {
        self.index.list.len()
    }

    /// The containers of all nodes that go by a plain name.
    pub fn containers_named<'a>(&'a self, name: &'a str) -> impl Iterator<Item = Found<'a>> {
        let hits = self.index.container_names.exact(name);
        hits.filter_map(|(node, id)| self.found(node, id))
    }

    pub(super) fn found(&self, node: NodeKey, id: &str) -> Option<Found<'_>> {
        let engine = self.engine(node)?;
        let container = engine.containers.get(id)?;
        Some(Found { engine, container })
    }

    /// Whether look-ups find the same in both.
    #[cfg(test)]
    pub(super) fn same_indexes(&self, other: &Self) -> bool {
        let (one, two) = (&self.index, &other.index);
        self.names == other.names
            && one.list.keys().eq(two.list.keys())
            && one
                .list
                .values()
                .zip(two.list.values())
                .all(|(a, b)| Arc::ptr_eq(a, b))
            && one.container_ids == two.container_ids
            && one.container_names == two.container_names
            && one.swarm_ids == two.swarm_ids
            && one.image_ids == two.image_ids
            && one.image_names == two.image_names
            && one.network_ids == two.network_ids
            && one.network_names == two.network_names
            && one.volume_names == two.volume_names
    }
}
