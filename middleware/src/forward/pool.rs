//! Idle connections of one engine, newest first.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

/// How connections to one engine are made and kept.
#[derive(Clone, Debug)]
pub struct PoolOptions {
    /// How long connecting may take, TLS handshake included.
    pub connect_deadline: Duration,
    /// How many connections are kept open without work.
    pub max_idle: usize,
    /// How long a connection is kept open without work.
    pub max_idle_age: Duration,
    /// How long a response head may be awaited before the engine is suspected.
    pub suspect_after: Duration,
    /// Silence after which TCP probes the peer.
    pub keepalive: Duration,
}

impl Default for PoolOptions {
    fn default() -> Self {
        Self {
            connect_deadline: Duration::from_secs(10),
            max_idle: 128,
            max_idle_age: Duration::from_secs(120),
            suspect_after: Duration::from_secs(5),
            keepalive: Duration::from_secs(15),
        }
    }
}

/// What a pool asks of the connections it keeps.
pub(super) trait Poolable {
    /// Whether the peer has not closed it.
    fn is_open(&self) -> bool;
    /// Whether it can take a request now.
    fn is_ready(&self) -> bool;
}

/// A connection given back this recently and not ready yet is about to be.
const SETTLING: Duration = Duration::from_millis(10);

#[derive(Debug)]
struct Idle<T> {
    connection: T,
    since: Instant,
}

/// A stack of idle connections.
#[derive(Debug)]
pub(super) struct Pool<T> {
    idle: Mutex<VecDeque<Idle<T>>>,
    max_idle: usize,
    max_idle_age: Duration,
}

impl<T: Poolable> Pool<T> {
    pub(super) fn new(options: &PoolOptions) -> Self {
        Self {
            idle: Mutex::default(),
            max_idle: options.max_idle,
            max_idle_age: options.max_idle_age,
        }
    }

    fn lock(&self) -> MutexGuard<'_, VecDeque<Idle<T>>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The connection that came back last and is ready, else one that is about to be.
    ///
    /// Whatever is closed, too old or stuck is dropped on the way.
    pub(super) fn take(&self, now: Instant) -> Option<T> {
        let mut idle = self.lock();
        self.drop_aged(&mut idle, now);
        let mut settling = Vec::new();
        let mut found = None;
        while let Some(entry) = idle.pop_back() {
            if !entry.connection.is_open() {
                continue;
            }
            if entry.connection.is_ready() {
                found = Some(entry.connection);
                break;
            }
            if now.saturating_duration_since(entry.since) < SETTLING {
                settling.push(entry);
            }
        }
        let mut settling = settling.into_iter();
        let found = found.or_else(|| settling.next().map(|entry| entry.connection));
        idle.extend(settling.rev());
        found
    }

    /// Keeps a connection for the next request, if it is open and there is room.
    pub(super) fn put(&self, connection: T, now: Instant) {
        if !connection.is_open() {
            return;
        }
        let mut idle = self.lock();
        self.drop_aged(&mut idle, now);
        if idle.len() < self.max_idle {
            idle.push_back(Idle {
                connection,
                since: now,
            });
        }
    }

    /// Drops all that is idle.
    pub(super) fn clear(&self) {
        self.lock().clear();
    }

    pub(super) fn len(&self) -> usize {
        self.lock().len()
    }

    fn drop_aged(&self, idle: &mut VecDeque<Idle<T>>, now: Instant) {
        while idle
            .front()
            .is_some_and(|oldest| now.saturating_duration_since(oldest.since) > self.max_idle_age)
        {
            idle.pop_front();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, PartialEq)]
    struct Fake {
        id: u32,
        open: bool,
        ready: bool,
    }

    impl Poolable for Fake {
        fn is_open(&self) -> bool {
            self.open
        }
        fn is_ready(&self) -> bool {
            self.ready
        }
    }

    fn fake(id: u32, open: bool, ready: bool) -> Fake {
        Fake { id, open, ready }
    }

    fn pool(max_idle: usize) -> Pool<Fake> {
        Pool::new(&PoolOptions {
            max_idle,
            ..PoolOptions::default()
        })
    }

    fn taken(pool: &Pool<Fake>, now: Instant) -> Option<u32> {
        pool.take(now).map(|fake| fake.id)
    }

    #[test]
    fn the_last_to_come_back_goes_out_first() {
        let (pool, now) = (pool(9), Instant::now());
        for id in [1, 2, 3] {
            pool.put(fake(id, true, true), now);
        }
        assert_eq!([taken(&pool, now), taken(&pool, now)], [Some(3), Some(2)]);
        assert_eq!([taken(&pool, now), taken(&pool, now)], [Some(1), None]);
    }

    #[test]
    fn a_ready_one_is_preferred_and_a_settling_one_is_kept() {
        let (pool, now) = (pool(9), Instant::now());
        pool.put(fake(1, true, true), now);
        pool.put(fake(2, true, false), now);
        pool.put(fake(3, true, false), now);
        assert_eq!(taken(&pool, now), Some(1));
        assert_eq!(pool.len(), 2);
        assert_eq!([taken(&pool, now), taken(&pool, now)], [Some(3), Some(2)]);
    }

    #[test]
    fn closed_stuck_and_aged_ones_are_dropped() {
        let (pool, then) = (pool(9), Instant::now());
        pool.put(fake(1, true, true), then);
        let now = then + PoolOptions::default().max_idle_age + Duration::from_secs(1);
        pool.put(fake(2, true, false), now);
        assert_eq!(pool.len(), 1, "the aged one went");
        assert_eq!(taken(&pool, now + SETTLING), None, "the stuck one went");
        pool.put(fake(3, false, false), now);
        assert_eq!(pool.len(), 0, "a closed one is not kept");
    }

    #[test]
    fn no_more_than_the_limit_is_kept() {
        let (pool, now) = (pool(2), Instant::now());
        for id in 0..5 {
            pool.put(fake(id, true, true), now);
        }
        assert_eq!(pool.len(), 2);
    }
}
