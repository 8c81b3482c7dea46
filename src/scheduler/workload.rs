//! What a container, placed or only promised, occupies on a node.

use std::sync::Arc;

use serde_json::Value;

use super::labels::{self, Labels};
use super::ports::{PortClaim, Protocol, exposed_port, host_address};

/// How `CpuShares` are understood (`swarm.cpushares`).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum CpuShares {
    /// A weight the engine knows what to do with; not counted.
    #[default]
    Weight,
    /// A number of whole CPUs, counted and scaled to the engine's weights.
    Cores,
}

/// How an engine's containers are read.
#[derive(Debug, Clone, Copy, Default)]
pub struct WorkloadOptions {
    /// How `CpuShares` are understood.
    pub cpu_shares: CpuShares,
    /// CPUs of the engine, to turn its weights back into cores.
    pub ncpu: i64,
}

/// What a container, placed or leased, occupies, and what filters look at.
#[derive(Debug, Clone, Default)]
pub struct Workload {
    /// The container's id, or the lease's.
    pub id: Arc<str>,
    /// The id it keeps when re-created elsewhere.
    pub swarm_id: Option<Arc<str>>,
    /// Its names, without slash; links of others to it are left out.
    pub names: Box<[Arc<str>]>,
    /// The image as it was asked for.
    pub image: Arc<str>,
    /// The image's id; empty when not known yet.
    pub image_id: Arc<str>,
    /// Its labels.
    pub labels: Labels,
    /// Bytes of memory reserved.
    pub memory: i64,
    /// CPUs reserved, in billionths; with cores counted, those too.
    pub nano_cpus: i64,
    /// The weight as the engine has it.
    pub cpu_shares: i64,
    /// Host ports held, whether it runs or not.
    pub ports: Box<[PortClaim]>,
    /// Whether it shares the host's network.
    pub host_network: bool,
    /// Ports it exposes: first, last, protocol.
    pub exposed: Box<[(u16, u16, Protocol)]>,
    /// Volumes it names.
    pub volumes: Box<[Arc<str>]>,
    /// Networks it names.
    pub networks: Box<[Arc<str>]>,
    /// The Testcontainers session it belongs to.
    pub session: Option<Arc<str>>,
    /// Whether it runs.
    pub running: bool,
}

impl Workload {
    /// Reads a container from its entry in an engine's list and, once known, its inspect; what is missing or unknown is passed over.
    pub fn from_engine(entry: &Value, inspect: Option<&Value>, options: WorkloadOptions) -> Self {
        let inspect = inspect.unwrap_or(&Value::Null);
        let host = &inspect["HostConfig"];
        let config = &inspect["Config"];
        let id = text(&entry["Id"]).or(text(&inspect["Id"])).unwrap_or("");
        let names = names(entry, inspect);
        let from = if entry["Labels"].is_object() {
            entry
        } else {
            config
        };
        let labels = Labels::from_json(from.get("Labels"));
        let mode = text(&host["NetworkMode"]).or(text(&entry["HostConfig"]["NetworkMode"]));
        let shares = host["CpuShares"].as_i64().unwrap_or(0);
        let nano = host["NanoCpus"].as_i64().unwrap_or(0).max(0);
        let image = text(&config["Image"])
            .or(text(&entry["Image"]))
            .unwrap_or("");
        Self {
            id: id.into(),
            swarm_id: labels.get(labels::SWARM_ID).map(Into::into),
            image: image.into(),
            image_id: text(&entry["ImageID"])
                .or(text(&inspect["Image"]))
                .unwrap_or("")
                .into(),
            memory: host["Memory"].as_i64().unwrap_or(0).max(0),
            nano_cpus: nano.saturating_add(cores(shares, options)),
            cpu_shares: shares,
            ports: engine_ports(entry, inspect),
            host_network: mode == Some("host"),
            exposed: exposed(entry, config),
            volumes: volumes(entry, inspect),
            networks: networks(entry, inspect),
            session: session(&labels, names.iter().map(|name| &**name)),
            running: running(entry, inspect),
            names,
            labels,
        }
    }

    /// Whether it goes by this plain name.
    pub fn has_name(&self, name: &str) -> bool {
        self.names.iter().any(|have| **have == *name)
    }
}

/// The Testcontainers session of a container, by its label or by the name of the session's reaper.
pub(crate) fn session<'a>(
    labels: &Labels,
    names: impl IntoIterator<Item = &'a str>,
) -> Option<Arc<str>> {
    let reaper = |name: &'a str| name.strip_prefix("testcontainers-ryuk-");
    labels
        .get(labels::TESTCONTAINERS_SESSION)
        .or_else(|| names.into_iter().find_map(reaper))
        .filter(|session| !session.is_empty())
        .map(Into::into)
}

fn text(value: &Value) -> Option<&str> {
    value.as_str().filter(|text| !text.is_empty())
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

fn cores(shares: i64, options: WorkloadOptions) -> i64 {
    match options.cpu_shares {
        CpuShares::Weight => 0,
        CpuShares::Cores => {
            (shares.max(0).saturating_mul(options.ncpu.max(0)) / 1024).saturating_mul(1_000_000_000)
        }
    }
}

fn names(entry: &Value, inspect: &Value) -> Box<[Arc<str>]> {
    let listed = list(&entry["Names"]).iter().filter_map(Value::as_str);
    let own = listed.chain(inspect["Name"].as_str());
    let mut names: Vec<Arc<str>> = Vec::new();
    for name in own {
        let plain = name.strip_prefix('/').unwrap_or(name);
        // `/web/db` is the alias under which `web` is linked to this container.
        if !plain.is_empty() && !plain.contains('/') && !names.iter().any(|have| **have == *plain) {
            names.push(plain.into());
        }
    }
    names.into()
}

fn running(entry: &Value, inspect: &Value) -> bool {
    match (
        entry["State"].as_str(),
        inspect["State"]["Running"].as_bool(),
    ) {
        (Some(state), _) => matches!(state, "running" | "paused" | "restarting"),
        (None, Some(running)) => running,
        // Engines before API 1.23 list no state, only the sentence.
        (None, None) => entry["Status"]
            .as_str()
            .is_some_and(|s| s.starts_with("Up")),
    }
}

fn engine_ports(entry: &Value, inspect: &Value) -> Box<[PortClaim]> {
    let mut claims: Vec<PortClaim> = Vec::new();
    let mut bound: Vec<(u16, Protocol)> = Vec::new();
    for port in list(&entry["Ports"]) {
        let number = |key: &str| port[key].as_u64().and_then(|n| u16::try_from(n).ok());
        let protocol = Protocol::from_name(port["Type"].as_str().unwrap_or(""));
        let Some(public) = number("PublicPort").filter(|public| *public != 0) else {
            continue;
        };
        bound.extend(number("PrivatePort").map(|private| (private, protocol)));
        let claim = PortClaim::exact(
            host_address(text(&port["IP"]).unwrap_or("")),
            public,
            protocol,
        );
        if !claims.contains(&claim) {
            claims.push(claim);
        }
    }
    for (container, claim) in bindings(&inspect["HostConfig"]["PortBindings"]) {
        // A range that the running container already settled on one port of.
        let settled = !claim.is_exact() && bound.contains(&container);
        if !settled && !claims.contains(&claim) {
            claims.push(claim);
        }
    }
    claims.into()
}

/// Reads `PortBindings`: the container's port and what it claims of the host, one by one.
pub(crate) fn bindings(map: &Value) -> Vec<((u16, Protocol), PortClaim)> {
    let mut found = Vec::new();
    for (port, list_of) in map.as_object().into_iter().flatten() {
        let Some((first, _, protocol)) = exposed_port(port) else {
            continue;
        };
        for binding in list(list_of) {
            let ip = binding["HostIp"].as_str().unwrap_or("");
            let port = match &binding["HostPort"] {
                Value::Number(number) => number.to_string(),
                other => other.as_str().unwrap_or("").to_owned(),
            };
            found.extend(
                PortClaim::parse(ip, &port, protocol).map(|claim| ((first, protocol), claim)),
            );
        }
    }
    found
}

fn exposed(entry: &Value, config: &Value) -> Box<[(u16, u16, Protocol)]> {
    if let Some(ports) = config["ExposedPorts"].as_object() {
        return ports.keys().filter_map(|port| exposed_port(port)).collect();
    }
    let private = |port: &Value| {
        let number = u16::try_from(port["PrivatePort"].as_u64()?).ok()?;
        Some((
            number,
            number,
            Protocol::from_name(port["Type"].as_str().unwrap_or("")),
        ))
    };
    list(&entry["Ports"]).iter().filter_map(private).collect()
}

fn volumes(entry: &Value, inspect: &Value) -> Box<[Arc<str>]> {
    let mounts = list(&inspect["Mounts"])
        .iter()
        .chain(list(&entry["Mounts"]));
    let mut names: Vec<Arc<str>> = mounts
        .filter(|mount| mount["Type"].as_str().unwrap_or("volume") == "volume")
        .filter_map(|mount| text(&mount["Name"]))
        .map(Into::into)
        .collect();
    names.sort_unstable();
    names.dedup();
    names.into()
}

fn networks(entry: &Value, inspect: &Value) -> Box<[Arc<str>]> {
    let of = |value: &Value| {
        let map = value["NetworkSettings"]["Networks"].as_object();
        map.map(|map| {
            map.keys()
                .map(|name| Arc::from(name.as_str()))
                .collect::<Vec<_>>()
        })
    };
    let mut names = of(inspect).or_else(|| of(entry)).unwrap_or_default();
    names.sort_unstable();
    names.into()
}

#[cfg(test)]
mod tests;
