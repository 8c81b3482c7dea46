//! Which plain names do not tell whose object is meant: answered by the indexes.

use super::engine::NodeKey;
use super::lookup::Held;
use super::resource::Volume;
use super::snapshot::Snapshot;

impl Snapshot {
    /// Whether several nodes have a local network of their own by this name.
    pub fn network_is_ambiguous(&self, name: &str) -> bool {
        let hits = self.index.network_names.exact(name);
        several(hits.filter_map(|(node, id)| {
            let engine = self.engine(node)?;
            let network = engine.networks.iter().find(|network| network.id == *id)?;
            network.is_local().then_some(node)
        }))
    }

    /// Whether several nodes have a local volume of their own by this name.
    pub fn volume_is_ambiguous(&self, name: &str) -> bool {
        let hits = self.index.volume_names.exact(name);
        several(hits.filter_map(|(node, name)| {
            let engine = self.engine(node)?;
            let volume = engine.volumes.iter().find(|volume| volume.name == *name)?;
            volume.is_local().then_some(node)
        }))
    }

    /// Every node's volume of this name.
    pub fn volumes_named(&self, name: &str) -> Vec<Held<'_, Volume>> {
        let hits = self.index.volume_names.exact(name).collect();
        self.held(hits, |engine, name| {
            engine.volumes.iter().find(|volume| *volume.name == *name)
        })
    }
}

fn several(mut nodes: impl Iterator<Item = NodeKey>) -> bool {
    let first = nodes.next();
    nodes.any(|node| Some(node) != first)
}
