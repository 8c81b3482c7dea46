//! `GET /images/json`.

use http::{Response, StatusCode};
use jiff::Timestamp;
use swarm_middleware::api::ApiCall;
use swarm_middleware::body::Body;
use swarm_middleware::error::Error;

use super::list::{ImageQuery, render};
use crate::handlers::system::offer::offer;
use crate::handlers::{Context, answer};

/// The images of all nodes, each once.
///
/// # Errors
/// When a filter is not valid.
pub fn list(context: &Context, call: &ApiCall) -> Result<Response<Body>, Error> {
    let snapshot = context.snapshot();
    let version = call.version.unwrap_or_else(|| offer(&snapshot).maximum);
    let query = ImageQuery::parse(&call.query, version).map_err(Error::Handler)?;
    let list = render(&snapshot, &query, Timestamp::now()).map_err(Error::Handler)?;
    Ok(answer::json_bytes(StatusCode::OK, list.into()))
}
