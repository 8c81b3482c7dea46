//! What a connection's parts tell each other: its IO, its requests and its driver.

use std::sync::Arc;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, AtomicU8, AtomicU32, Ordering};
use std::task::Waker;

use swarm_middleware::hijack::Slot;
use swarm_middleware::unread::Unread;

const IDLE: u8 = 0;
const HEAD: u8 = 1;
const BUSY: u8 = 2;

/// One client connection.
#[derive(Debug, Default)]
pub(super) struct ConnectionState {
    pub(super) slot: Arc<Slot>,
    pub(super) unread: Arc<Unread>,
    phase: AtomicU8,
    /// How many heads have begun: what did not change between two looks has not moved on.
    heads: AtomicU32,
    told: AtomicBool,
    cut: AtomicBool,
    driver: OnceLock<Waker>,
}

/// What a look at a connection found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Found {
    /// Nothing to do.
    Moving,
    /// Nothing has been asked since the last look.
    Idle,
    /// The same head has been coming in since the last look.
    SlowHead,
}

impl ConnectionState {
    /// Bytes came in.
    pub(super) fn received(&self) {
        let begun = self
            .phase
            .compare_exchange(IDLE, HEAD, Ordering::Relaxed, Ordering::Relaxed);
        if begun.is_ok() {
            self.heads.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// A whole head came in.
    pub(super) fn busy(&self) {
        self.phase.store(BUSY, Ordering::Relaxed);
    }

    /// The answer has gone out.
    pub(super) fn answered(&self) {
        self.phase.store(IDLE, Ordering::Relaxed);
    }

    /// Compares with the last look, and remembers this one.
    pub(super) fn look(&self, seen: &mut u32) -> Found {
        let heads = self.heads.load(Ordering::Relaxed);
        let same = std::mem::replace(seen, heads) == heads;
        match self.phase.load(Ordering::Relaxed) {
            IDLE if same => Found::Idle,
            HEAD if same => Found::SlowHead,
            _ => Found::Moving,
        }
    }

    /// Remembers whom to wake.
    pub(super) fn driven_by(&self, driver: &Waker) {
        self.driver.get_or_init(|| driver.clone());
    }

    /// Asks for no further requests.
    pub(super) fn wind_up(&self) {
        self.told.store(true, Ordering::Release);
        self.wake();
    }

    /// Asks for the end, now.
    pub(super) fn cut(&self) {
        self.cut.store(true, Ordering::Release);
        self.wake();
    }

    pub(super) fn is_winding_up(&self) -> bool {
        self.told.load(Ordering::Acquire)
    }

    pub(super) fn is_cut(&self) -> bool {
        self.cut.load(Ordering::Acquire)
    }

    fn wake(&self) {
        if let Some(driver) = self.driver.get() {
            driver.wake_by_ref();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_head_is_slow_when_two_looks_find_the_same_one() {
        let (state, mut seen) = (ConnectionState::default(), 0);
        assert_eq!(state.look(&mut seen), Found::Idle);
        state.received();
        assert_eq!(state.look(&mut seen), Found::Moving);
        state.received();
        assert_eq!(state.look(&mut seen), Found::SlowHead);
        state.busy();
        assert_eq!(state.look(&mut seen), Found::Moving);
        state.answered();
        assert_eq!(state.look(&mut seen), Found::Idle);
        state.received();
        assert_eq!(state.look(&mut seen), Found::Moving, "another head");
    }
}
