//! Every simulated route, as data.

use std::{future::Future, pin::Pin};

use http::Method;

use super::{
    archive, build, call::Call, containers as c, events, exec, images as i, lists, logs,
    networks as n, pulls, streams, system as s, volumes as v,
};
use crate::{error::Outcome, server::Reply};

type Handler = fn(Call) -> Pin<Box<dyn Future<Output = Outcome<Reply>> + Send>>;

/// A route that matches, and what its `{name}` stands for.
pub(super) struct Found {
    pub(super) route: &'static str,
    pub(super) name: String,
    pub(super) handler: Handler,
}

macro_rules! routes {
    ($($route:literal => $handler:path,)*) => {
        &[$(($route, |call| Box::pin($handler(call)))),*]
    };
}

/// Method and pattern to handler; the first that matches wins. `{name}` may hold slashes.
const ROUTES: &[(&str, Handler)] = routes! {
    "HEAD /_ping" => s::ping,
    "GET /_ping" => s::ping,
    "GET /version" => s::version,
    "GET /info" => s::info,
    "GET /events" => events::events,
    "GET /system/df" => s::disk_usage,
    "POST /auth" => s::auth,
    "GET /distribution/{name}/json" => s::distribution,
    "GET /plugins" => s::plugins,
    "POST /build" => build::build,
    "POST /build/cancel" => build::cancel,
    "POST /build/prune" => s::prune_builds,
    "POST /session" => build::connect,
    "POST /grpc" => build::connect,
    "GET /containers/json" => lists::containers,
    "POST /containers/create" => c::create,
    "POST /containers/prune" => c::prune,
    "GET /containers/{name}/json" => c::inspect,
    "GET /containers/{name}/top" => c::top,
    "GET /containers/{name}/logs" => logs::logs,
    "GET /containers/{name}/changes" => c::changes,
    "GET /containers/{name}/export" => archive::export,
    "GET /containers/{name}/stats" => streams::stats,
    "POST /containers/{name}/resize" => c::resize,
    "POST /containers/{name}/start" => c::start,
    "POST /containers/{name}/stop" => c::stop,
    "POST /containers/{name}/restart" => c::restart,
    "POST /containers/{name}/kill" => c::kill,
    "POST /containers/{name}/update" => c::update,
    "POST /containers/{name}/rename" => c::rename,
    "POST /containers/{name}/pause" => c::pause,
    "POST /containers/{name}/unpause" => c::unpause,
    "POST /containers/{name}/wait" => streams::wait,
    "POST /containers/{name}/attach" => streams::attach,
    "POST /containers/{name}/exec" => exec::create,
    "HEAD /containers/{name}/archive" => archive::stat,
    "GET /containers/{name}/archive" => archive::get,
    "PUT /containers/{name}/archive" => archive::put,
    "DELETE /containers/{name}" => c::remove,
    "POST /exec/{name}/start" => exec::start,
    "POST /exec/{name}/resize" => exec::resize,
    "GET /exec/{name}/json" => exec::inspect,
    "POST /commit" => i::commit,
    "GET /images/json" => lists::images,
    "GET /images/get" => i::get_many,
    "POST /images/create" => pulls::create,
    "POST /images/load" => pulls::load,
    "POST /images/prune" => i::prune,
    "GET /images/{name}/json" => i::inspect,
    "GET /images/{name}/history" => i::history,
    "GET /images/{name}/get" => i::get,
    "POST /images/{name}/tag" => i::tag,
    "POST /images/{name}/push" => pulls::push,
    "DELETE /images/{name}" => i::remove,
    "GET /networks" => lists::networks,
    "GET /networks/" => lists::networks,
    "POST /networks/create" => n::create,
    "POST /networks/prune" => n::prune,
    "POST /networks/{name}/connect" => n::connect,
    "POST /networks/{name}/disconnect" => n::disconnect,
    "GET /networks/{name}" => n::inspect,
    "DELETE /networks/{name}" => n::remove,
    "GET /volumes" => lists::volumes,
    "POST /volumes/create" => v::create,
    "POST /volumes/prune" => v::prune,
    "GET /volumes/{name}" => v::inspect,
    "DELETE /volumes/{name}" => v::remove,
};

/// Everything under these is refused by an engine outside a swarm.
const SWARM: [&str; 6] = [
    "/swarm",
    "/services",
    "/nodes",
    "/tasks",
    "/secrets",
    "/configs",
];

/// Finds the route of a request.
pub(super) fn find(method: &Method, path: &str) -> Option<Found> {
    for (route, handler) in ROUTES {
        let (wanted, pattern) = route.split_once(' ')?;
        if wanted == method.as_str()
            && let Some(name) = matched(pattern, path)
        {
            return Some(Found {
                route,
                name: name.to_owned(),
                handler: *handler,
            });
        }
    }
    let swarm = SWARM.iter().any(|prefix| {
        path.strip_prefix(prefix)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    });
    swarm.then(|| Found {
        route: "swarm",
        name: path.to_owned(),
        handler: |call| Box::pin(s::swarm(call)),
    })
}

fn matched<'a>(pattern: &str, path: &'a str) -> Option<&'a str> {
    let Some((before, after)) = pattern.split_once("{name}") else {
        return (pattern == path).then_some("");
    };
    let name = path.strip_prefix(before)?.strip_suffix(after)?;
    (!name.is_empty()).then_some(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_may_hold_slashes_and_fixed_paths_win() {
        let at = |method: &str, path: &str| {
            find(&method.parse().unwrap(), path).map(|found| (found.route, found.name))
        };
        assert_eq!(
            at("GET", "/containers/json"),
            Some(("GET /containers/json", String::new()))
        );
        assert_eq!(
            at("GET", "/images/a/b:1/json"),
            Some(("GET /images/{name}/json", "a/b:1".into()))
        );
        assert_eq!(
            at("DELETE", "/images/a/b"),
            Some(("DELETE /images/{name}", "a/b".into()))
        );
        assert_eq!(at("GET", "/nodes/x").unwrap().0, "swarm");
        assert_eq!(at("PUT", "/info"), None);
    }
}
