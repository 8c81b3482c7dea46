//! Requests that one engine answers.

use std::sync::Arc;

use http::Response;
use swarm_middleware::api::ApiRequest;
use swarm_middleware::body::Body;
use swarm_middleware::error::Error;
use swarm_middleware::hijack::{self, Slot};

use super::effect::Effect;
use super::{Context, outbound, task};
use crate::placement::Destination;

/// Passes the request on and streams the answer back. What changes the engine runs to its end
/// even without its client, and is answered once the state shows it.
///
/// # Errors
/// When the engine does not answer.
pub async fn forward(
    context: &Context,
    request: ApiRequest,
    to: Destination,
) -> Result<Response<Body>, Error> {
    let effect = Effect::of(request.call.route.operation);
    let version = outbound::version(request.call.version, &to.engine, &context.snapshot());
    let outbound = outbound::request(request, &to, version).map_err(Error::Handler)?;
    if effect == Effect::Nothing {
        return Ok(to.engine.upstream.forward(outbound).await?);
    }
    let context = context.clone();
    task::to_its_end(async move {
        let response = to.engine.upstream.forward(outbound).await?;
        if response.status().is_success() {
            effect.settle(&context, &to).await;
        }
        Ok(response)
    })
    .await
}

/// Passes the request on, and with a `101` the whole connection, with which `held` is dropped.
///
/// # Errors
/// When the engine does not answer.
pub async fn tunnel(
    context: &Context,
    mut request: ApiRequest,
    to: Destination,
    held: impl Send + 'static,
) -> Result<Response<Body>, Error> {
    let slot = request.head.extensions.remove::<Arc<Slot>>();
    let version = outbound::version(request.call.version, &to.engine, &context.snapshot());
    let outbound = outbound::request(request, &to, version).map_err(Error::Handler)?;
    match slot {
        Some(slot) => Ok(hijack::tunnel(&to.engine.upstream, outbound, slot, held).await?),
        None => Ok(to.engine.upstream.forward(outbound).await?),
    }
}
