//! `GET /debug/vars`: counters, with `--debug`.

use http::Response;
use serde_json::{Map, Value, json};
use swarm_middleware::body::Body;
use swarm_middleware::error::Error;
use swarm_middleware::parse::ParseError;

use crate::handlers::{Context, answer};

/// The counters of every node's connections.
///
/// # Errors
/// Without `--debug`: no such page.
pub fn vars(context: &Context) -> Result<Response<Body>, Error> {
    if !context.debug {
        return Err(ParseError::NoRoute.into());
    }
    let snapshot = context.snapshot();
    let nodes: Map<String, Value> = snapshot
        .engines()
        .map(|engine| {
            let counters = engine.upstream.counters();
            let value = json!({
                "address": engine.address.to_string(),
                "status": engine.status.to_string(),
                "failures": engine.failures,
                "open": counters.open,
                "idle": counters.idle,
                "in_flight": counters.in_flight,
                "opened": counters.opened,
                "reused": counters.reused,
            });
            (engine.name.to_string(), value)
        })
        .collect();
    Ok(answer::json(&json!({
        "containers": snapshot.container_count(),
        "leases": context.leases.len(),
        "nodes": nodes,
    })))
}
