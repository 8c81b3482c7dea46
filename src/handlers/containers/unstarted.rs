//! What containers of old clients were created from, until they are started.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use swarm_middleware::api::ApiVersion;

use super::create::Wish;
use crate::cluster::{ContainerState, Snapshot};
use crate::placement::Movable;

/// Clients of an older version say of the host what they have to say when they start a container.
pub(super) const START_COMPLETES: ApiVersion = ApiVersion::v1(15);
/// How many are kept; the oldest are forgotten, and stay where they are.
const MOST: usize = 256;
/// How many bytes of bodies are kept.
const MOST_BYTES: usize = 16 << 20;

/// The containers that may still move.
#[derive(Debug, Default)]
pub struct Unstarted(Mutex<VecDeque<Kept>>);

/// One of them.
#[derive(Clone, Debug)]
pub(super) struct Kept {
    id: Arc<str>,
    size: usize,
    /// The create as the client sent it.
    pub(super) wish: Wish,
    /// What placement needs to make it once more.
    pub(super) movable: Movable,
}

impl Kept {
    /// The same for one that was made anew, and was `from` before.
    pub(super) fn moved(self, from: &str) -> Self {
        Self {
            movable: self.movable.moved(from),
            ..self
        }
    }
}

impl Unstarted {
    /// Keeps one, and forgets those that were started or removed, then the oldest.
    pub(super) fn keep(&self, snapshot: &Snapshot, id: Arc<str>, wish: Wish, movable: Movable) {
        let size = movable.size();
        let mut kept = self.lock();
        kept.retain(|one| {
            let found = snapshot.container(&one.id);
            found.is_ok_and(|found| found.container.state == ContainerState::Created)
        });
        kept.push_back(Kept {
            id,
            size,
            wish,
            movable,
        });
        while kept.len() > MOST || kept.iter().map(|one| one.size).sum::<usize>() > MOST_BYTES {
            kept.pop_front();
        }
    }

    /// Takes one out, so that of two starts at once only one moves it.
    pub(super) fn take(&self, id: &str) -> Option<Kept> {
        let mut kept = self.lock();
        let at = kept.iter().position(|one| *one.id == *id)?;
        kept.remove(at)
    }

    fn lock(&self) -> MutexGuard<'_, VecDeque<Kept>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
