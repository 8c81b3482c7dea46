//! The fullest node first.

use std::cmp::Reverse;

use super::weight::{first, ranked};
use super::{NoResources, Strategy, Weight};
use crate::scheduler::{Node, Spec};

/// Takes the node that would be fullest, then the one with most containers.
#[derive(Debug, Clone, Copy)]
pub struct Binpack {
    /// How far beyond its capacity a node may be reserved.
    pub overcommit: f64,
}

impl Strategy for Binpack {
    fn name(&self) -> &'static str {
        "binpack"
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

fn key(weight: Weight, node: &Node) -> Reverse<(i64, usize)> {
    Reverse((weight.crediting_health(node), node.container_count()))
}
