//! `GET /volumes` and `GET /volumes/X`.

use std::sync::Arc;

use http::{Response, StatusCode};
use swarm_middleware::api::{ApiCall, ApiRequest};
use swarm_middleware::body::Body;
use swarm_middleware::error::Error;
use swarm_middleware::parse::ParseError;
use tracing::warn;

use super::list as listed;
use crate::handlers::{Context, answer, ask, forwarded};
use crate::placement::Destination;

/// The volumes of all nodes.
///
/// # Errors
/// When a filter is not valid.
pub fn list(context: &Context, call: &ApiCall) -> Result<Response<Body>, Error> {
    let filters = call.query.filters().map_err(ParseError::from)?;
    let list = listed::render(&context.snapshot(), &filters, context.options.volumes);
    let list = list.map_err(Error::Handler)?;
    Ok(answer::json_bytes(StatusCode::OK, list.into()))
}

/// One volume, by the name that lists show.
///
/// # Errors
/// When the engine does not answer.
pub async fn inspect(
    context: &Context,
    request: ApiRequest,
    to: Destination,
) -> Result<Response<Body>, Error> {
    let name = request.call.name.clone();
    let engine = Arc::clone(&to.engine);
    let response = forwarded::forward(context, request, to).await?;
    if !response.status().is_success() {
        return Ok(response);
    }
    let (head, body) = response.into_parts();
    let body = ask::whole(&engine, body).await?;
    let snapshot = context.snapshot();
    let held = snapshot.volume(&name).unwrap_or_default();
    let volume = held.iter().find(|held| held.engine.key == engine.key);
    let shown = volume.map(|held| {
        listed::inspect(
            &snapshot,
            held.engine,
            held.object,
            &body,
            context.options.volumes,
        )
    });
    let body = match shown {
        Some(Ok(shown)) => shown.into(),
        Some(Err(error)) => {
            warn!(node = %engine.name, %error, "A volume that makes no sense");
            body
        }
        None => body,
    };
    Ok(answer::with_body(
        Response::from_parts(head, Body::empty()),
        body,
    ))
}
