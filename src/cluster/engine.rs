//! One engine as snapshots show it.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;
use std::time::SystemTime;

use bytes::Bytes;
use rustc_hash::FxHashMap;
use swarm_middleware::address::Address;
use swarm_middleware::api::ApiVersion;
use swarm_middleware::forward::Upstream;

use super::container::{Container, ContainerState};
use super::resource::{Image, Network, Volume};
use crate::scheduler::Node;

/// Stands for one engine as long as discovery names it; never used twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NodeKey(pub u32);

/// Whether an engine can be used.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum EngineStatus {
    /// Not validated yet.
    #[default]
    Pending,
    /// It answers.
    Healthy,
    /// It failed too often in a row.
    Unhealthy,
}

impl fmt::Display for EngineStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Pending => "Pending",
            Self::Healthy => "Healthy",
            Self::Unhealthy => "Unhealthy",
        })
    }
}

/// What an engine says of itself.
#[derive(Clone, Debug)]
pub struct EngineFacts {
    /// The engine's own id.
    pub engine_id: Arc<str>,
    /// The engine's own name; [`EngineSnapshot::name`] is the one that is unique.
    pub name: Arc<str>,
    /// The address published ports are shown with.
    pub ip: Arc<str>,
    /// The IPv6 address, where it has one.
    pub ipv6: Option<Arc<str>>,
    /// The daemon's version.
    pub server_version: Arc<str>,
    /// The newest API version served.
    pub api: ApiVersion,
    /// The oldest API version served.
    pub min_api: ApiVersion,
    /// CPUs.
    pub cpus: i64,
    /// Bytes of memory.
    pub memory: i64,
    /// `linux`, `windows`.
    pub os_type: Arc<str>,
    /// As the daemon reports it: `x86_64`, `aarch64`.
    pub architecture: Arc<str>,
    /// The daemon's labels and the ones derived from its facts.
    pub labels: Arc<BTreeMap<String, String>>,
    /// Whether experimental features are on.
    pub experimental: bool,
    /// The answer to `/info` as it came.
    pub info: Bytes,
}

/// How many containers there are, by what they do.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Running, restarting ones included.
    pub running: usize,
    /// Paused.
    pub paused: usize,
    /// All others.
    pub stopped: usize,
}

impl Counts {
    /// All of them.
    pub fn total(self) -> usize {
        self.running + self.paused + self.stopped
    }

    pub(super) fn slot(&mut self, state: &ContainerState) -> &mut usize {
        match state {
            ContainerState::Running | ContainerState::Restarting => &mut self.running,
            ContainerState::Paused => &mut self.paused,
            ContainerState::Created
            | ContainerState::Removing
            | ContainerState::Exited
            | ContainerState::Dead
            | ContainerState::Other(_) => &mut self.stopped,
        }
    }
}

/// One engine and all it holds, at one moment. Cloning shares everything large.
#[derive(Clone, Debug)]
pub struct EngineSnapshot {
    /// Stands for this engine.
    pub key: NodeKey,
    /// Where it listens.
    pub address: Address,
    /// The pooled way to it.
    pub upstream: Arc<Upstream>,
    /// Its name in the cluster: its own, told apart where another engine has the same.
    pub name: Arc<str>,
    /// Whether it can be used.
    pub status: EngineStatus,
    /// Why it cannot be used, or what failed last.
    pub error: Option<Arc<str>>,
    /// Failures in a row.
    pub failures: u32,
    /// What it says of itself; none until it was validated.
    pub facts: Option<Arc<EngineFacts>>,
    /// The scheduler's view of it.
    pub node: Arc<Node>,
    /// Its containers by id.
    pub containers: Arc<FxHashMap<Arc<str>, Arc<Container>>>,
    /// Its images.
    pub images: Arc<Vec<Arc<Image>>>,
    /// Its networks.
    pub networks: Arc<Vec<Arc<Network>>>,
    /// Its volumes.
    pub volumes: Arc<Vec<Arc<Volume>>>,
    /// Containers by what they do.
    pub counts: Counts,
    /// When it last answered.
    pub updated_at: SystemTime,
}

impl EngineSnapshot {
    pub(super) fn new(
        key: NodeKey,
        address: Address,
        upstream: Arc<Upstream>,
        now: SystemTime,
    ) -> Self {
        let addr: Arc<str> = address.to_string().into();
        Self {
            key,
            upstream,
            status: EngineStatus::Pending,
            error: None,
            failures: 0,
            facts: None,
            node: Arc::new(Node::new(
                Arc::clone(&addr),
                Arc::clone(&addr),
                Arc::clone(&addr),
                address.host(),
            )),
            name: addr,
            address,
            containers: Arc::default(),
            images: Arc::default(),
            networks: Arc::default(),
            volumes: Arc::default(),
            counts: Counts::default(),
            updated_at: now,
        }
    }

    /// Whether requests may be sent to it.
    pub fn is_healthy(&self) -> bool {
        self.status == EngineStatus::Healthy
    }

    /// `ENGINEID|ADDR`.
    pub fn id(&self) -> &Arc<str> {
        &self.node.id
    }

    /// The IP address published ports are shown with.
    pub fn ip(&self) -> &Arc<str> {
        &self.node.ip
    }

    /// A container of this engine by its full id.
    pub fn container(&self, id: &str) -> Option<&Arc<Container>> {
        self.containers.get(id)
    }
}
