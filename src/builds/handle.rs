//! The one table of pins, shared.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::time::Instant;

use super::{Candidate, Client, Pins, Visit};
use crate::cluster::NodeKey;

/// Every build under way and every pin; cheap to clone.
#[derive(Clone, Debug, Default)]
pub struct Builds(Arc<Mutex<Pins>>);

/// Something of a build on a node, until it is dropped.
#[derive(Debug)]
pub struct Stay {
    number: u64,
    builds: Builds,
}

impl Builds {
    /// The client's node, see [`Pins::node`].
    pub fn node(&self, client: &Client, candidates: &[Candidate]) -> Option<NodeKey> {
        self.lock().node(client, candidates, Instant::now())
    }

    /// The node of a session.
    pub fn session(&self, id: &str) -> Option<NodeKey> {
        self.lock().session(id)
    }

    /// The node of a build.
    pub fn build(&self, id: &str) -> Option<NodeKey> {
        self.lock().build(id)
    }

    /// Something begins on a node, and lasts as long as what is returned.
    pub fn enter(&self, node: NodeKey, visit: Visit) -> Stay {
        Stay {
            number: self.lock().enter(node, visit),
            builds: self.clone(),
        }
    }

    /// The nodes that clients are pinned to.
    pub fn nodes(&self) -> Vec<NodeKey> {
        self.lock().nodes(Instant::now())
    }

    /// No step of the table can panic half way.
    fn lock(&self) -> MutexGuard<'_, Pins> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Stay {
    fn drop(&mut self) {
        self.builds.lock().leave(self.number, Instant::now());
    }
}
