//! One container: small typed fields for look-ups and filters, and its list entry as bytes.

use std::sync::Arc;

use serde_json::Value;
use serde_json::value::RawValue;

use super::engine::NodeKey;
use super::entry::Entry;
use crate::config::Names;
use crate::scheduler::{Workload, WorkloadOptions};

/// What a container does.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum ContainerState {
    /// Never started.
    Created,
    /// Running.
    Running,
    /// Frozen.
    Paused,
    /// Between two runs.
    Restarting,
    /// Being removed.
    Removing,
    /// Ended.
    Exited,
    /// Half removed.
    Dead,
    /// A word this version does not know.
    Other(Arc<str>),
}

/// What a health check says.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Health {
    /// There is none.
    #[default]
    None,
    /// No verdict yet.
    Starting,
    /// Passing.
    Healthy,
    /// Failing.
    Unhealthy,
}

/// When a container began and ended, in seconds since the epoch.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct StateTimes {
    /// When it last started.
    pub started: Option<i64>,
    /// When it last ended.
    pub finished: Option<i64>,
    /// How it last ended.
    pub exit_code: i64,
    /// What its health check says.
    pub health: Health,
}

/// A port of a container as lists show it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ListedPort {
    /// Inside.
    pub private: u16,
    /// On the host; none where it is only exposed.
    pub public: Option<u16>,
    /// `tcp`, `udp`, `sctp`.
    pub protocol: Arc<str>,
}

/// What has to be known of a node to read its containers.
#[derive(Clone, Debug)]
pub struct NodeContext {
    /// Stands for the node.
    pub key: NodeKey,
    /// Its name in the cluster.
    pub name: Arc<str>,
    /// Its IP address.
    pub ip: Arc<str>,
    /// Its IPv6 address, where it has one.
    pub ipv6: Option<Arc<str>>,
    /// How names are shown.
    pub names: Names,
    /// How resources are counted.
    pub workload: WorkloadOptions,
}

/// One container of one engine.
#[derive(Clone, Debug)]
pub struct Container {
    /// Its id.
    pub id: Arc<str>,
    /// The node that has it.
    pub node: NodeKey,
    /// Its own name, without slash; empty where it has none.
    pub name: Arc<str>,
    /// When it was created, in nanoseconds since the epoch; in whole seconds until it was inspected.
    pub created: i64,
    /// What it does.
    pub state: ContainerState,
    /// Since when; none until it was inspected.
    pub times: Option<StateTimes>,
    /// Its ports.
    pub ports: Box<[ListedPort]>,
    /// Where something is mounted: source (a volume's name or a path) and destination.
    pub mounts: Box<[(Box<str>, Box<str>)]>,
    /// The ids of its networks; the names are in the workload.
    pub network_ids: Box<[Arc<str>]>,
    /// Names, image, labels, volumes, networks, and what it occupies.
    pub workload: Arc<Workload>,
    /// Its list entry, edited.
    pub entry: Entry,
}

/// A list entry or inspect that cannot be a container's.
#[derive(Debug, thiserror::Error)]
pub enum InvalidContainer {
    /// It is not JSON.
    #[error("a container that is not JSON: {0}")]
    Json(#[from] serde_json::Error),
    /// It has no id.
    #[error("a container without an Id")]
    Id,
}

impl Container {
    /// Reads a container from its list entry and, once known, its inspect.
    ///
    /// # Errors
    /// When the entry is not an object with an `Id`.
    pub fn from_engine(
        raw: &RawValue,
        inspect: Option<&Value>,
        context: &NodeContext,
    ) -> Result<Self, InvalidContainer> {
        let listed: Value = serde_json::from_str(raw.get())?;
        let workload = Workload::from_engine(&listed, inspect, context.workload);
        if workload.id.is_empty() {
            return Err(InvalidContainer::Id);
        }
        let own = inspect.and_then(|inspect| inspect["Name"].as_str());
        let own = own.map(|name| name.trim_start_matches('/'));
        let name = workload.names.iter().find(|name| own == Some(name));
        let state = ContainerState::read(&listed);
        Ok(Self {
            id: Arc::clone(&workload.id),
            node: context.key,
            name: name.or(workload.names.first()).cloned().unwrap_or_default(),
            created: created(&listed, inspect),
            times: inspect.map(StateTimes::read),
            ports: list(&listed["Ports"]).filter_map(port).collect(),
            mounts: list(&listed["Mounts"]).map(mount).collect(),
            network_ids: network_ids(&listed),
            entry: Entry::edit(raw, context)?,
            workload: Arc::new(workload),
            state,
        })
    }

    /// Takes over what only an inspect tells from what was known before, until there is a new one:
    /// resources must not seem free meanwhile.
    pub fn carry_over(&mut self, old: &Self) {
        let (mut new, old_work) = ((*self.workload).clone(), &old.workload);
        new.memory = old_work.memory;
        new.nano_cpus = old_work.nano_cpus;
        new.cpu_shares = old_work.cpu_shares;
        new.ports = old_work.ports.clone();
        new.exposed = old_work.exposed.clone();
        new.host_network |= old_work.host_network;
        if self.created == old.created - old.created.rem_euclid(NANOS) {
            self.created = old.created;
        }
        self.workload = Arc::new(new);
        if self.state == old.state {
            self.times = old.times;
        }
    }

    /// Whether its inspect is known, so that its resources and times are.
    pub fn is_settled(&self) -> bool {
        self.times.is_some()
    }
}

const NANOS: i64 = 1_000_000_000;

/// Lists have seconds only, which would leave the order of what is made at once to chance.
fn created(listed: &Value, inspect: Option<&Value>) -> i64 {
    let text = inspect.and_then(|inspect| inspect["Created"].as_str());
    let exact = text.and_then(|text| text.parse::<jiff::Timestamp>().ok());
    let exact = exact.and_then(|time| i64::try_from(time.as_nanosecond()).ok());
    let seconds = listed["Created"].as_i64().unwrap_or(0);
    exact.unwrap_or(seconds.saturating_mul(NANOS))
}

impl ContainerState {
    /// The word engines use.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Created => "created",
            Self::Running => "running",
            Self::Paused => "paused",
            Self::Restarting => "restarting",
            Self::Removing => "removing",
            Self::Exited => "exited",
            Self::Dead => "dead",
            Self::Other(word) => word,
        }
    }

    fn read(listed: &Value) -> Self {
        let status = listed["Status"].as_str().unwrap_or("");
        match listed["State"].as_str() {
            Some("created") => Self::Created,
            Some("running") => Self::Running,
            Some("paused") => Self::Paused,
            Some("restarting") => Self::Restarting,
            Some("removing") => Self::Removing,
            Some("exited") => Self::Exited,
            Some("dead") => Self::Dead,
            Some(other) => Self::Other(other.into()),
            // Engines before API 1.23 list no state, only the sentence.
            None if status.ends_with("(Paused)") => Self::Paused,
            None if status.starts_with("Up") => Self::Running,
            None if status.starts_with("Restarting") => Self::Restarting,
            None if status.starts_with("Exited") => Self::Exited,
            None if status.starts_with("Dead") => Self::Dead,
            None => Self::Created,
        }
    }
}

impl StateTimes {
    fn read(inspect: &Value) -> Self {
        let state = &inspect["State"];
        Self {
            started: seconds(&state["StartedAt"]),
            finished: seconds(&state["FinishedAt"]),
            exit_code: state["ExitCode"].as_i64().unwrap_or(0),
            health: match state["Health"]["Status"].as_str() {
                Some("starting") => Health::Starting,
                Some("healthy") => Health::Healthy,
                Some("unhealthy") => Health::Unhealthy,
                _ => Health::None,
            },
        }
    }
}

/// An engine's time; its zero, the year 1, means never.
fn seconds(value: &Value) -> Option<i64> {
    let time: jiff::Timestamp = value.as_str()?.parse().ok()?;
    Some(time.as_second()).filter(|seconds| *seconds > 0)
}

fn list(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

fn port(port: &Value) -> Option<ListedPort> {
    let number = |key: &str| port[key].as_u64().and_then(|n| u16::try_from(n).ok());
    Some(ListedPort {
        private: number("PrivatePort")?,
        public: number("PublicPort").filter(|public| *public != 0),
        protocol: port["Type"].as_str().unwrap_or("tcp").into(),
    })
}

fn mount(mount: &Value) -> (Box<str>, Box<str>) {
    let text = |key: &str| mount[key].as_str().filter(|text| !text.is_empty());
    let source = text("Name").or(text("Source")).unwrap_or("");
    (source.into(), text("Destination").unwrap_or("").into())
}

fn network_ids(listed: &Value) -> Box<[Arc<str>]> {
    let networks = listed["NetworkSettings"]["Networks"].as_object();
    let ids = networks.into_iter().flat_map(|map| map.values());
    ids.filter_map(|network| network["NetworkID"].as_str())
        .filter(|id| !id.is_empty())
        .map(Into::into)
        .collect()
}
