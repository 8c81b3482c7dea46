//! Ping, version, info and preflight: answered from the state.

use http::{HeaderValue, Response, StatusCode};
use swarm_middleware::api::ApiRequest;
use swarm_middleware::body::Body;

use super::{ping as pinged, version as told};
use crate::handlers::{Context, answer};

/// `GET` and `HEAD /_ping`.
pub fn ping(context: &Context, request: &ApiRequest) -> Response<Body> {
    let get = request.head.method == http::Method::GET;
    let mut response = Response::new(if get {
        pinged::BODY.into()
    } else {
        Body::empty()
    });
    *response.headers_mut() = pinged::render(&context.snapshot());
    if !get {
        response
            .headers_mut()
            .insert(http::header::CONTENT_LENGTH, HeaderValue::from_static("0"));
    }
    response
}

/// `GET /version`.
pub fn version(context: &Context) -> Response<Body> {
    answer::json(&told::render(&context.snapshot()))
}

/// `OPTIONS`, without a policy for browsers.
pub fn preflight() -> Response<Body> {
    answer::empty(StatusCode::OK)
}
