//! Where a handler leaves what its connection's driver picks up.

use std::any::Any;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};
use std::task::{Context, Poll};

use bytes::Bytes;
use futures_util::task::AtomicWaker;

use crate::forward::TunnelCount;
use crate::stream::Stream;

/// A connection to take over: what to write first, and whom to join the client to.
#[derive(Debug)]
pub struct Takeover {
    /// The head of the answer, as it goes to the client.
    pub head: Vec<u8>,
    /// The engine's raw stream.
    pub engine: Stream,
    /// What the engine sent right behind its head.
    pub read_buf: Bytes,
    /// Counts the tunnel at its engine while it lives.
    pub count: TunnelCount,
    /// Whatever is to last as long as the tunnel.
    pub held: Box<dyn Any + Send>,
}

/// One per client connection; the server puts it into the requests that may take it over.
#[derive(Debug, Default)]
pub struct Slot {
    deciding: AtomicBool,
    had_body: AtomicBool,
    offer: Mutex<Option<Takeover>>,
    driver: AtomicWaker,
}

impl Slot {
    /// A request that may take the connection over has come; until [`decided`](Self::decided)
    /// the end of the client's bytes is not the end of the request.
    pub fn decide(&self, has_body: bool) {
        self.had_body.store(has_body, Ordering::Relaxed);
        self.deciding.store(true, Ordering::Release);
    }

    /// The request got an ordinary answer.
    pub fn decided(&self) {
        self.deciding.store(false, Ordering::Release);
    }

    /// Whether such a request is under way.
    pub fn is_deciding(&self) -> bool {
        self.deciding.load(Ordering::Acquire)
    }

    /// Hands the connection's driver what it needs to take it over.
    pub fn offer(&self, takeover: Takeover) {
        *self.offer.lock().unwrap_or_else(PoisonError::into_inner) = Some(takeover);
        self.driver.wake();
    }

    /// Takes what was offered; for the connection's driver.
    pub fn poll_take(&self, cx: &mut Context<'_>) -> Poll<Takeover> {
        self.driver.register(cx.waker());
        let offer = self
            .offer
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        offer.map_or(Poll::Pending, Poll::Ready)
    }

    /// What the client sent ahead of the answer, for the engine.
    ///
    /// Some clients send a line end behind a body, which belongs to nothing: an engine drops it.
    pub fn early<'a>(&self, bytes: &'a [u8]) -> &'a [u8] {
        if !self.had_body.load(Ordering::Relaxed) {
            return bytes;
        }
        let bytes = bytes.strip_prefix(b"\r").unwrap_or(bytes);
        bytes.strip_prefix(b"\n").unwrap_or(bytes)
    }
}
