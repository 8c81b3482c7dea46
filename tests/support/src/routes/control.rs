//! The control routes, for tests that run in another process than the engine.

use http::{Method, Request, StatusCode};
use http_body_util::BodyExt;
use hyper::body::Incoming;
use serde_json::json;

use super::reply;
use crate::{
    engine::{Engine, Fault},
    server::Reply,
};

/// `POST` or `DELETE /_control/faults`, `GET /_control/counters`.
pub(super) async fn answer(engine: &Engine, request: Request<Incoming>) -> Reply {
    let (parts, body) = request.into_parts();
    let (status, value) = match (&parts.method, parts.uri.path()) {
        (&Method::GET, "/_control/counters") => (StatusCode::OK, json!(engine.counters())),
        (&Method::DELETE, "/_control/faults") => {
            engine.clear_faults();
            (StatusCode::OK, json!({}))
        }
        (&Method::POST, "/_control/faults") => {
            let bytes = body
                .collect()
                .await
                .map(|body| body.to_bytes())
                .unwrap_or_default();
            match serde_json::from_slice::<Fault>(&bytes) {
                Ok(fault) => {
                    engine.inject(fault);
                    (StatusCode::OK, json!({}))
                }
                Err(error) => (
                    StatusCode::BAD_REQUEST,
                    json!({ "message": error.to_string() }),
                ),
            }
        }
        _ => (
            StatusCode::NOT_FOUND,
            json!({ "message": "page not found" }),
        ),
    };
    Reply::Http(reply::json_response(status, &value))
}
