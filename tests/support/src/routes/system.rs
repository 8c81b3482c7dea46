//! The engine itself.

use http::{HeaderValue, StatusCode};
use serde_json::json;

use super::{call::Call, reply};
use crate::{
    error::{Outcome, Refusal},
    render,
    server::{Reply, empty, full},
};

pub(super) async fn ping(call: Call) -> Outcome<Reply> {
    let head = call.method == http::Method::HEAD;
    let body = if head { empty() } else { full("OK") };
    let mut response = reply::response(StatusCode::OK, "text/plain; charset=utf-8", body);
    let headers = response.headers_mut();
    headers.insert(
        "cache-control",
        HeaderValue::from_static("no-cache, no-store, must-revalidate"),
    );
    headers.insert("pragma", HeaderValue::from_static("no-cache"));
    if head {
        headers.insert("content-length", HeaderValue::from_static("0"));
    }
    Ok(Reply::Http(response))
}

pub(super) async fn version(call: Call) -> Outcome<Reply> {
    reply::json(&render::version(&call.engine.identity()))
}

pub(super) async fn info(call: Call) -> Outcome<Reply> {
    let identity = call.engine.identity();
    reply::json(&call.engine.read(|state| render::info(&identity, state)))
}

pub(super) async fn disk_usage(call: Call) -> Outcome<Reply> {
    reply::json(&call.engine.read(render::disk_usage))
}

pub(super) async fn plugins(_: Call) -> Outcome<Reply> {
    reply::json(&json!([]))
}

pub(super) async fn prune_builds(_: Call) -> Outcome<Reply> {
    reply::json(&json!({ "CachesDeleted": null, "SpaceReclaimed": 0 }))
}

/// Any user with a password is known; one without is not.
pub(super) async fn auth(mut call: Call) -> Outcome<Reply> {
    let body = call.json().await?;
    if body["password"].as_str().unwrap_or_default().is_empty() {
        return Err(Refusal {
            status: StatusCode::UNAUTHORIZED,
            message: "Get \"https://registry-1.docker.io/v2/\": unauthorized: incorrect username or password".into(),
        });
    }
    reply::json(&json!({ "IdentityToken": "", "Status": "Login Succeeded" }))
}

/// No registry is ever reached from here.
pub(super) async fn distribution(call: Call) -> Outcome<Reply> {
    let host = match call.name.split_once('/') {
        Some((host, _)) if host.contains([':', '.']) => format!("http://{host}"),
        _ => "https://registry-1.docker.io".to_owned(),
    };
    Err(Refusal::failed(format!(
        "Get \"{host}/v2/\": dial tcp: connect: connection refused"
    )))
}

pub(super) async fn swarm(call: Call) -> Outcome<Reply> {
    if call.name == "/swarm/leave" {
        return Err(Refusal::unavailable("This node is not part of a swarm"));
    }
    Err(Refusal::unavailable(crate::state::NOT_A_MANAGER))
}
