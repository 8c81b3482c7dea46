//! All open connections, and how they end.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::{Instant, timeout_at};

use super::state::ConnectionState;

/// How a server's last connections ended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct DrainReport {
    /// Connections open when the server was told to stop.
    pub open: usize,
    /// Those that had not ended within the bound and were cut.
    pub cut: usize,
}

/// Connections by number.
#[derive(Debug, Default)]
pub(super) struct Connections {
    open: Mutex<HashMap<u64, Arc<ConnectionState>>>,
    next: AtomicU64,
    draining: AtomicBool,
    left: Notify,
}

/// One connection's place among them.
#[derive(Debug)]
pub(super) struct Entry {
    pub(super) state: Arc<ConnectionState>,
    all: Arc<Connections>,
    number: u64,
}

impl Drop for Entry {
    fn drop(&mut self) {
        self.all.lock().remove(&self.number);
        if self.all.draining.load(Ordering::Acquire) {
            self.all.left.notify_one();
        }
    }
}

/// Cutting a connection takes one poll of its task.
const LAST_POLL: Duration = Duration::from_secs(1);

impl Connections {
    fn lock(&self) -> MutexGuard<'_, HashMap<u64, Arc<ConnectionState>>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn enter(self: &Arc<Self>) -> Entry {
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        let state = Arc::new(ConnectionState::default());
        self.lock().insert(number, Arc::clone(&state));
        Entry {
            state,
            all: Arc::clone(self),
            number,
        }
    }

    /// Lets requests and tunnels finish, then cuts what is left at the bound.
    pub(super) async fn drain(&self, bound: Duration) -> DrainReport {
        self.draining.store(true, Ordering::Release);
        let open = self.each(ConnectionState::wind_up);
        self.empty(Instant::now() + bound).await;
        let cut = self.each(ConnectionState::cut);
        self.empty(Instant::now() + LAST_POLL).await;
        DrainReport { open, cut }
    }

    fn each(&self, tell: impl Fn(&ConnectionState)) -> usize {
        let open = self.lock();
        for state in open.values() {
            tell(state);
        }
        open.len()
    }

    async fn empty(&self, deadline: Instant) {
        while !self.lock().is_empty() {
            if timeout_at(deadline, self.left.notified()).await.is_err() {
                return;
            }
        }
    }
}
