//! What the tests have in common.

use std::time::Duration;

use serde_json::{Value, json};
use testkit::{Engine, EngineOptions, RunningEngine, client};

pub(crate) const SOON: Duration = Duration::from_secs(10);

pub(crate) async fn engine() -> RunningEngine {
    Engine::start(EngineOptions::default()).await.unwrap()
}

pub(crate) async fn get(engine: &RunningEngine, path: &str) -> std::io::Result<client::Answer> {
    client::send(engine.addr, "GET", path, None).await
}

pub(crate) async fn post(engine: &RunningEngine, path: &str, body: Value) -> client::Answer {
    let body = (!body.is_null()).then_some(body);
    client::send(engine.addr, "POST", path, body.as_ref())
        .await
        .unwrap()
}

pub(crate) fn cat() -> Value {
    json!({ "Image": "busybox", "Cmd": ["cat"], "OpenStdin": true, "StdinOnce": true })
}
