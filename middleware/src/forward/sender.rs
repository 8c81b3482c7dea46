//! The sending end of a pooled connection, the task that drives it, and its loan.

use std::fmt;
use std::future::poll_fn;
use std::io;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::task::Poll;
use std::time::Duration;

use hyper::client::conn::http1::{self, SendRequest};
use hyper_util::rt::TokioIo;
use tokio::time::Instant;

use super::connect::Connector;
use super::line::{Line, Lines};
use super::pool::{Pool, PoolOptions, Poolable};
use crate::body::Body;

/// How long a request waits for a connection that is about to be ready before it opens another.
const SETTLE: Duration = Duration::from_millis(2);

/// A connection, as the pool keeps it.
pub(super) struct Sender {
    pub(super) requests: SendRequest<Body>,
    pub(super) line: Arc<Line>,
}

impl Poolable for Sender {
    fn is_open(&self) -> bool {
        !self.requests.is_closed()
    }

    fn is_ready(&self) -> bool {
        self.requests.is_ready()
    }
}

impl fmt::Debug for Sender {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sender").finish_non_exhaustive()
    }
}

/// What an engine's connections share.
#[derive(Debug)]
pub(super) struct Shared {
    pub(super) pool: Pool<Sender>,
    pub(super) lines: Arc<Lines>,
    pub(super) in_flight: AtomicUsize,
    pub(super) opened: AtomicU64,
    pub(super) reused: AtomicU64,
}

impl Shared {
    pub(super) fn new(options: &PoolOptions) -> Self {
        Self {
            pool: Pool::new(options),
            lines: Arc::default(),
            in_flight: AtomicUsize::new(0),
            opened: AtomicU64::new(0),
            reused: AtomicU64::new(0),
        }
    }

    /// An idle connection that is ready, or is so at once.
    pub(super) async fn idle(self: &Arc<Self>) -> Option<Loan> {
        let mut sender = self.pool.take(Instant::now())?;
        if !sender.is_ready() {
            let settled = tokio::time::timeout(SETTLE, sender.requests.ready()).await;
            if !matches!(settled, Ok(Ok(()))) {
                return None;
            }
        }
        self.reused.fetch_add(1, Ordering::Relaxed);
        Some(Loan::new(self, sender, true))
    }

    /// A new connection, with a task that drives it until it ends or is cut.
    pub(super) async fn fresh(self: &Arc<Self>, connector: &Connector) -> io::Result<Loan> {
        let stream = connector.connect().await?;
        let (requests, connection) = http1::Builder::new()
            .handshake::<_, Body>(TokioIo::new(stream))
            .await
            .map_err(io::Error::other)?;
        self.opened.fetch_add(1, Ordering::Relaxed);
        let line = self.lines.open();
        let driven = Driven {
            lines: Arc::clone(&self.lines),
            line: Arc::clone(&line),
        };
        tokio::spawn(async move {
            let mut connection = pin!(connection.with_upgrades());
            poll_fn(|cx| {
                if driven.line.is_cut(cx.waker()) {
                    return Poll::Ready(());
                }
                // What went wrong is told to whoever waits for an answer.
                connection.as_mut().poll(cx).map(drop)
            })
            .await;
        });
        Ok(Loan::new(self, Sender { requests, line }, false))
    }
}

/// Takes a connection off the list, however its task ends.
struct Driven {
    lines: Arc<Lines>,
    line: Arc<Line>,
}

impl Drop for Driven {
    fn drop(&mut self) {
        self.lines.close(&self.line);
    }
}

/// A connection in use; dropped, it closes.
pub(super) struct Loan {
    pub(super) sender: Sender,
    pub(super) reused: bool,
    flight: Flight,
}

/// Counts a request as in flight while it lives.
struct Flight(Arc<Shared>);

impl Drop for Flight {
    fn drop(&mut self) {
        self.0.in_flight.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Loan {
    fn new(shared: &Arc<Shared>, sender: Sender, reused: bool) -> Self {
        shared.in_flight.fetch_add(1, Ordering::Relaxed);
        Self {
            sender,
            reused,
            flight: Flight(Arc::clone(shared)),
        }
    }

    /// Ends the loan once the answer was read; a connection that breaks before just ends.
    pub(super) async fn settle(mut self) {
        if self.sender.requests.ready().await.is_ok() {
            self.give_back();
        }
    }

    /// Ends the loan: the connection is idle again.
    pub(super) fn give_back(self) {
        self.flight.0.pool.put(self.sender, Instant::now());
    }
}

impl fmt::Debug for Loan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Loan").finish_non_exhaustive()
    }
}
