//! Nodes that hold the user-defined networks.

use super::together::{Kind, Ties};
use crate::scheduler::filter::{Filter, Soft};
use crate::scheduler::{Node, Spec};

const KIND: Kind = Kind {
    has: |node, name| node.networks.has_local(name),
    named: Node::names_network,
    everywhere: |node, name| node.networks.has_global(name),
};

/// Keeps nodes that have each user-defined local network that exists, or is promised, somewhere.
#[derive(Debug)]
pub struct NetworksFilter {
    ties: Ties,
    places: Vec<String>,
}

impl NetworksFilter {
    /// Looks where the networks of a create are.
    pub fn survey(spec: &Spec, nodes: &[&Node]) -> Self {
        let ties = Ties::survey(&spec.networks, nodes, &KIND);
        let places = ties.places(&spec.networks, nodes, &KIND);
        let places = places
            .iter()
            .map(|place| place.describe("network"))
            .collect();
        Self { ties, places }
    }
}

impl Filter for NetworksFilter {
    fn name(&self) -> &'static str {
        "networks"
    }

    fn accepts(&self, spec: &Spec, node: &Node, _: Soft) -> bool {
        self.ties.accept(&spec.networks, node, &KIND)
    }

    fn describe(&self, _: &Spec) -> Vec<String> {
        self.places.clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scheduler::Networks;
    use crate::scheduler::testing::{node, spec};
    use serde_json::json;
    use std::sync::Arc;

    fn accepted(spec: &Spec, nodes: &[&Node]) -> Vec<String> {
        let filter = NetworksFilter::survey(spec, nodes);
        let keeps = |node: &&&Node| filter.accepts(spec, node, Soft::Binding);
        nodes
            .iter()
            .filter(keeps)
            .map(|node| node.name.to_string())
            .collect()
    }

    fn nodes() -> [Node; 2] {
        let mut b = node("b");
        let mut networks = Networks::default();
        networks.insert_local("back", &"0b".repeat(32));
        networks.insert_global("over", &"0c".repeat(32));
        b.networks = Arc::new(networks);
        [node("a"), b]
    }

    fn mode(mode: &str) -> Spec {
        spec(json!({"HostConfig": {"NetworkMode": mode}}))
    }

    #[test]
    fn a_local_network_ties_by_name_and_id() {
        let [a, b] = nodes();
        let id = "0b".repeat(32);
        for tied in ["back", "b/back", &id, &id[..12]] {
            assert_eq!(accepted(&mode(tied), &[&a, &b]), ["b"], "{tied}");
        }
        let endpoints = json!({"NetworkingConfig": {"EndpointsConfig": {"back": {}}}});
        assert_eq!(accepted(&spec(endpoints), &[&a, &b]), ["b"]);
    }

    #[test]
    fn global_unknown_and_built_in_networks_do_not_tie() {
        let [a, b] = nodes();
        for free in [
            "over",
            "nowhere",
            "",
            "default",
            "bridge",
            "host",
            "none",
            "container:x",
        ] {
            assert_eq!(accepted(&mode(free), &[&a, &b]), ["a", "b"], "{free}");
        }
    }

    #[test]
    fn a_loose_network_goes_where_the_first_lease_goes() {
        let [a, b] = nodes();
        let mut spec = mode("back");
        spec.loosen(|_| false, |name| name == "back");
        assert_eq!(accepted(&spec, &[&a, &b]), ["a", "b"]);
        let a = a.with(Arc::new(spec.workload("lease")));
        assert_eq!(accepted(&spec, &[&a, &b]), ["a"]);
    }
}
