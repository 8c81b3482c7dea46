//! Which node holds what goes by a text: persistent, so that a snapshot shares it.

use std::sync::Arc;

use imbl::OrdSet;

use super::engine::NodeKey;

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Key {
    text: Arc<str>,
    node: NodeKey,
    id: Arc<str>,
}

/// An ordered set of (text, node, id); finding costs O(log n), a change copies O(log n).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Index(OrdSet<Key>);

impl Index {
    pub(crate) fn insert(&mut self, text: &Arc<str>, node: NodeKey, id: &Arc<str>) {
        self.0.insert(key(text, node, id));
    }

    pub(crate) fn remove(&mut self, text: &Arc<str>, node: NodeKey, id: &Arc<str>) {
        self.0.remove(&key(text, node, id));
    }

    /// Everything that goes by exactly this text, in order of nodes.
    pub(crate) fn exact<'a>(
        &'a self,
        text: &'a str,
    ) -> impl Iterator<Item = (NodeKey, &'a Arc<str>)> {
        self.from(text)
            .take_while(move |key| *key.text == *text)
            .map(|key| (key.node, &key.id))
    }

    /// Everything whose text begins so.
    pub(crate) fn prefix<'a>(
        &'a self,
        prefix: &'a str,
    ) -> impl Iterator<Item = (NodeKey, &'a Arc<str>)> {
        self.from(prefix)
            .take_while(move |key| key.text.starts_with(prefix))
            .map(|key| (key.node, &key.id))
    }

    fn from(&self, text: &str) -> impl Iterator<Item = &Key> {
        let start = Key {
            text: text.into(),
            node: NodeKey(0),
            id: Arc::default(),
        };
        self.0.range(start..)
    }
}

fn key(text: &Arc<str>, node: NodeKey, id: &Arc<str>) -> Key {
    Key {
        text: Arc::clone(text),
        node,
        id: Arc::clone(id),
    }
}
