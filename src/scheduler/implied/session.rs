//! Nodes where a test session already runs.

use crate::scheduler::filter::{Filter, Soft};
use crate::scheduler::{Node, Spec};

/// Keeps the containers of one Testcontainers session on one node: its reaper cleans up only there.
#[derive(Debug)]
pub struct SessionFilter {
    home: Option<std::sync::Arc<str>>,
}

impl SessionFilter {
    /// Looks where the session of a create runs; of several nodes, the one with most of its containers.
    pub fn survey(spec: &Spec, nodes: &[&Node]) -> Self {
        let Some(session) = spec.session.as_deref() else {
            return Self { home: None };
        };
        let homes = nodes.iter().map(|node| (node.session_count(session), node));
        let home = homes
            .filter(|(count, _)| *count > 0)
            .max_by(|a, b| a.0.cmp(&b.0).then_with(|| b.1.id.cmp(&a.1.id)));
        Self {
            home: home.map(|(_, node)| node.id.clone()),
        }
    }
}

impl Filter for SessionFilter {
    fn name(&self) -> &'static str {
        "session"
    }

    fn accepts(&self, _: &Spec, node: &Node, _: Soft) -> bool {
        self.home.as_ref().is_none_or(|home| *home == node.id)
    }

    fn describe(&self, spec: &Spec) -> Vec<String> {
        let session = spec.session.as_deref().filter(|_| self.home.is_some());
        let text = |session| format!("with the containers of test session {session}");
        session.map(text).into_iter().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scheduler::SpecOptions;
    use crate::scheduler::testing::{container, node, spec};
    use serde_json::json;
    use std::sync::Arc;
    use swarm_middleware::api::ApiVersion;

    fn accepts(spec: &Spec, nodes: &[&Node], node: &Node) -> bool {
        SessionFilter::survey(spec, nodes).accepts(spec, node, Soft::Binding)
    }

    #[test]
    fn the_session_stays_with_its_reaper() {
        let reaper = container("r", json!({"Name": "/testcontainers-ryuk-s1"}));
        let (a, b) = (node("a"), node("b").with(Arc::new(reaper)));
        let member =
            |session: &str| spec(json!({"Labels": {"org.testcontainers.sessionId": session}}));
        assert!(!accepts(&member("s1"), &[&a, &b], &a));
        assert!(accepts(&member("s1"), &[&a, &b], &b));
        assert!(accepts(&member("s2"), &[&a, &b], &a));
        assert!(accepts(&spec(json!({})), &[&a, &b], &a));
    }

    #[test]
    fn the_reaper_goes_where_its_session_is() {
        let labels = json!({"Config": {"Labels": {"org.testcontainers.sessionId": "s1"}}});
        let (a, b) = (node("a"), node("b").with(Arc::new(container("c", labels))));
        let name = Some("testcontainers-ryuk-s1");
        let options = SpecOptions::default();
        let reaper = Spec::parse(name, None, ApiVersion::v1(41), &json!({}), &options).unwrap();
        assert!(!accepts(&reaper, &[&a, &b], &a));
        assert!(accepts(&reaper, &[&a, &b], &b));
    }
}
