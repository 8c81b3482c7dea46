//! Nodes that hold, or do not hold, certain containers and images.

use super::{Filter, Soft};
use crate::scheduler::expr::{Expr, Pattern};
use crate::scheduler::{Node, Spec, Workload};

/// Keeps nodes for which every affinity holds: `container`, `image`, or a container label.
#[derive(Debug, Clone, Copy)]
pub struct Affinity;

impl Filter for Affinity {
    fn name(&self) -> &'static str {
        "affinity"
    }

    fn accepts(&self, spec: &Spec, node: &Node, soft: Soft) -> bool {
        let mut counting = spec.affinities.iter().filter(|expr| soft.counts(expr));
        counting.all(|expr| expr.holds_if(present(expr, node)))
    }

    fn describe(&self, spec: &Spec) -> Vec<String> {
        let text = |expr: &Expr| format!("affinity {expr}");
        spec.affinities.iter().map(text).collect()
    }
}

fn present(expr: &Expr, node: &Node) -> bool {
    match expr.key.as_str() {
        "container" => has_container(&expr.pattern, node),
        "image" => has_image(&expr.pattern, node),
        label => {
            let mut values = node.workloads().filter_map(|w| w.labels.get(label));
            values.any(|value| expr.pattern.matches(value))
        }
    }
}

fn has_container(pattern: &Pattern, node: &Node) -> bool {
    match pattern {
        Pattern::Literal(name) => {
            let name = name.strip_prefix('/').unwrap_or(name);
            node.named(name).is_some() || has_short_id(name, node)
        }
        Pattern::Glob(_) | Pattern::Regexp(_) => {
            let fits = |w: &Workload| texts(w).any(|text| pattern.matches(text));
            node.workloads().any(|workload| fits(workload))
        }
    }
}

/// The twelve digits that lists show.
fn has_short_id(name: &str, node: &Node) -> bool {
    name.len() == 12
        && name.bytes().all(|b| b.is_ascii_hexdigit())
        && node.workloads().any(|w| short_id(w) == Some(name))
}

fn short_id(workload: &Workload) -> Option<&str> {
    workload.id.get(..12).filter(|_| workload.id.len() == 64)
}

fn texts(workload: &Workload) -> impl Iterator<Item = &str> {
    let ids = [
        Some(&*workload.id),
        short_id(workload),
        workload.swarm_id.as_deref(),
    ];
    let names = workload.names.iter().map(|name| &**name);
    ids.into_iter().flatten().chain(names)
}

fn has_image(pattern: &Pattern, node: &Node) -> bool {
    match pattern {
        Pattern::Literal(name) => node.images.contains(name),
        Pattern::Glob(_) | Pattern::Regexp(_) => {
            node.images.texts().any(|text| pattern.matches(text))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scheduler::images::Images;
    use crate::scheduler::testing::{container, node, spec};
    use serde_json::json;
    use std::sync::Arc;

    fn accepts(affinity: &str, node: &Node, soft: Soft) -> bool {
        let spec = spec(json!({"Env": [format!("affinity:{affinity}")]}));
        Affinity.accepts(&spec, node, soft)
    }

    #[test]
    fn containers_by_id_short_id_name_glob_and_label() {
        let id = "ab".repeat(32);
        let labels = json!({"Name": "/web-1", "Config": {"Labels": {"role": "front"}}});
        let node = node("a").with(Arc::new(container(&id, labels)));
        let short = &id[..12];
        for holds in [
            format!("container=={id}"),
            format!("container=={short}"),
            "container==web-1".into(),
            "container==/web-1".into(),
            "container==web*".into(),
            "container==/^web-[0-9]$/".into(),
            "container!=db".into(),
            "role==front".into(),
            "role!=back".into(),
            "other!=front".into(),
        ] {
            assert!(accepts(&holds, &node, Soft::Binding), "{holds}");
        }
        for fails in [
            "container==web",
            "container!=web-1",
            "role==back",
            "other==*",
        ] {
            assert!(!accepts(fails, &node, Soft::Binding), "{fails}");
        }
    }

    #[test]
    fn soft_counts_in_the_first_pass_only() {
        assert!(!accepts("container==~db", &node("a"), Soft::Binding));
        assert!(accepts("container==~db", &node("a"), Soft::Ignored));
    }

    #[test]
    fn images_are_compared_by_what_they_mean() {
        let mut images = Images::default();
        let id = format!("sha256:{}", "0f".repeat(32));
        images.insert(&id, ["busybox:latest", "registry.local:5000/team/app:1.2"]);
        let mut node = node("a");
        node.images = Arc::new(images);
        for holds in [
            "busybox",
            "busybox:latest",
            "library/busybox",
            "docker.io/library/busybox",
            "docker.io/library/busybox:latest",
            "registry.local:5000/team/app",
            "registry.local:5000/team/app:1.2",
            "busy*",
            "/app:1[.]2$/",
            &id,
            &id[7..19],
        ] {
            assert!(
                accepts(&format!("image=={holds}"), &node, Soft::Binding),
                "{holds}"
            );
            assert!(
                !accepts(&format!("image!={holds}"), &node, Soft::Binding),
                "{holds}"
            );
        }
        for fails in [
            "busybox:1.36",
            "app",
            "team/app:1.2",
            "registry.local:5000/team/app:latest",
            "0f0f",
        ] {
            assert!(
                !accepts(&format!("image=={fails}"), &node, Soft::Binding),
                "{fails}"
            );
        }
    }
}
