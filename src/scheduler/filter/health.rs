//! Nodes that answer.

use super::{Filter, Soft};
use crate::scheduler::{Node, Spec};

/// Keeps healthy nodes.
#[derive(Debug, Clone, Copy)]
pub struct Health;

impl Filter for Health {
    fn name(&self) -> &'static str {
        "health"
    }

    fn accepts(&self, _: &Spec, node: &Node, _: Soft) -> bool {
        node.healthy
    }

    fn describe(&self, _: &Spec) -> Vec<String> {
        vec!["healthy".to_owned()]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scheduler::testing::{node, spec};

    #[test]
    fn only_healthy_nodes_stay() {
        let spec = spec(serde_json::json!({}));
        let mut node = node("a");
        assert!(Health.accepts(&spec, &node, Soft::Binding));
        node.healthy = false;
        assert!(!Health.accepts(&spec, &node, Soft::Binding));
    }
}
