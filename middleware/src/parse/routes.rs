//! The route table: every row of the Engine API and how a cluster treats it.

use http::Method;

use crate::api::{BodyPolicy, Operation, Route, Treatment};

const fn row(
    method: Method,
    pattern: &'static str,
    operation: Operation,
    treatment: Treatment,
) -> Route {
    Route {
        method,
        pattern,
        operation,
        treatment,
        body: BodyPolicy::Streamed,
    }
}

const fn buffered(
    method: Method,
    pattern: &'static str,
    operation: Operation,
    treatment: Treatment,
) -> Route {
    Route {
        method,
        pattern,
        operation,
        treatment,
        body: BodyPolicy::Buffered,
    }
}

/// Rows about the endpoint as a whole.
#[rustfmt::skip] // one row a line
pub static SYSTEM: &[Route] = &[
    row(Method::GET, "/_ping", Operation::Ping, Treatment::Local),
    row(Method::HEAD, "/_ping", Operation::Ping, Treatment::Local),
    row(Method::GET, "/version", Operation::Version, Treatment::Local),
    row(Method::GET, "/info", Operation::Info, Treatment::Aggregate),
    row(Method::GET, "/events", Operation::Events, Treatment::Aggregate),
    row(Method::GET, "/system/df", Operation::SystemDf, Treatment::Aggregate),
    row(Method::POST, "/auth", Operation::Auth, Treatment::AnyNode),
    row(Method::GET, "/distribution/{name}/json", Operation::Distribution, Treatment::AnyNode),
    row(Method::GET, "/debug/vars", Operation::DebugVars, Treatment::Local),
];

/// Rows under `/containers`; exact paths before greedy names.
#[rustfmt::skip] // one row a line
pub static CONTAINERS: &[Route] = &[
    row(Method::GET, "/containers/json", Operation::ContainerList, Treatment::Aggregate),
    row(Method::GET, "/containers/ps", Operation::ContainerList, Treatment::Aggregate),
    buffered(Method::POST, "/containers/create", Operation::ContainerCreate, Treatment::Schedule),
    row(Method::POST, "/containers/prune", Operation::ContainerPrune, Treatment::Broadcast),
    row(Method::GET, "/containers/{name}/json", Operation::ContainerInspect, Treatment::Container),
    row(Method::GET, "/containers/{name}/top", Operation::ContainerTop, Treatment::Container),
    row(Method::GET, "/containers/{name}/logs", Operation::ContainerLogs, Treatment::Container),
    row(Method::GET, "/containers/{name}/changes", Operation::ContainerChanges, Treatment::Container),
    row(Method::GET, "/containers/{name}/export", Operation::ContainerExport, Treatment::Container),
    row(Method::GET, "/containers/{name}/stats", Operation::ContainerStats, Treatment::Container),
    row(Method::POST, "/containers/{name}/resize", Operation::ContainerResize, Treatment::Container),
    buffered(Method::POST, "/containers/{name}/start", Operation::ContainerStart, Treatment::Container),
    row(Method::POST, "/containers/{name}/stop", Operation::ContainerStop, Treatment::Container),
    row(Method::POST, "/containers/{name}/restart", Operation::ContainerRestart, Treatment::Container),
    row(Method::POST, "/containers/{name}/kill", Operation::ContainerKill, Treatment::Container),
    buffered(Method::POST, "/containers/{name}/update", Operation::ContainerUpdate, Treatment::Container),
    row(Method::POST, "/containers/{name}/rename", Operation::ContainerRename, Treatment::Container),
    row(Method::POST, "/containers/{name}/pause", Operation::ContainerPause, Treatment::Container),
    row(Method::POST, "/containers/{name}/unpause", Operation::ContainerUnpause, Treatment::Container),
    row(Method::POST, "/containers/{name}/wait", Operation::ContainerWait, Treatment::Container),
    row(Method::POST, "/containers/{name}/attach", Operation::ContainerAttach, Treatment::Container),
    row(Method::GET, "/containers/{name}/attach/ws", Operation::ContainerAttachWebSocket, Treatment::Container),
    row(Method::HEAD, "/containers/{name}/archive", Operation::ContainerArchiveInfo, Treatment::Container),
    row(Method::GET, "/containers/{name}/archive", Operation::ContainerArchiveGet, Treatment::Container),
    row(Method::PUT, "/containers/{name}/archive", Operation::ContainerArchivePut, Treatment::Container),
    row(Method::POST, "/containers/{name}/copy", Operation::ContainerCopy, Treatment::Container),
    buffered(Method::POST, "/containers/{name}/exec", Operation::ExecCreate, Treatment::Container),
    row(Method::GET, "/containers/{name}/checkpoints", Operation::CheckpointList, Treatment::Container),
    row(Method::POST, "/containers/{name}/checkpoints", Operation::CheckpointCreate, Treatment::Container),
    row(Method::DELETE, "/containers/{name}/checkpoints/{extra}", Operation::CheckpointRemove, Treatment::Container),
    row(Method::DELETE, "/containers/{name}", Operation::ContainerRemove, Treatment::Container),
];

/// Rows under `/exec`, and `/commit`.
#[rustfmt::skip] // one row a line
pub static EXEC: &[Route] = &[
    row(Method::GET, "/exec/{name}/json", Operation::ExecInspect, Treatment::Exec),
    buffered(Method::POST, "/exec/{name}/start", Operation::ExecStart, Treatment::Exec),
    row(Method::POST, "/exec/{name}/resize", Operation::ExecResize, Treatment::Exec),
    row(Method::POST, "/commit", Operation::Commit, Treatment::Container),
];

/// Rows under `/images`.
#[rustfmt::skip] // one row a line
pub static IMAGES: &[Route] = &[
    row(Method::GET, "/images/json", Operation::ImageList, Treatment::Aggregate),
    row(Method::GET, "/images/search", Operation::ImageSearch, Treatment::AnyNode),
    row(Method::GET, "/images/get", Operation::ImageSave, Treatment::Image),
    row(Method::POST, "/images/create", Operation::ImageCreate, Treatment::Broadcast),
    row(Method::POST, "/images/load", Operation::ImageLoad, Treatment::Broadcast),
    row(Method::POST, "/images/prune", Operation::ImagePrune, Treatment::Broadcast),
    row(Method::GET, "/images/viz", Operation::Preflight, Treatment::NotImplemented),
    row(Method::GET, "/images/{name}/get", Operation::ImageSave, Treatment::Image),
    row(Method::GET, "/images/{name}/json", Operation::ImageInspect, Treatment::Image),
    row(Method::GET, "/images/{name}/history", Operation::ImageHistory, Treatment::Image),
    row(Method::GET, "/images/{name}/attestations", Operation::ImageAttestations, Treatment::Image),
    row(Method::POST, "/images/{name}/push", Operation::ImagePush, Treatment::Image),
    row(Method::POST, "/images/{name}/tag", Operation::ImageTag, Treatment::Broadcast),
    row(Method::DELETE, "/images/{name}", Operation::ImageRemove, Treatment::Broadcast),
];

/// Rows of the two builders.
#[rustfmt::skip] // one row a line
pub static BUILD: &[Route] = &[
    row(Method::POST, "/build", Operation::Build, Treatment::Schedule),
    row(Method::POST, "/build/cancel", Operation::BuildCancel, Treatment::Schedule),
    row(Method::POST, "/build/prune", Operation::BuildPrune, Treatment::Broadcast),
    row(Method::POST, "/session", Operation::Session, Treatment::Schedule),
    row(Method::POST, "/grpc", Operation::Grpc, Treatment::Schedule),
];

/// Rows under `/networks`.
#[rustfmt::skip] // one row a line
pub static NETWORKS: &[Route] = &[
    row(Method::GET, "/networks", Operation::NetworkList, Treatment::Aggregate),
    buffered(Method::POST, "/networks/create", Operation::NetworkCreate, Treatment::Schedule),
    row(Method::POST, "/networks/prune", Operation::NetworkPrune, Treatment::Broadcast),
    buffered(Method::POST, "/networks/{name}/connect", Operation::NetworkConnect, Treatment::Network),
    buffered(Method::POST, "/networks/{name}/disconnect", Operation::NetworkDisconnect, Treatment::Network),
    row(Method::GET, "/networks/{name}", Operation::NetworkInspect, Treatment::Network),
    row(Method::DELETE, "/networks/{name}", Operation::NetworkRemove, Treatment::Network),
];

/// Rows under `/volumes`.
#[rustfmt::skip] // one row a line
pub static VOLUMES: &[Route] = &[
    row(Method::GET, "/volumes", Operation::VolumeList, Treatment::Aggregate),
    buffered(Method::POST, "/volumes/create", Operation::VolumeCreate, Treatment::Schedule),
    row(Method::POST, "/volumes/prune", Operation::VolumePrune, Treatment::Broadcast),
    row(Method::GET, "/volumes/{name}", Operation::VolumeInspect, Treatment::Volume),
    row(Method::PUT, "/volumes/{name}", Operation::VolumeUpdate, Treatment::NotImplemented),
    row(Method::DELETE, "/volumes/{name}", Operation::VolumeRemove, Treatment::Volume),
];

/// Rows under `/plugins`.
#[rustfmt::skip] // one row a line
pub static PLUGINS: &[Route] = &[
    row(Method::GET, "/plugins", Operation::PluginList, Treatment::Aggregate),
    row(Method::GET, "/plugins/privileges", Operation::PluginPrivileges, Treatment::NotImplemented),
    row(Method::POST, "/plugins/pull", Operation::PluginChange, Treatment::NotImplemented),
    row(Method::POST, "/plugins/create", Operation::PluginChange, Treatment::NotImplemented),
    row(Method::GET, "/plugins/{name}/json", Operation::PluginInspect, Treatment::NotImplemented),
    row(Method::POST, "/plugins/{name}/enable", Operation::PluginChange, Treatment::NotImplemented),
    row(Method::POST, "/plugins/{name}/disable", Operation::PluginChange, Treatment::NotImplemented),
    row(Method::POST, "/plugins/{name}/push", Operation::PluginChange, Treatment::NotImplemented),
    row(Method::POST, "/plugins/{name}/set", Operation::PluginChange, Treatment::NotImplemented),
    row(Method::POST, "/plugins/{name}/upgrade", Operation::PluginChange, Treatment::NotImplemented),
    row(Method::DELETE, "/plugins/{name}", Operation::PluginChange, Treatment::NotImplemented),
];
/// The whole swarm mode of an engine: refused under every method, below these first segments.
static SWARM_MODE: Route = row(
    Method::GET,
    "/{name}",
    Operation::SwarmMode,
    Treatment::OutsideSwarmMode,
);

/// CORS preflight, on every path.
static PREFLIGHT: Route = row(
    Method::OPTIONS,
    "/{name}",
    Operation::Preflight,
    Treatment::Local,
);

/// Every table, in the order of the documentation.
pub static TABLES: &[&[Route]] = &[
    SYSTEM, CONTAINERS, EXEC, IMAGES, BUILD, NETWORKS, VOLUMES, PLUGINS,
];

/// The rows that can match a path, by its first segment: one short table, not all of them.
pub(super) fn candidates(method: &Method, path: &str) -> &'static [Route] {
    if method == Method::OPTIONS {
        return std::slice::from_ref(&PREFLIGHT);
    }
    let first = path
        .trim_start_matches('/')
        .split('/')
        .next()
        .unwrap_or_default();
    match first {
        "containers" => CONTAINERS,
        "exec" | "commit" => EXEC,
        "images" => IMAGES,
        "build" | "session" | "grpc" => BUILD,
        "networks" => NETWORKS,
        "volumes" => VOLUMES,
        "plugins" => PLUGINS,
        "swarm" | "nodes" | "services" | "tasks" | "secrets" | "configs" => {
            std::slice::from_ref(&SWARM_MODE)
        }
        _ => SYSTEM,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn no_row_hides_another() {
        let mut seen = HashSet::new();
        for route in TABLES.iter().copied().flatten() {
            assert!(
                seen.insert((&route.method, route.pattern)),
                "{route:?} stands twice"
            );
            let found = candidates(&route.method, route.pattern);
            assert!(
                found.contains(route),
                "{route:?} is not found by its first segment"
            );
        }
    }
}
