//! What is logged of every request, and what a panic costs.

use std::any::Any;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use http::header::CONTENT_TYPE;
use http::{HeaderValue, Request, Response, StatusCode};
use swarm_middleware::api::Route;
use swarm_middleware::body::Body;
use tracing::{Span, debug, debug_span, error};

/// The span of one request: a number that is unique in this process, method and path.
pub(crate) fn span<B>(request: &Request<B>) -> Span {
    static NUMBER: AtomicU64 = AtomicU64::new(1);
    debug_span!(
        "request",
        id = NUMBER.fetch_add(1, Ordering::Relaxed),
        method = %request.method(),
        path = request.uri().path(),
    )
}

/// One access line per request.
pub(crate) fn access<B>(response: &Response<B>, latency: Duration, _: &Span) {
    let operation = response
        .extensions()
        .get::<&'static Route>()
        .map(|route| route.operation);
    debug!(
        status = response.status().as_u16(),
        ?operation,
        ?latency,
        "Answered"
    );
}

/// A panic in a handler is answered with a JSON 500.
#[allow(
    clippy::needless_pass_by_value,
    reason = "the signature that the layer calls"
)]
pub(crate) fn on_panic(panic: Box<dyn Any + Send>) -> Response<Body> {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    let text = text
        .or_else(|| panic.downcast_ref::<&str>().copied())
        .unwrap_or("no message");
    error!(panic = text, "A handler panicked");
    let body = "{\"message\":\"the endpoint failed while serving this request\"}\n";
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = StatusCode::INTERNAL_SERVER_ERROR;
    let kind = HeaderValue::from_static("application/json");
    response.headers_mut().insert(CONTENT_TYPE, kind);
    response
}
