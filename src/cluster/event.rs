//! What monitors and handlers tell the state.

use std::sync::Arc;

use swarm_middleware::address::Address;
use swarm_middleware::forward::Upstream;
use tokio::sync::oneshot;

use super::container::Container;
use super::engine::{EngineFacts, EngineStatus, NodeKey};
use super::resource::{Image, Network, Volume};

/// Fires once a change can be seen in the published snapshot.
pub type Ack = oneshot::Sender<()>;

/// One change of one engine.
#[derive(Debug)]
pub struct ClusterEvent {
    /// The engine.
    pub key: NodeKey,
    /// What changed.
    pub change: Change,
    /// Who waits for it to be visible.
    pub applied: Vec<Ack>,
}

/// What changed.
#[derive(Debug)]
pub enum Change {
    /// Discovery named an engine.
    Joined {
        /// Where it listens.
        address: Address,
        /// The pooled way to it.
        upstream: Arc<Upstream>,
    },
    /// Discovery no longer names it.
    Left,
    /// It answers, or it does not.
    Status {
        /// Whether it can be used.
        status: EngineStatus,
        /// Why not, or what failed last.
        error: Option<Arc<str>>,
        /// Failures in a row.
        failures: u32,
        /// 100 without failures, 0 when the next makes it unhealthy.
        degree: u8,
    },
    /// What it says of itself was read.
    Facts(Arc<EngineFacts>),
    /// Its containers, all of them.
    Containers(Vec<Arc<Container>>),
    /// Some of its containers, new or changed.
    Upsert(Vec<Arc<Container>>),
    /// A container is gone.
    Removed(Arc<str>),
    /// Whether everything that placement counts is known of all its containers.
    Settled(bool),
    /// Its images, all of them.
    Images(Vec<Arc<Image>>),
    /// Its networks, all of them.
    Networks(Vec<Arc<Network>>),
    /// Its volumes, all of them.
    Volumes(Vec<Arc<Volume>>),
    /// An exec was made in a container.
    Exec {
        /// The exec's id.
        id: Arc<str>,
        /// The container's.
        container: Arc<str>,
    },
    /// Nothing; what was sent before it is visible once it is acknowledged.
    Barrier,
}
