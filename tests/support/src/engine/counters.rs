//! What went over the wire, counted.

use std::{
    collections::BTreeMap,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
};

use serde::Serialize;

/// Counts as they stand.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct CounterValues {
    /// Requests by route, as `GET /containers/json`.
    pub requests: BTreeMap<String, u64>,
    /// Connections open now.
    pub open_connections: u64,
    /// Connections accepted since the start.
    pub total_connections: u64,
    /// Requests whose answer has not been sent to its end.
    pub in_flight: u64,
}

/// The counters of one engine.
#[derive(Debug, Default)]
pub(crate) struct Counters {
    requests: Mutex<BTreeMap<&'static str, u64>>,
    open: AtomicU64,
    total: AtomicU64,
    in_flight: AtomicU64,
}

impl Counters {
    pub(crate) fn values(&self) -> CounterValues {
        let requests = self.requests.lock().unwrap_or_else(PoisonError::into_inner);
        CounterValues {
            requests: requests
                .iter()
                .map(|(route, count)| ((*route).to_owned(), *count))
                .collect(),
            open_connections: self.open.load(Ordering::Relaxed),
            total_connections: self.total.load(Ordering::Relaxed),
            in_flight: self.in_flight.load(Ordering::Relaxed),
        }
    }

    pub(crate) fn request(self: &Arc<Self>, route: &'static str) -> InFlight {
        *self
            .requests
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .entry(route)
            .or_default() += 1;
        self.in_flight.fetch_add(1, Ordering::Relaxed);
        InFlight {
            counters: Arc::clone(self),
            connection: false,
        }
    }

    pub(crate) fn connection(self: &Arc<Self>) -> InFlight {
        self.open.fetch_add(1, Ordering::Relaxed);
        self.total.fetch_add(1, Ordering::Relaxed);
        InFlight {
            counters: Arc::clone(self),
            connection: true,
        }
    }
}

/// Counts down when dropped.
#[derive(Debug)]
pub(crate) struct InFlight {
    counters: Arc<Counters>,
    connection: bool,
}

impl Drop for InFlight {
    fn drop(&mut self) {
        let counter = if self.connection {
            &self.counters.open
        } else {
            &self.counters.in_flight
        };
        counter.fetch_sub(1, Ordering::Relaxed);
    }
}
