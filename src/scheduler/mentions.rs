//! What a create body names beside itself: volumes, networks, other containers.

use std::sync::Arc;

use serde_json::Value;

/// A volume or network that a create names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mention {
    /// Its name, without a node before it.
    pub name: Arc<str>,
    /// The node, where it was given as `node/name`.
    pub node: Option<Arc<str>>,
    /// Whether it was created beforehand and may still move: then only who else names it matters.
    pub loose: bool,
}

/// What ties a container to another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DependencyKind {
    /// `--volumes-from`
    VolumesFrom,
    /// `--link`
    Link,
    /// `--net=container:`
    Network,
    /// `--pid=container:`
    Pid,
    /// `--ipc=container:`
    Ipc,
}

impl DependencyKind {
    /// The option of `docker run` that asks for it.
    pub fn option(self) -> &'static str {
        match self {
            Self::VolumesFrom => "--volumes-from=",
            Self::Link => "--link=",
            Self::Network => "--net=container:",
            Self::Pid => "--pid=container:",
            Self::Ipc => "--ipc=container:",
        }
    }
}

/// A container that must be on the same node.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dependency {
    /// Why.
    pub kind: DependencyKind,
    /// Its id, swarm id, name or `node/name`.
    pub reference: Arc<str>,
}

fn list(value: &Value) -> impl Iterator<Item = &str> {
    value
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
}

fn push(mentions: &mut Vec<Mention>, text: &str) {
    let (node, name) = match text.split_once('/') {
        Some((node, name)) => (Some(Arc::from(node)), name),
        None => (None, text),
    };
    let mention = Mention {
        name: name.into(),
        node,
        loose: false,
    };
    if !mentions.contains(&mention) {
        mentions.push(mention);
    }
}

/// The source of a bind when it is a volume's name and not a path.
pub(crate) fn bind_volume(bind: &str) -> Option<&str> {
    let (source, _) = bind.split_once(':')?;
    // One letter is a drive; volume names have two characters or more.
    let named = source.len() > 1 && source.starts_with(|c: char| c.is_ascii_alphanumeric());
    (named && !source.contains('\\')).then_some(source)
}

/// Named volumes of the engine's own driver.
pub(crate) fn volumes(body: &Value) -> Vec<Mention> {
    let host = &body["HostConfig"];
    let mut found = Vec::new();
    let local = |driver: &Value| matches!(driver.as_str(), None | Some("" | "local"));
    if local(&host["VolumeDriver"]) && local(&body["VolumeDriver"]) {
        for bind in list(&host["Binds"]) {
            if let Some(name) = bind_volume(bind) {
                push(&mut found, name);
            }
        }
    }
    for mount in host["Mounts"].as_array().into_iter().flatten() {
        let source = mount["Source"].as_str().filter(|source| !source.is_empty());
        if mount["Type"].as_str() == Some("volume")
            && local(&mount["VolumeOptions"]["DriverConfig"]["Name"])
            && let Some(source) = source
        {
            push(&mut found, source);
        }
    }
    found
}

/// Whether a network mode or endpoint is a network of its own, not one every engine has.
pub(crate) fn is_user_network(name: &str) -> bool {
    !matches!(name, "" | "default" | "bridge" | "host" | "none" | "nat")
        && !name.starts_with("container:")
}

/// User-defined networks.
pub(crate) fn networks(body: &Value) -> Vec<Mention> {
    let mut found = Vec::new();
    let mode = body["HostConfig"]["NetworkMode"].as_str();
    let endpoints = body["NetworkingConfig"]["EndpointsConfig"].as_object();
    let keys = endpoints
        .into_iter()
        .flatten()
        .map(|(name, _)| name.as_str());
    for name in mode.into_iter().chain(keys) {
        let plain = name.rsplit_once('/').map_or(name, |(_, plain)| plain);
        if is_user_network(name) && is_user_network(plain) {
            push(&mut found, name);
        }
    }
    found
}

/// Containers that must be on the same node.
pub(crate) fn dependencies(body: &Value) -> Vec<Dependency> {
    let host = &body["HostConfig"];
    let mut found = Vec::new();
    let mut add = |kind, reference: &str| {
        if !reference.is_empty() {
            found.push(Dependency {
                kind,
                reference: reference.into(),
            });
        }
    };
    let first = |text: &'_ str| text.split(':').next().unwrap_or("").to_owned();
    for from in list(&host["VolumesFrom"]) {
        add(DependencyKind::VolumesFrom, &first(from));
    }
    for link in list(&host["Links"]) {
        add(DependencyKind::Link, &first(link));
    }
    for (kind, key) in [
        (DependencyKind::Network, "NetworkMode"),
        (DependencyKind::Pid, "PidMode"),
        (DependencyKind::Ipc, "IpcMode"),
    ] {
        let target = host[key]
            .as_str()
            .and_then(|mode| mode.strip_prefix("container:"));
        add(kind, target.unwrap_or(""));
    }
    found
}
