//! Request bodies that were dropped before their end.
//!
//! A client that is still sending when its connection closes may lose the answer that was meant
//! for it. So what a handler leaves unread stays here, and the server reads some of it first.

use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use hyper::body::Incoming;

/// What one connection's requests left unread.
#[derive(Debug, Default)]
pub struct Unread(Mutex<Option<Incoming>>);

impl Unread {
    /// Takes the body that was dropped last.
    pub fn take(&self) -> Option<Incoming> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    fn leave(&self, body: Incoming) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(body);
    }
}

/// A client's body, which goes to its connection's [`Unread`] when it is dropped early.
#[derive(Debug)]
pub struct FromClient {
    body: Option<Incoming>,
    unread: Arc<Unread>,
}

impl FromClient {
    /// Wraps a request's body.
    pub const fn new(body: Incoming, unread: Arc<Unread>) -> Self {
        Self {
            body: Some(body),
            unread,
        }
    }
}

impl Body for FromClient {
    type Data = Bytes;
    type Error = hyper::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, hyper::Error>>> {
        match &mut self.body {
            Some(body) => Pin::new(body).poll_frame(cx),
            None => Poll::Ready(None),
        }
    }

    fn is_end_stream(&self) -> bool {
        self.body.as_ref().is_none_or(Body::is_end_stream)
    }

    fn size_hint(&self) -> SizeHint {
        self.body
            .as_ref()
            .map_or_else(SizeHint::default, Body::size_hint)
    }
}

impl Drop for FromClient {
    fn drop(&mut self) {
        if let Some(body) = self.body.take().filter(|body| !body.is_end_stream()) {
            self.unread.leave(body);
        }
    }
}
