//! Networks.

use http::StatusCode;
use serde_json::{Value, json};

use super::{call::Call, reply};
use crate::{error::Outcome, render, server::Reply};

pub(super) async fn create(mut call: Call) -> Outcome<Reply> {
    let body = call.json().await?;
    let id = call.engine.write(|state| {
        let now = state.clock.now();
        state.create_network(&body, now)
    })?;
    reply::json_with(StatusCode::CREATED, &json!({ "Id": id, "Warning": "" }))
}

pub(super) async fn inspect(call: Call) -> Outcome<Reply> {
    let found = call.engine.read(|state| {
        state
            .network(&call.name)
            .map(|one| render::network(state, one, true))
    })?;
    reply::json(&found)
}

pub(super) async fn remove(call: Call) -> Outcome<Reply> {
    call.engine
        .write(|state| state.remove_network(&call.name))?;
    reply::no_content()
}

pub(super) async fn connect(mut call: Call) -> Outcome<Reply> {
    let body = call.json().await?;
    call.engine
        .write(|state| state.connect(&call.name, &body))?;
    reply::bare(StatusCode::OK)
}

pub(super) async fn disconnect(mut call: Call) -> Outcome<Reply> {
    let body = call.json().await?;
    call.engine
        .write(|state| state.disconnect(&call.name, &body))?;
    reply::bare(StatusCode::OK)
}

pub(super) async fn prune(call: Call) -> Outcome<Reply> {
    let filters = call.filters(&["label", "label!", "until"])?;
    let gone = call.engine.write(|state| {
        let null = Value::Null;
        let unused = state.networks.iter().filter(|network| {
            !network.is_predefined()
                && state.members(&network.name).next().is_none()
                && filters.labels(network.config.get("Labels").unwrap_or(&null))
        });
        let gone: Vec<String> = unused.map(|network| network.name.clone()).collect();
        for name in &gone {
            let _ = state.remove_network(name);
        }
        state.emit("network", "prune", "", super::containers::pruned());
        gone
    });
    let gone = if gone.is_empty() {
        Value::Null
    } else {
        json!(gone)
    };
    reply::json(&json!({ "NetworksDeleted": gone }))
}
