//! What an engine's connections are doing, in numbers.

use std::sync::atomic::Ordering;

use super::sender::Shared;

/// What an engine's connections are doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UpstreamCounters {
    /// Connections open now, idle ones included, taken-over ones not.
    pub open: usize,
    /// Connections open without work.
    pub idle: usize,
    /// Requests whose answer has not ended.
    pub in_flight: usize,
    /// Connections ever opened.
    pub opened: u64,
    /// Requests that went over a connection which had served before.
    pub reused: u64,
    /// Connections taken over and still joined to a client's.
    pub tunnels: usize,
}

impl UpstreamCounters {
    pub(super) fn of(shared: &Shared) -> Self {
        Self {
            open: shared.lines.len(),
            idle: shared.pool.len(),
            in_flight: shared.in_flight.load(Ordering::Relaxed),
            opened: shared.opened.load(Ordering::Relaxed),
            reused: shared.reused.load(Ordering::Relaxed),
            tunnels: shared.tunnels.load(Ordering::Relaxed),
        }
    }
}
