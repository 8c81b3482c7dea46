//! Nodes that hold the named volumes.

use super::together::{Kind, Ties};
use crate::scheduler::filter::{Filter, Soft};
use crate::scheduler::{Node, Spec};

const KIND: Kind = Kind {
    has: |node, name| node.volumes.contains(name),
    named: Node::names_volume,
    everywhere: |_, _| false,
};

/// Keeps nodes that have each named volume that exists, or is promised, somewhere.
#[derive(Debug)]
pub struct VolumesFilter {
    ties: Ties,
    places: Vec<String>,
}

impl VolumesFilter {
    /// Looks where the volumes of a create are.
    pub fn survey(spec: &Spec, nodes: &[&Node]) -> Self {
        let ties = Ties::survey(&spec.volumes, nodes, &KIND);
        let places = ties.places(&spec.volumes, nodes, &KIND);
        let places = places
            .iter()
            .map(|place| place.describe("volume"))
            .collect();
        Self { ties, places }
    }
}

impl Filter for VolumesFilter {
    fn name(&self) -> &'static str {
        "volumes"
    }

    fn accepts(&self, spec: &Spec, node: &Node, _: Soft) -> bool {
        self.ties.accept(&spec.volumes, node, &KIND)
    }

    fn describe(&self, _: &Spec) -> Vec<String> {
        self.places.clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scheduler::testing::{node, spec};
    use serde_json::json;
    use std::sync::Arc;

    fn with_volume(name: &str, volume: &str) -> Node {
        let mut node = node(name);
        node.volumes = Arc::new([Arc::from(volume)].into_iter().collect());
        node
    }

    fn accepted(spec: &Spec, nodes: &[&Node]) -> Vec<String> {
        let filter = VolumesFilter::survey(spec, nodes);
        let keeps = |node: &&&Node| filter.accepts(spec, node, Soft::Binding);
        nodes
            .iter()
            .filter(keeps)
            .map(|node| node.name.to_string())
            .collect()
    }

    fn binding(bind: &str) -> Spec {
        spec(json!({"HostConfig": {"Binds": [bind]}}))
    }

    #[test]
    fn an_existing_volume_ties_and_anything_else_does_not() {
        let (a, b) = (node("a"), with_volume("b", "data"));
        let nodes = [&a, &b];
        assert_eq!(accepted(&binding("data:/data"), &nodes), ["b"]);
        assert_eq!(accepted(&binding("new:/data"), &nodes), ["a", "b"]);
        assert_eq!(accepted(&binding("/data:/data"), &nodes), ["a", "b"]);
        assert_eq!(accepted(&binding("a/new:/data"), &nodes), ["a"]);
        assert_eq!(accepted(&binding("a/data:/data"), &nodes), ["a"]);
        let mount = json!({"HostConfig": {"Mounts": [{"Type": "volume", "Source": "data", "Target": "/d"}]}});
        assert_eq!(accepted(&spec(mount), &nodes), ["b"]);
        let plugin = json!({"HostConfig": {"VolumeDriver": "nfs", "Binds": ["data:/data"]}});
        assert_eq!(accepted(&spec(plugin), &nodes), ["a", "b"]);
    }

    #[test]
    fn a_volume_on_a_dead_node_is_not_made_anew_elsewhere() {
        let mut dead = with_volume("b", "data");
        dead.healthy = false;
        let alive = node("a");
        assert_eq!(accepted(&binding("data:/data"), &[&alive, &dead]), ["b"]);
    }

    #[test]
    fn a_lease_that_names_it_ties_the_next_create() {
        let spec = binding("fresh:/data");
        let (a, b) = (node("a").with(Arc::new(spec.workload("lease"))), node("b"));
        assert_eq!(accepted(&spec, &[&a, &b]), ["a"]);
    }

    #[test]
    fn a_loose_volume_goes_anywhere_until_a_lease_names_it() {
        let mut spec = binding("data:/data");
        spec.loosen(|name| name == "data", |_| false);
        let (a, b) = (node("a"), with_volume("b", "data"));
        assert_eq!(accepted(&spec, &[&a, &b]), ["a", "b"]);
        let a = a.with(Arc::new(spec.workload("lease")));
        assert_eq!(accepted(&spec, &[&a, &b]), ["a"]);
    }

    #[test]
    fn volumes_apart_are_named_with_their_nodes() {
        let (a, b) = (with_volume("a", "one"), with_volume("b", "two"));
        let spec = spec(json!({"HostConfig": {"Binds": ["one:/1", "two:/2"]}}));
        assert!(accepted(&spec, &[&a, &b]).is_empty());
        let texts = VolumesFilter::survey(&spec, &[&a, &b]).describe(&spec);
        assert_eq!(texts, ["volume one is on a", "volume two is on b"]);
    }
}
