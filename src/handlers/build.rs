//! Builds: passed on both ways at once, and the image is known before the answer ends.

use http::Response;
use http::header::CONTENT_LENGTH;
use http_body_util::{BodyExt, StreamBody};
use swarm_middleware::api::ApiRequest;
use swarm_middleware::body::Body;
use swarm_middleware::error::Error;

use super::{Context, Effect, forwarded, outbound};
use crate::builds::Stay;
use crate::placement::{Destination, Hold};

/// Passes the build on. A client that leaves ends it; what it holds lasts as long as its answer.
///
/// # Errors
/// When the engine does not answer.
pub async fn build(
    context: &Context,
    request: ApiRequest,
    to: Destination,
    hold: Hold,
) -> Result<Response<Body>, Error> {
    let version = outbound::version(request.call.version, &to.engine, &context.snapshot());
    let outbound = outbound::request(request, &to, version).map_err(Error::Handler)?;
    let response = to.engine.upstream.forward(outbound).await?;
    if !response.status().is_success() {
        return Ok(response);
    }
    Ok(settled(context.clone(), response, to, hold))
}

/// What a build's answer needs until it has ended.
struct Running {
    context: Context,
    body: Body,
    to: Destination,
    _hold: Hold,
}

/// The answer, whose end waits until the state shows the image.
fn settled(
    context: Context,
    response: Response<Body>,
    to: Destination,
    hold: Hold,
) -> Response<Body> {
    let (mut head, body) = response.into_parts();
    head.headers.remove(CONTENT_LENGTH);
    let running = Running {
        context,
        body,
        to,
        _hold: hold,
    };
    let frames = futures_util::stream::unfold(running, |mut running| async move {
        let Some(frame) = running.body.frame().await else {
            Effect::Images.settle(&running.context, &running.to).await;
            return None;
        };
        Some((frame, running))
    });
    Response::from_parts(head, Body::new(StreamBody::new(frames)))
}

/// Joins a connection of BuildKit to its client's node.
///
/// # Errors
/// When the engine does not answer.
pub async fn connect(
    context: &Context,
    request: ApiRequest,
    to: Destination,
    stay: Stay,
) -> Result<Response<Body>, Error> {
    let after = After {
        context: context.clone(),
        to: to.clone(),
        _stay: stay,
    };
    forwarded::tunnel(context, request, to, after).await
}

/// Has the images read again when a connection of a build ends, however it does.
struct After {
    context: Context,
    to: Destination,
    _stay: Stay,
}

impl Drop for After {
    fn drop(&mut self) {
        let (context, to) = (self.context.clone(), self.to.clone());
        if let Ok(runtime) = tokio::runtime::Handle::try_current() {
            runtime.spawn(async move { Effect::Images.settle(&context, &to).await });
        }
    }
}
