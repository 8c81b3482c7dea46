//! A connection's requests on their way into the stack, and its answers on their way out.

use std::cell::RefCell;
use std::convert::Infallible;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker, ready};

use bytes::Bytes;
use futures_util::future::Either;
use http::request::Parts;
use http::{Request, Response};
use http_body::{Body as HttpBody, Frame, SizeHint};
use hyper::body::Incoming;
use pin_project_lite::pin_project;
use swarm_middleware::api::PeerIdentity;
use swarm_middleware::body::{Body, BoxError};
use tower::Service;
use tower::util::{Oneshot, ServiceExt};

use super::state::ConnectionState;

/// Tells which requests may take their connection over.
pub type MayTakeOver = fn(&Parts) -> bool;

/// What the server serves.
pub trait Stack:
    Service<
        Request<Body>,
        Response = Response<Body>,
        Error = Infallible,
        Future: Future<Output = Result<Response<Body>, Infallible>> + Send,
    > + Clone
    + Send
    + 'static
{
}

impl<S> Stack for S
where
    S: Service<Request<Body>, Response = Response<Body>, Error = Infallible>
        + Clone
        + Send
        + 'static,
    S::Future: Send,
{
}

/// The stack as one connection's requests see it.
pub(super) struct Requests<S> {
    pub(super) stack: RefCell<S>,
    pub(super) peer: PeerIdentity,
    pub(super) state: Arc<ConnectionState>,
    pub(super) may_take_over: MayTakeOver,
}

impl<S: Stack> hyper::service::Service<Request<Incoming>> for Requests<S> {
    type Response = Response<Answer>;
    type Error = Infallible;
    type Future = Answering<S>;

    fn call(&self, request: Request<Incoming>) -> Self::Future {
        self.state.busy();
        let (mut parts, body) = request.into_parts();
        if (self.may_take_over)(&parts) {
            // Before anything is awaited: the client may have shut its side already.
            self.state.slot.decide(!body.is_end_stream());
            parts.extensions.insert(Arc::clone(&self.state.slot));
        }
        parts.extensions.insert(self.peer.clone());
        let body = if body.is_end_stream() {
            Body::empty()
        } else {
            body.into()
        };
        let request = Request::from_parts(parts, body);
        let mut stack = self.stack.borrow_mut();
        let asked = match stack.poll_ready(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(Ok(())) => Either::Left(stack.call(request)),
            Poll::Ready(Err(never)) => match never {},
            Poll::Pending => Either::Right(stack.clone().oneshot(request)),
        };
        Answering {
            asked,
            state: Arc::clone(&self.state),
        }
    }
}

pin_project! {
    /// A request that is being answered; on the right, one that the stack was not ready for.
    pub(super) struct Answering<S: Stack> {
        #[pin]
        asked: Either<S::Future, Oneshot<S, Request<Body>>>,
        state: Arc<ConnectionState>,
    }
}

impl<S: Stack> Future for Answering<S> {
    type Output = Result<Response<Answer>, Infallible>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.project();
        let Ok(response) = ready!(this.asked.poll(cx));
        this.state.slot.decided();
        let state = Arc::clone(this.state);
        Poll::Ready(Ok(response.map(|body| Answer { body, state })))
    }
}

/// An answer's body; the connection is idle once it is dropped.
pub(super) struct Answer {
    body: Body,
    state: Arc<ConnectionState>,
}

impl Drop for Answer {
    fn drop(&mut self) {
        self.state.answered();
    }
}

impl HttpBody for Answer {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        Pin::new(&mut self.body).poll_frame(cx)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
