//! Where a request goes.

use std::sync::Arc;

use serde_json::Value;

use super::create::Wanted;
use super::{ClusterPlacement, Kind, Lease};
use crate::builds::Stay;
use crate::cluster::{EngineSnapshot, Snapshot};

/// What becomes of a request.
#[derive(Debug)]
pub enum Plan {
    /// Answered from the cluster's state, or by asking engines on its behalf.
    Local,
    /// Sent to one engine.
    One(Destination),
    /// Something new for one engine that may still move afterwards.
    Loose(Destination),
    /// Sent to one engine, which may take the connection over.
    Tunnel(Destination),
    /// A connection of a build, which the engine may take over.
    Session(Destination, Stay),
    /// A build, and what it holds until its answer has ended.
    Build(Destination, Hold),
    /// A container to be created.
    Create(Box<Creation>),
    /// Done on these engines; `name` is what the client called the object.
    Each(Vec<Arc<EngineSnapshot>>),
}

/// What a build holds while it runs.
#[derive(Debug)]
pub enum Hold {
    /// What it may use of its node, and its place among the node's builds.
    Lease(Lease, Stay),
    /// Its client's pin.
    Stay(Stay),
}

/// One engine, and what it calls the object that the client named.
#[derive(Clone, Debug)]
pub struct Destination {
    /// The engine.
    pub engine: Arc<EngineSnapshot>,
    /// The object's name or id there; empty where the path names none.
    pub name: String,
    /// The full id, where the object is a container.
    pub container: Option<Arc<str>>,
}

/// A container that was promised to a node.
#[derive(Debug)]
pub struct Creation {
    /// The node.
    pub engine: Arc<EngineSnapshot>,
    /// The create body as the engine gets it.
    pub body: Value,
    /// The state in which this was decided.
    pub snapshot: Arc<Snapshot>,
    /// Holds what the container will occupy.
    pub lease: Lease,
    /// The volumes and networks that move to the node first, where they are not there yet.
    pub loose: Vec<(Kind, Arc<str>)>,
    /// What was asked.
    pub(super) wanted: Wanted,
    /// Who decides again, when the node will not do.
    pub(super) placement: ClusterPlacement,
}
