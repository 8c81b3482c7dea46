//! A connection's requests on their way into the stack, and its answers on their way out.

use std::cell::RefCell;
use std::convert::Infallible;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker, ready};
use std::time::Duration;

use bytes::Bytes;
use futures_util::future::Either;
use http::header::EXPECT;
use http::request::Parts;
use http::{Request, Response};
use http_body::{Body as HttpBody, Frame, SizeHint};
use http_body_util::BodyExt;
use hyper::body::Incoming;
use pin_project_lite::pin_project;
use swarm_middleware::api::PeerIdentity;
use swarm_middleware::body::{Body, BoxError};
use swarm_middleware::unread::FromClient;
use tower::Service;
use tower::util::{Oneshot, ServiceExt};

use super::state::ConnectionState;

/// How much of a body that nobody wants is read before its answer goes out, in bytes.
const DRAIN_LIMIT: usize = 64 << 20;
/// And for how long.
const DRAIN_DEADLINE: Duration = Duration::from_secs(2);

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
            FromClient::new(body, Arc::clone(&self.state.unread)).into()
        };
        // Such a client waits to be asked for its body: it is not in the middle of sending.
        let patient = parts.headers.contains_key(EXPECT);
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
            patient,
            early: None,
        }
    }
}

pin_project! {
    /// A request that is being answered; on the right, one that the stack was not ready for.
    pub(super) struct Answering<S: Stack> {
        #[pin]
        asked: Either<S::Future, Oneshot<S, Request<Body>>>,
        state: Arc<ConnectionState>,
        patient: bool,
        early: Option<Early>,
    }
}

/// An answer that came before the client had sent its whole body.
struct Early {
    response: Option<Response<Body>>,
    drained: Pin<Box<dyn Future<Output = ()> + Send>>,
}

impl<S: Stack> Future for Answering<S> {
    type Output = Result<Response<Answer>, Infallible>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.project();
        let state = Arc::clone(this.state);
        if let Some(early) = this.early {
            ready!(early.drained.as_mut().poll(cx));
            let response = early.response.take().unwrap_or_default();
            return Poll::Ready(Ok(response.map(|body| Answer { body, state })));
        }
        let Ok(response) = ready!(this.asked.poll(cx));
        this.state.slot.decided();
        match this.state.unread.take() {
            Some(unread) if !*this.patient => {
                let drained = Box::pin(drain(unread));
                *this.early = Some(Early {
                    response: Some(response),
                    drained,
                });
                cx.waker().wake_by_ref();
                Poll::Pending
            }
            _ => Poll::Ready(Ok(response.map(|body| Answer { body, state }))),
        }
    }
}

/// Reads and drops what a client still sends, within bounds: a client whose connection closes
/// while it sends may never read its answer.
async fn drain(mut unread: Incoming) {
    let mut left = DRAIN_LIMIT;
    let all = async {
        while let Some(Ok(frame)) = unread.frame().await {
            left = left.saturating_sub(frame.data_ref().map_or(0, Bytes::len));
            if left == 0 {
                break;
            }
        }
    };
    // Whoever is slower than that gets its answer all the same.
    let _ = tokio::time::timeout(DRAIN_DEADLINE, all).await;
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
