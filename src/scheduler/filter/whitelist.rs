//! Nodes that are named.

use super::{Filter, Soft};
use crate::scheduler::spec::Whitelist;
use crate::scheduler::{Node, Spec};

/// Keeps nodes whose name every whitelist holds, whatever its key.
#[derive(Debug, Clone, Copy)]
pub struct WhitelistFilter;

impl Filter for WhitelistFilter {
    fn name(&self) -> &'static str {
        "whitelist"
    }

    fn accepts(&self, spec: &Spec, node: &Node, soft: Soft) -> bool {
        let mut counting = spec
            .whitelists
            .iter()
            .filter(|list| soft.counts(&list.expr));
        counting.all(|list| list.names.iter().any(|name| name.matches(&node.name)))
    }

    fn describe(&self, spec: &Spec) -> Vec<String> {
        let text = |list: &Whitelist| format!("whitelist {}", list.expr);
        spec.whitelists.iter().map(text).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scheduler::testing::{node, spec};
    use serde_json::json;

    #[test]
    fn names_between_bars() {
        let listed = spec(json!({"Env": ["whitelist:node==node-1|node-3"]}));
        let accepts = |name: &str| WhitelistFilter.accepts(&listed, &node(name), Soft::Binding);
        assert!(accepts("node-1") && accepts("node-3"));
        assert!(!accepts("node-2") && !accepts("node"));
    }

    #[test]
    fn soft_counts_in_the_first_pass_only() {
        let listed = spec(json!({"Env": ["whitelist:node==~node-1|node-3"]}));
        assert!(!WhitelistFilter.accepts(&listed, &node("node-2"), Soft::Binding));
        assert!(WhitelistFilter.accepts(&listed, &node("node-2"), Soft::Ignored));
    }
}
