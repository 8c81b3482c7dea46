//! From a client's request to an engine's: pure.

use http::Request;
use http::uri::PathAndQuery;
use swarm_middleware::api::{ApiRequest, ApiVersion, Operation, Refusal};
use swarm_middleware::body::Body;

use crate::cluster::{EngineSnapshot, Snapshot};
use crate::handlers::system::offer;
use crate::placement::Destination;

/// The version a request speaks to an engine: the client's, or for a bare path the newest that
/// all engines serve, so that they answer in one shape.
pub fn version(
    asked: Option<ApiVersion>,
    engine: &EngineSnapshot,
    snapshot: &Snapshot,
) -> ApiVersion {
    let wanted = asked.unwrap_or_else(|| offer::offer(snapshot).maximum);
    engine
        .facts
        .as_ref()
        .map_or(wanted, |facts| wanted.min(facts.api))
}

/// The request for the engine: its path is built from the route, the name from the look-up.
///
/// # Errors
/// When the name or query cannot stand in a URI.
pub fn request(
    request: ApiRequest,
    to: &Destination,
    version: ApiVersion,
) -> Result<Request<Body>, Refusal> {
    let ApiRequest {
        call,
        head,
        payload,
        ..
    } = request;
    let query = match call.route.operation {
        Operation::Commit => call.query.with("container", Some(&to.name)),
        _ => call.query.clone(),
    };
    let uri = uri(&call.path_and_query(version, &to.name, &query))?;
    let mut outbound = Request::new(Body::from(payload));
    *outbound.method_mut() = head.method;
    *outbound.uri_mut() = uri;
    *outbound.headers_mut() = head.headers;
    Ok(outbound)
}

/// A path and query as a URI.
///
/// # Errors
/// When it holds what a URI cannot.
pub fn uri(path_and_query: &str) -> Result<http::Uri, Refusal> {
    PathAndQuery::try_from(path_and_query)
        .map(Into::into)
        .map_err(|error| Refusal::bad_input(format!("invalid path or query: {error}")))
}
