//! The emptiest node first.

use super::weight::{first, ranked};
use super::{NoResources, Strategy, Weight};
use crate::scheduler::{Node, Spec};

/// Takes the node that would be emptiest, then the one with fewest containers.
#[derive(Debug, Clone, Copy)]
pub struct Spread {
    /// How far beyond its capacity a node may be reserved.
    pub overcommit: f64,
}

impl Strategy for Spread {
    fn name(&self) -> &'static str {
        "spread"
    }

    fn rank<'a>(
        &self,
        spec: &Spec,
        nodes: Vec<&'a Node>,
        _: u64,
    ) -> Result<Vec<&'a Node>, NoResources> {
        ranked(spec, nodes, self.overcommit, key)
    }

    fn best<'a>(&self, spec: &Spec, nodes: Vec<&'a Node>, _: u64) -> Result<&'a Node, NoResources> {
        first(spec, nodes, self.overcommit, key)
    }
}

fn key(weight: Weight, node: &Node) -> (i64, usize) {
    (weight.favouring_health(node), node.container_count())
}
