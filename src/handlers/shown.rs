//! What objects of one node are called where all nodes are shown.

use std::sync::Arc;

use rustc_hash::FxHashMap;

use crate::cluster::NodeKey;

/// Which names several nodes use, each for an object of its own.
#[derive(Debug, Default)]
pub(super) struct Ambiguous<'a>(FxHashMap<&'a str, (NodeKey, bool)>);

impl<'a> Ambiguous<'a> {
    /// Notes that an object of one node has this name.
    pub(super) fn note(&mut self, name: &'a str, node: NodeKey) {
        let entry = self.0.entry(name).or_insert((node, false));
        entry.1 |= entry.0 != node;
    }

    /// Whether the name alone does not tell whose it is.
    pub(super) fn contains(&self, name: &str) -> bool {
        self.0.get(name).is_some_and(|(_, several)| *several)
    }
}

/// `node/name`.
pub(super) fn with_node(node: &Arc<str>, name: &str) -> String {
    format!("{node}/{name}")
}
