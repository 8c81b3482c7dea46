//! The real `swarm manage` in front of simulated engines: what clients see, and what engines get.

#![allow(clippy::unwrap_used, reason = "a test that fails says where")]

mod again;
mod auth;
mod bad_engines;
mod bad_heads;
mod bad_requests;
mod builds;
mod deaths;
mod down;
mod drain;
mod everywhere;
mod failures;
mod fig;
mod hijack;
mod images;
mod loose;
mod managers;
mod mutations;
mod names;
mod oddities;
mod placement;
mod routes;
mod state;
mod supply;
mod vanish;
mod versions;

use serde_json::{Value, json};
use testkit::EngineOptions;
use testkit::manager::Cluster;

/// The program under test.
const SWARM: &str = env!("CARGO_BIN_EXE_swarm");

/// A manager in front of that many engines: `node-1`, `node-2`, ...
async fn cluster(engines: usize) -> Cluster {
    with(engines, &[]).await
}

/// The same with more arguments.
async fn with(engines: usize, args: &[&str]) -> Cluster {
    let options = (1..=engines).map(|number| EngineOptions::named(format!("node-{number}")));
    Cluster::start(SWARM, options, args).await.unwrap()
}

/// A container that runs until it is stopped.
fn top() -> Value {
    json!({ "Image": "busybox", "Cmd": ["top"] })
}

/// The same on one node.
fn top_on(node: &str) -> Value {
    json!({ "Image": "busybox", "Cmd": ["top"], "Env": [format!("constraint:node=={node}")] })
}
