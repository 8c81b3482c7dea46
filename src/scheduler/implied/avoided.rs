//! Nodes on which this very create has not failed yet.

use crate::scheduler::filter::{Filter, Soft};
use crate::scheduler::{Node, Spec};

/// Keeps nodes on which the create has not failed.
#[derive(Debug, Clone, Copy)]
pub struct Avoided;

impl Filter for Avoided {
    fn name(&self) -> &'static str {
        "failed"
    }

    fn accepts(&self, spec: &Spec, node: &Node, _: Soft) -> bool {
        !spec.avoided.contains(&node.id)
    }

    fn describe(&self, _: &Spec) -> Vec<String> {
        vec!["the create has not failed there".to_owned()]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scheduler::testing::{node, spec};
    use serde_json::json;

    #[test]
    fn a_node_that_failed_is_left_out() {
        let (a, b) = (node("a"), node("b"));
        let mut spec = spec(json!({}));
        assert!(Avoided.accepts(&spec, &a, Soft::Ignored));
        spec.avoided.push(a.id.clone());
        assert!(!Avoided.accepts(&spec, &a, Soft::Ignored));
        assert!(Avoided.accepts(&spec, &b, Soft::Binding));
    }
}
