//! Nodes whose containers are all known.

use crate::scheduler::filter::{Filter, Soft};
use crate::scheduler::{Node, Spec};

/// Keeps nodes whose containers are all known: what is not known cannot be counted.
#[derive(Debug, Clone, Copy)]
pub struct Settled;

impl Filter for Settled {
    fn name(&self) -> &'static str {
        "settled"
    }

    fn accepts(&self, _: &Spec, node: &Node, _: Soft) -> bool {
        node.settled
    }

    fn describe(&self, _: &Spec) -> Vec<String> {
        vec!["containers listed".to_owned()]
    }
}
