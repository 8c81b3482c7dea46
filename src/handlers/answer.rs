//! Answers in Docker's forms.

use bytes::Bytes;
use http::header::{CONTENT_LENGTH, CONTENT_TYPE};
use http::{HeaderValue, Response, StatusCode};
use serde_json::Value;
use swarm_middleware::body::Body;

/// JSON with status 200.
pub fn json(value: &Value) -> Response<Body> {
    json_bytes(StatusCode::OK, format!("{value}\n").into())
}

/// JSON that is written already.
pub fn json_bytes(status: StatusCode, body: Bytes) -> Response<Body> {
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = status;
    let kind = HeaderValue::from_static("application/json");
    response.headers_mut().insert(CONTENT_TYPE, kind);
    response
}

/// A status without body.
pub fn empty(status: StatusCode) -> Response<Body> {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = status;
    response
}

/// An engine's answer with another body: its length goes, everything else stays.
pub fn with_body(mut response: Response<Body>, body: Bytes) -> Response<Body> {
    response.headers_mut().remove(CONTENT_LENGTH);
    *response.body_mut() = body.into();
    response
}
