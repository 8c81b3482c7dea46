//! Lists, with their filters.

use serde_json::{Value, json};

use super::{call::Call, filters::Filters, reply};
use crate::{
    error::{Outcome, Refusal},
    render,
    server::Reply,
    state::{Container, State, normalise},
};

const CONTAINER_FILTERS: &[&str] = &[
    "ancestor",
    "before",
    "exited",
    "expose",
    "health",
    "id",
    "is-task",
    "isolation",
    "label",
    "name",
    "network",
    "publish",
    "since",
    "status",
    "volume",
];

const STATUSES: [&str; 7] = [
    "created",
    "restarting",
    "running",
    "removing",
    "paused",
    "exited",
    "dead",
];

pub(super) async fn containers(call: Call) -> Outcome<Reply> {
    let filters = call.filters(CONTAINER_FILTERS)?;
    if let Some(bad) = filters
        .values("status")
        .iter()
        .find(|status| !STATUSES.contains(&status.as_str()))
    {
        return Err(Refusal::bad(format!("Invalid filter 'status={bad}'")));
    }
    let limit = call.number("limit").filter(|limit| *limit > 0);
    let state_filter = !filters.values("status").is_empty() || !filters.values("exited").is_empty();
    let all = call.flag("all") || limit.is_some() || state_filter;
    let (size, strange) = (call.flag("size"), call.engine.options().odd);
    let list = call.engine.read(|state| -> Outcome<Vec<Value>> {
        let bounds = Bounds::of(&filters, state)?;
        let now = state.clock.now();
        let chosen = state
            .containers
            .iter()
            .enumerate()
            .rev()
            .filter(|(index, container)| {
                (all || container.is_up())
                    && bounds.hold(*index)
                    && matches(container, &filters, state)
            });
        let entries =
            chosen.map(|(_, container)| render::container_entry(container, now, size, strange));
        Ok(entries
            .take(limit.map_or(usize::MAX, |limit| limit as usize))
            .collect())
    })?;
    reply::json(&Value::Array(list))
}

/// `before` and `since`: containers made earlier or later than one.
struct Bounds {
    before: Option<usize>,
    since: Option<usize>,
}

impl Bounds {
    fn of(filters: &Filters, state: &State) -> Outcome<Self> {
        let index = |key: &str| {
            filters
                .values(key)
                .first()
                .map(|name| state.container_index(name))
                .transpose()
        };
        Ok(Self {
            before: index("before")?,
            since: index("since")?,
        })
    }

    fn hold(&self, index: usize) -> bool {
        self.before.is_none_or(|bound| index < bound)
            && self.since.is_none_or(|bound| index > bound)
    }
}

fn matches(container: &Container, filters: &Filters, state: &State) -> bool {
    if filters.is_empty() {
        return true;
    }
    let labels = container
        .spec
        .config
        .get("Labels")
        .cloned()
        .unwrap_or(Value::Null);
    let image = |wanted: &str| {
        let same = state
            .image(wanted)
            .is_some_and(|image| image.id == container.image_id);
        same || normalise(wanted) == normalise(&container.image)
    };
    let health = if container.spec.config.contains_key("Healthcheck") {
        "healthy"
    } else {
        "none"
    };
    filters.labels(&labels)
        && filters.any("id", |id| container.id.starts_with(id))
        && filters.any("name", |name| name_matches(&container.name, name))
        && filters.any("status", |status| container.phase.name() == status)
        && filters.any("exited", |code| {
            container.finished.is_some() && code.parse() == Ok(container.exit_code)
        })
        && filters.any("ancestor", image)
        && filters.any("health", |wanted| wanted == health)
        && filters.any("is-task", |wanted| matches!(wanted, "false" | "0"))
        && connects(container, filters)
}

/// Networks, volumes and ports.
fn connects(container: &Container, filters: &Filters) -> bool {
    let network = |wanted: &str| {
        container.endpoints.iter().any(|endpoint| {
            endpoint.network == wanted
                || (!wanted.is_empty() && endpoint.network_id.starts_with(wanted))
        })
    };
    let mounted = |wanted: &str| {
        container
            .mounts
            .iter()
            .any(|mount| mount.volume.as_deref() == Some(wanted) || mount.destination == wanted)
    };
    let published = |wanted: &str| {
        let number: Option<u16> = wanted
            .split('/')
            .next()
            .and_then(|number| number.parse().ok());
        container.ports.iter().any(|port| {
            port.public.as_ref().map(|(_, number)| *number) == number && number.is_some()
        })
    };
    let exposed = |wanted: &str| {
        let wanted = if wanted.contains('/') {
            wanted.to_owned()
        } else {
            format!("{wanted}/tcp")
        };
        container.spec.exposed().contains(&wanted)
    };
    filters.any("network", network)
        && filters.any("volume", mounted)
        && filters.any("publish", published)
        && filters.any("expose", exposed)
}

/// The engine reads names as regular expressions; of these, anchors are understood here, the rest is literal.
fn name_matches(name: &str, pattern: &str) -> bool {
    let (anchored, rest) = match pattern.strip_prefix('^') {
        Some(rest) => (true, rest),
        None => (false, pattern),
    };
    let (ended, rest) = match rest.strip_suffix('$') {
        Some(rest) => (true, rest),
        None => (false, rest),
    };
    let full = format!("/{name}");
    let rest_bare = rest.strip_prefix('/').unwrap_or(rest);
    match (anchored, ended) {
        (true, true) => name == rest_bare,
        (true, false) => name.starts_with(rest_bare),
        (false, true) => full.ends_with(rest),
        (false, false) => full.contains(rest),
    }
}

pub(super) async fn images(call: Call) -> Outcome<Reply> {
    let filters = call.filters(&["dangling", "label", "before", "since", "reference"])?;
    let named = call.text("filter").map(normalise);
    let strange = call.engine.options().odd;
    let reference = |wanted: &str, tag: &String| {
        let repository = tag
            .rsplit_once(':')
            .map_or(tag.as_str(), |(repository, _)| repository);
        tag == wanted || repository == wanted
    };
    let list: Vec<Value> = call.engine.read(|state| {
        let chosen = state.images.iter().filter(|image| {
            let dangling = |wanted: &str| image.tags.is_empty() == matches!(wanted, "true" | "1");
            named.as_ref().is_none_or(|name| image.tags.contains(name))
                && filters.labels(&image.labels())
                && filters.any("dangling", dangling)
                && filters.any("reference", |wanted| {
                    image.tags.iter().any(|tag| reference(wanted, tag))
                })
        });
        chosen
            .map(|image| render::image_entry(image, strange))
            .collect()
    });
    reply::json(&Value::Array(list))
}

pub(super) async fn networks(call: Call) -> Outcome<Reply> {
    let filters = call.filters(&["dangling", "driver", "id", "label", "name", "scope", "type"])?;
    let null = Value::Null;
    let list: Vec<Value> = call.engine.read(|state| {
        let chosen = state.networks.iter().filter(|network| {
            let kind = if network.is_predefined() {
                "builtin"
            } else {
                "custom"
            };
            let unused =
                || !network.is_predefined() && state.members(&network.name).next().is_none();
            filters.labels(network.config.get("Labels").unwrap_or(&null))
                && filters.any("name", |name| network.name.contains(name))
                && filters.any("id", |id| network.id.contains(id))
                && filters.any("driver", |driver| network.driver == driver)
                && filters.any("scope", |scope| scope == "local")
                && filters.any("type", |wanted| wanted == kind)
                && filters.any("dangling", |wanted| {
                    unused() == matches!(wanted, "true" | "1")
                })
        });
        chosen
            .map(|network| render::network(state, network, false))
            .collect()
    });
    reply::json(&Value::Array(list))
}

pub(super) async fn volumes(call: Call) -> Outcome<Reply> {
    let filters = call.filters(&["dangling", "driver", "label", "name"])?;
    let (null, strange) = (Value::Null, call.engine.options().odd);
    let list: Vec<Value> = call.engine.read(|state| {
        let chosen = state.volumes.iter().filter(|volume| {
            let unused = || state.users_of_volume(&volume.name).is_empty();
            filters.labels(volume.config.get("Labels").unwrap_or(&null))
                && filters.any("name", |name| volume.name.contains(name))
                && filters.any("driver", |driver| driver == "local")
                && filters.any("dangling", |wanted| {
                    unused() == matches!(wanted, "true" | "1")
                })
        });
        chosen
            .map(|volume| render::volume(volume, strange))
            .collect()
    });
    reply::json(&json!({ "Volumes": list, "Warnings": null }))
}
