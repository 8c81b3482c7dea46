//! What handlers answer with.

use std::sync::Arc;

use crate::builds::Builds;
use crate::cluster::{ClusterView, Snapshot};
use crate::config::ClusterOptions;
use crate::engine::Engines;
use crate::placement::{Leases, Loose};
use crate::scheduler::ClusterDriver;
use crate::transfer::Transfers;

use super::containers::Unstarted;
use super::system::info::InfoRenderer;

/// The cluster as handlers see it; cheap to clone.
#[derive(Clone, Debug)]
pub struct Context(Arc<Parts>);

/// The parts of a [`Context`].
#[derive(Debug)]
pub struct Parts {
    /// The state.
    pub view: ClusterView,
    /// The monitors, which refresh it.
    pub engines: Arc<Engines>,
    /// What is promised.
    pub leases: Leases,
    /// Who decides where containers go.
    pub driver: Arc<dyn ClusterDriver>,
    /// `--cluster-opt`.
    pub options: ClusterOptions,
    /// Whether `/debug` is served.
    pub debug: bool,
    /// Which lists read engines first.
    pub refresh: RefreshFirst,
    /// Image copies under way.
    pub transfers: Transfers,
    /// Containers of old clients that were not started yet.
    pub unstarted: Unstarted,
    /// Volumes and networks that may still move.
    pub loose: Loose,
    /// Builds under way.
    pub builds: Builds,
    /// Who this manager is.
    pub identity: Identity,
    /// The parts of `/info` that did not change.
    pub info: InfoRenderer,
}

/// Who this manager is.
#[derive(Clone, Debug)]
pub struct Identity {
    /// An id of the form that engines have: twelve groups of four.
    pub id: String,
    /// The machine's host name.
    pub name: String,
}

impl Identity {
    /// A new id, and this machine's name.
    pub fn of_this_process() -> Self {
        const LETTERS: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
        let letter = || char::from(LETTERS[fastrand::usize(..LETTERS.len())]);
        let group = || (0..4).map(|_| letter()).collect::<String>();
        let name = std::fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default();
        let name = Some(name.trim()).filter(|name| !name.is_empty());
        Self {
            id: (0..12).map(|_| group()).collect::<Vec<_>>().join(":"),
            name: name.unwrap_or("swarm").to_owned(),
        }
    }
}

/// Which container lists read the engines first.
#[derive(Clone, Debug, Default)]
pub struct RefreshFirst {
    /// Those filtered by node.
    pub on_node_filter: bool,
    /// Those filtered by this name.
    pub container_name: Option<String>,
}

impl Context {
    /// Wraps the parts.
    pub fn new(parts: Parts) -> Self {
        Self(Arc::new(parts))
    }

    /// The state now.
    pub fn snapshot(&self) -> Arc<Snapshot> {
        self.0.view.snapshot()
    }
}

impl std::ops::Deref for Context {
    type Target = Parts;

    fn deref(&self) -> &Parts {
        &self.0
    }
}
