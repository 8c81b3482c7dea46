//! Ping, version, info and preflight: answered from the state.

use http::{HeaderValue, Response, StatusCode};
use jiff::Timestamp;
use swarm_middleware::api::{ApiCall, ApiRequest};
use swarm_middleware::body::Body;

use super::info::{InfoContext, Role};
use super::offer::offer;
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

/// `GET /info`.
pub fn info(context: &Context, call: &ApiCall) -> Response<Body> {
    let snapshot = context.snapshot();
    let scheduler = context.driver.scheduler();
    let filters: Vec<String> = scheduler
        .filters()
        .iter()
        .map(ToString::to_string)
        .collect();
    let said = InfoContext {
        id: &context.identity.id,
        name: &context.identity.name,
        role: &Role::Primary,
        strategy: &scheduler.strategy().to_string(),
        filters: &filters,
        overcommit: scheduler.overcommit(),
        debug: context.debug,
        listeners: context.engines.events().listeners(),
    };
    let version = call.version.unwrap_or_else(|| offer(&snapshot).maximum);
    let rendered = context
        .info
        .render(&snapshot, &said, version, Timestamp::now());
    answer::json_bytes(StatusCode::OK, rendered.into())
}

/// `OPTIONS`, without a policy for browsers.
pub fn preflight() -> Response<Body> {
    answer::empty(StatusCode::OK)
}
