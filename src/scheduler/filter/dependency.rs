//! Nodes that hold the containers a new one leans on.

use super::{Filter, Soft};
use crate::scheduler::{Node, Spec};

/// Keeps nodes that have every target of `--volumes-from`, `--link` and `container:` modes.
#[derive(Debug, Clone, Copy)]
pub struct DependencyFilter;

impl Filter for DependencyFilter {
    fn name(&self) -> &'static str {
        "dependency"
    }

    fn accepts(&self, spec: &Spec, node: &Node, _: Soft) -> bool {
        let here = |reference: &str| node.find(reference).is_some();
        spec.dependencies.iter().all(|need| here(&need.reference))
    }

    fn describe(&self, spec: &Spec) -> Vec<String> {
        let text = |need: &crate::scheduler::Dependency| {
            format!("{}{}", need.kind.option(), need.reference)
        };
        spec.dependencies.iter().map(text).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scheduler::testing::{container, node, spec};
    use serde_json::{Value, json};
    use std::sync::Arc;

    fn accepts(host: &Value, node: &Node) -> bool {
        let spec = spec(json!({"HostConfig": host}));
        DependencyFilter.accepts(&spec, node, Soft::Binding)
    }

    #[test]
    fn every_kind_of_dependency_is_looked_for() {
        let data = container("c0ffee12", json!({"Name": "/data"}));
        let node = node("a").with(Arc::new(data));
        let kinds = |target: &str| {
            [
                json!({"VolumesFrom": [format!("{target}:ro")]}),
                json!({"Links": [format!("{target}:db")]}),
                json!({"NetworkMode": format!("container:{target}")}),
                json!({"PidMode": format!("container:{target}")}),
                json!({"IpcMode": format!("container:{target}")}),
            ]
        };
        for target in ["data", "/data", "a/data", "c0ffee12", "c0ff"] {
            for host in kinds(target) {
                assert!(accepts(&host, &node), "{host}");
            }
        }
        for target in ["other", "b/data", "c0ffee13"] {
            for host in kinds(target) {
                assert!(!accepts(&host, &node), "{host}");
            }
        }
    }

    #[test]
    fn all_of_them_must_be_there() {
        let node = node("a").with(Arc::new(container("1", json!({"Name": "/one"}))));
        assert!(!accepts(&json!({"Links": ["one:one", "two:two"]}), &node));
        let node = node.with(Arc::new(container("2", json!({"Name": "/two"}))));
        assert!(accepts(&json!({"Links": ["one:one", "two:two"]}), &node));
    }

    #[test]
    fn an_id_prefix_that_fits_two_is_no_answer() {
        let node = node("a")
            .with(Arc::new(container("abc1", json!({}))))
            .with(Arc::new(container("abc2", json!({}))));
        assert!(!accepts(&json!({"VolumesFrom": ["abc"]}), &node));
        assert!(accepts(&json!({"VolumesFrom": ["abc1"]}), &node));
    }
}
