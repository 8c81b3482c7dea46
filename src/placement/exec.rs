//! Execs and attaches: which answers may take the connection over, and execs nobody told us of.

use std::sync::Arc;
use std::time::Duration;

use http::{Method, Request};
use serde_json::Value;
use swarm_middleware::api::{ApiRequest, Operation, Refusal};
use swarm_middleware::body::Body;
use swarm_middleware::forward::fan_out;

use super::plan::{Destination, Plan};
use crate::cluster::{EngineSnapshot, Snapshot};

/// How long one engine may take to say whether it knows an exec.
const DEADLINE: Duration = Duration::from_secs(5);
/// How many engines are asked at once.
const CONCURRENCY: usize = 64;

/// Attaches and execs that are not started detached may take the connection over.
pub(super) fn tunnel_or_one(request: &ApiRequest, to: Destination) -> Plan {
    match request.call.route.operation {
        Operation::ContainerAttach | Operation::ContainerAttachWebSocket => Plan::Tunnel(to),
        Operation::ExecStart if !detached(request.payload.bytes()) => Plan::Tunnel(to),
        _ => Plan::One(to),
    }
}

fn detached(body: &[u8]) -> bool {
    let body: Value = serde_json::from_slice(body).unwrap_or_default();
    body["Detach"].as_bool().unwrap_or(false)
}

/// Asks every healthy engine for an exec that was made behind our back.
///
/// # Errors
/// The engine's sentence, when none knows it.
pub(super) async fn search(snapshot: &Snapshot, id: &str) -> Result<Destination, Refusal> {
    let unknown = || Refusal::not_found(format!("No such exec instance: {id}"));
    let plain = !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_alphanumeric());
    if !plain {
        return Err(unknown());
    }
    let healthy = snapshot.engines().filter(|engine| engine.is_healthy());
    let asked: Vec<_> = healthy
        .map(|engine| (Arc::clone(engine), id.to_owned()))
        .collect();
    let answers = fan_out(asked, CONCURRENCY, DEADLINE, |(engine, id)| async move {
        let knows = knows(&engine, &id).await?;
        Ok::<_, String>(knows.then_some(engine))
    });
    let mut knowing = answers
        .await
        .into_iter()
        .filter_map(|answer| answer.ok().flatten());
    let engine = knowing.next().ok_or_else(unknown)?;
    Ok(Destination {
        engine,
        name: id.to_owned(),
        container: None,
    })
}

async fn knows(engine: &EngineSnapshot, id: &str) -> Result<bool, String> {
    let api = engine.facts.as_ref().ok_or("not validated")?.api;
    let request = Request::builder()
        .method(Method::GET)
        .uri(format!("/v{api}/exec/{id}/json"))
        .body(Body::empty())
        .map_err(|error| error.to_string())?;
    let answer = engine
        .upstream
        .forward(request)
        .await
        .map_err(|error| error.to_string())?;
    Ok(answer.status().is_success())
}
