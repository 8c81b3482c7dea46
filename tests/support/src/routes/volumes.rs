//! Volumes.

use http::StatusCode;
use serde_json::{Value, json};

use super::{call::Call, reply};
use crate::{engine::ApiVersion, error::Outcome, render, server::Reply};

pub(super) async fn create(mut call: Call) -> Outcome<Reply> {
    let body = call.json().await?;
    let strange = call.engine.options().odd;
    let volume = call.engine.write(|state| {
        let now = state.clock.now();
        let name = state.create_volume(&body, now)?;
        state
            .volume(&name)
            .map(|volume| render::volume(volume, strange))
    })?;
    reply::json_with(StatusCode::CREATED, &volume)
}

pub(super) async fn inspect(call: Call) -> Outcome<Reply> {
    let strange = call.engine.options().odd;
    reply::json(&call.engine.read(|state| {
        state
            .volume(&call.name)
            .map(|one| render::volume(one, strange))
    })?)
}

pub(super) async fn remove(call: Call) -> Outcome<Reply> {
    let force = call.flag("force");
    call.engine
        .write(|state| state.remove_volume(&call.name, force))?;
    reply::no_content()
}

/// From 1.42 on only anonymous volumes go, unless all are asked for.
pub(super) async fn prune(call: Call) -> Outcome<Reply> {
    let filters = call.filters(&["all", "label", "label!"])?;
    let asked = filters
        .values("all")
        .iter()
        .any(|value| matches!(value.as_str(), "true" | "1"));
    let all = asked || call.version < ApiVersion(1, 42);
    let gone = call.engine.write(|state| {
        let null = Value::Null;
        let unused = state.volumes.iter().filter(|volume| {
            (all || volume.anonymous)
                && state.users_of_volume(&volume.name).is_empty()
                && filters.labels(volume.config.get("Labels").unwrap_or(&null))
        });
        let gone: Vec<String> = unused.map(|volume| volume.name.clone()).collect();
        for name in &gone {
            let _ = state.remove_volume(name, false);
        }
        state.emit("volume", "prune", "", super::containers::pruned());
        gone
    });
    reply::json(&json!({ "VolumesDeleted": gone, "SpaceReclaimed": 0 }))
}
