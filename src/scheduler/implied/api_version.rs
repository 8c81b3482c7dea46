//! Nodes that speak the request's version.

use crate::scheduler::filter::{Filter, Soft};
use crate::scheduler::{Node, Spec};

/// Keeps nodes that serve the API version of the request; one without a version is served by all.
#[derive(Debug, Clone, Copy)]
pub struct ApiVersionFilter;

impl Filter for ApiVersionFilter {
    fn name(&self) -> &'static str {
        "apiversion"
    }

    fn accepts(&self, spec: &Spec, node: &Node, _: Soft) -> bool {
        spec.api
            .is_none_or(|api| (node.api.0..=node.api.1).contains(&api))
    }

    fn describe(&self, spec: &Spec) -> Vec<String> {
        let text = |api| format!("API version {api}");
        spec.api.map(text).into_iter().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scheduler::testing::{node, spec};
    use swarm_middleware::api::ApiVersion;

    #[test]
    fn the_version_must_be_within_what_the_engine_serves() {
        let mut node = node("a");
        node.api = (ApiVersion::v1(24), ApiVersion::v1(41));
        let mut spec = spec(serde_json::json!({}));
        for (minor, fits) in [(23, false), (24, true), (41, true), (42, false)] {
            spec.api = Some(ApiVersion::v1(minor));
            assert_eq!(
                ApiVersionFilter.accepts(&spec, &node, Soft::Binding),
                fits,
                "{minor}"
            );
        }
        spec.api = None;
        assert!(ApiVersionFilter.accepts(&spec, &node, Soft::Binding));
    }
}
