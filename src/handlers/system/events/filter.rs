//! Which events a listener asked for, by the engine's rules.

use swarm_middleware::api::Filters;

use crate::engine::EngineEvent;
use crate::handlers::NodeCard;

/// Kinds whose filter looks at the actor's id and name.
const BY_NAME: [&str; 8] = [
    "container",
    "daemon",
    "network",
    "plugin",
    "volume",
    "service",
    "secret",
    "config",
];

/// Actions that are listed without what follows their colon.
const WITH_DETAIL: [&str; 3] = ["health_status", "exec_create", "exec_start"];

/// The `filters` of a listener. Keys that are no filter have no effect, as with an engine.
#[derive(Clone, Debug, Default)]
pub struct EventFilter(Filters);

impl EventFilter {
    /// Takes the filters of a request.
    pub fn new(filters: Filters) -> Self {
        Self(filters)
    }

    /// Whether an event of a node is asked for.
    pub fn accepts(&self, event: &EngineEvent, node: &NodeCard<'_>) -> bool {
        self.exact("type", &event.kind)
            && self.exact("scope", &event.scope)
            && self.action(&event.action)
            && self.image(event)
            && self.any("node", |value| value == node.name || value == node.id)
            && self.labels(event, node)
            && BY_NAME.iter().all(|kind| self.named(kind, event, node))
    }

    fn any(&self, key: &str, test: impl Fn(&str) -> bool) -> bool {
        match self.0.get(key) {
            None | Some([]) => true,
            Some(values) => values.iter().any(|value| test(value)),
        }
    }

    fn exact(&self, key: &str, text: &str) -> bool {
        self.any(key, |value| value == text)
    }

    fn action(&self, action: &str) -> bool {
        let detail = self.0.get("event").unwrap_or_default();
        if detail
            .iter()
            .any(|value| WITH_DETAIL.contains(&value.as_str()))
        {
            self.any("event", |value| action.starts_with(value))
        } else {
            self.exact("event", action)
        }
    }

    fn named(&self, kind: &str, event: &EngineEvent, node: &NodeCard<'_>) -> bool {
        let name = event.attributes.get("name").unwrap_or_default();
        self.any(kind, |value| {
            let value = value.strip_prefix('/').unwrap_or(value);
            let here = match value.split_once('/') {
                Some((of, rest)) if of == node.name => Some(rest),
                _ => None,
            };
            let starts = |value: &str| event.id.starts_with(value) || name.starts_with(value);
            starts(value) || here.is_some_and(starts)
        })
    }

    fn image(&self, event: &EngineEvent) -> bool {
        let key = if &*event.kind == "image" {
            "name"
        } else {
            "image"
        };
        let name = event.attributes.get(key).unwrap_or_default();
        self.any("image", |value| {
            [&*event.id, name]
                .iter()
                .any(|text| value == *text || value == without_tag(text))
        })
    }

    fn labels(&self, event: &EngineEvent, node: &NodeCard<'_>) -> bool {
        let values = self.0.get("label").unwrap_or_default();
        values.iter().all(|value| {
            let (key, wanted) = match value.split_once('=') {
                Some((key, wanted)) => (key, Some(wanted)),
                None => (value.as_str(), None),
            };
            let have = match key {
                "node.name" => Some(node.name),
                "node.id" => Some(node.id),
                "node.addr" => Some(node.addr),
                "node.ip" => Some(node.ip),
                key => event.attributes.get(key),
            };
            have.is_some_and(|have| wanted.is_none_or(|wanted| wanted == have))
        })
    }
}

/// An image's name without tag and digest.
fn without_tag(name: &str) -> &str {
    let name = name.split_once('@').map_or(name, |(name, _)| name);
    match name.rsplit_once(':') {
        Some((repository, tag)) if !tag.contains('/') => repository,
        _ => name,
    }
}
