//! Nodes that are, or are not, a certain way.

use super::{Filter, Soft};
use crate::scheduler::expr::Expr;
use crate::scheduler::{Node, Spec};

/// Keeps nodes for which every constraint holds: on `node`, its id or name, or on a label of the node.
#[derive(Debug, Clone, Copy)]
pub struct Constraint;

impl Filter for Constraint {
    fn name(&self) -> &'static str {
        "constraint"
    }

    fn accepts(&self, spec: &Spec, node: &Node, soft: Soft) -> bool {
        let mut counting = spec.constraints.iter().filter(|expr| soft.counts(expr));
        counting.all(|expr| holds(expr, node))
    }

    fn describe(&self, spec: &Spec) -> Vec<String> {
        let text = |expr: &Expr| format!("constraint {expr}");
        spec.constraints.iter().map(text).collect()
    }
}

fn holds(expr: &Expr, node: &Node) -> bool {
    if expr.key == "node" {
        let engine = node.id.split('|').next().unwrap_or("");
        return expr.holds([&*node.id, engine, &*node.name]);
    }
    // A label that is not there reads as an empty one.
    expr.holds([node.labels().get(&expr.key).map_or("", String::as_str)])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scheduler::testing::{labelled, spec};
    use serde_json::json;

    fn accepts(constraint: &str, soft: Soft) -> bool {
        let mut node = labelled("node-1", &[("storage", "ssd"), ("region", "us-east")]);
        node.id = "ABCD:EFGH|10.0.0.1:2375".into();
        let spec = spec(json!({"Env": [format!("constraint:{constraint}")]}));
        Constraint.accepts(&spec, &node, soft)
    }

    #[test]
    fn labels_and_nodes() {
        for holds in [
            "storage==ssd",
            "storage!=disk",
            "storage==s*",
            "region==/^us/",
            "region!=/^eu/",
            "absent!=x",
            "node==node-1",
            "node==ABCD:EFGH",
            "node==ABCD:EFGH|10.0.0.1:2375",
            "node==/node-[0-9]/",
            "node!=node-2",
        ] {
            assert!(accepts(holds, Soft::Binding), "{holds}");
        }
        for fails in [
            "storage==disk",
            "storage!=ssd",
            "region!=us*",
            "absent==x",
            "node==node",
            "node!=node-1",
        ] {
            assert!(!accepts(fails, Soft::Binding), "{fails}");
        }
    }

    #[test]
    fn soft_counts_in_the_first_pass_only() {
        assert!(!accepts("storage==~disk", Soft::Binding));
        assert!(accepts("storage==~disk", Soft::Ignored));
        assert!(!accepts("storage!=~ssd", Soft::Binding));
    }
}
