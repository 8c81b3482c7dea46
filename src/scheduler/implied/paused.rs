//! Nodes that take new containers.

use crate::scheduler::filter::{Filter, Soft};
use crate::scheduler::{Node, Spec};

/// Keeps nodes that are not paused or drained.
#[derive(Debug, Clone, Copy)]
pub struct Paused;

impl Filter for Paused {
    fn name(&self) -> &'static str {
        "paused"
    }

    fn accepts(&self, _: &Spec, node: &Node, _: Soft) -> bool {
        !node.paused
    }

    fn describe(&self, _: &Spec) -> Vec<String> {
        vec!["not paused".to_owned()]
    }
}
