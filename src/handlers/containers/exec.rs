//! `POST /containers/X/exec`: whose exec it is has to be known from here on.

use http::Response;
use serde_json::Value;
use swarm_middleware::api::ApiRequest;
use swarm_middleware::body::Body;
use swarm_middleware::error::Error;

use crate::handlers::{Context, answer, ask, forwarded};
use crate::placement::Destination;

/// Makes an exec and remembers its engine.
///
/// # Errors
/// When the engine does not answer.
pub async fn create(
    context: &Context,
    request: ApiRequest,
    to: Destination,
) -> Result<Response<Body>, Error> {
    let response = forwarded::forward(context, request, to.clone()).await?;
    if !response.status().is_success() {
        return Ok(response);
    }
    let (head, body) = response.into_parts();
    let body = ask::whole(&to.engine, body).await?;
    let made: Value = serde_json::from_slice(&body).unwrap_or_default();
    if let (Some(id), Some(container)) = (made["Id"].as_str(), &to.container) {
        context
            .engines
            .note_exec(to.engine.key, id, container)
            .await;
    }
    Ok(answer::with_body(
        Response::from_parts(head, Body::empty()),
        body,
    ))
}
