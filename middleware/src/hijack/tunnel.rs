//! A request that takes its connection over.

use std::future;
use std::sync::Arc;

use http::{Request, Response};
use hyper_util::rt::TokioIo;

use super::head;
use super::slot::{Slot, Takeover};
use crate::body::Body;
use crate::forward::{ForwardError, ForwardErrorKind, Switch, Upstream, headers};
use crate::stream::Stream;

/// Asks the engine for a raw stream, whatever the client can speak.
///
/// If the engine agrees, the connection is offered to its driver through `slot` and this never
/// completes: the driver drops it. `held` is dropped when the tunnel ends, or with the engine's other
/// answer. Any other answer is an ordinary one and HTTP goes on.
///
/// # Errors
/// As for [`Upstream::send`].
pub async fn tunnel(
    upstream: &Upstream,
    mut request: Request<Body>,
    slot: Arc<Slot>,
    held: impl Send + 'static,
) -> Result<Response<Body>, ForwardError> {
    let asked = head::ask(request.headers_mut());
    let mut response = match upstream.switch(request).await? {
        Switch::Taken(response) => response,
        Switch::Ordinary(mut response) => {
            headers::clean_response(response.headers_mut());
            return Ok(response);
        }
    };
    let head = head::answer(&mut response, asked);
    let broken = |source| upstream.error(ForwardErrorKind::Closed, false, true, source);
    let upgraded = hyper::upgrade::on(response)
        .await
        .map_err(|error| broken(error.into()))?;
    let raw = upgraded
        .downcast::<TokioIo<Stream>>()
        .map_err(|_| broken("its stream is of a kind that cannot be taken over".into()))?;
    let takeover = Takeover {
        head,
        engine: raw.io.into_inner(),
        read_buf: raw.read_buf,
        count: upstream.count_tunnel(),
        held: Box::new(held),
    };
    slot.offer(takeover);
    drop(slot);
    future::pending().await
}
