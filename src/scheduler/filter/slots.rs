//! Nodes that limit how many containers they take.

use super::{Filter, Soft};
use crate::scheduler::{Node, Spec};

/// Keeps nodes with fewer containers than their label `containerslots` says; without a valid one, all.
#[derive(Debug, Clone, Copy)]
pub struct ContainerSlots;

impl Filter for ContainerSlots {
    fn name(&self) -> &'static str {
        "containerslots"
    }

    fn accepts(&self, _: &Spec, node: &Node, _: Soft) -> bool {
        node.slots()
            .is_none_or(|slots| node.container_count() < slots)
    }

    fn describe(&self, _: &Spec) -> Vec<String> {
        vec!["available container slots".to_owned()]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scheduler::testing::{labelled, spec};
    use std::sync::Arc;

    #[test]
    fn a_node_takes_as_many_as_it_has_slots() {
        let spec = spec(serde_json::json!({}));
        let accepts = |node: &Node| ContainerSlots.accepts(&spec, node, Soft::Binding);
        let mut node = labelled("a", &[("containerslots", "2")]);
        for id in ["1", "2"] {
            assert!(accepts(&node));
            node.insert(Arc::new(spec.workload(id)));
        }
        assert!(!accepts(&node));
        node.remove("1");
        assert!(accepts(&node));
        assert!(!accepts(&labelled("b", &[("containerslots", "0")])));
    }

    #[test]
    fn a_label_that_is_no_number_limits_nothing() {
        let spec = spec(serde_json::json!({}));
        for invalid in ["", "many", "-1", "1.5"] {
            let node = labelled("a", &[("containerslots", invalid)]);
            assert!(
                ContainerSlots.accepts(&spec, &node, Soft::Binding),
                "{invalid}"
            );
        }
    }
}
