//! Containers: everything that answers at once.

use http::StatusCode;
use serde_json::{Map, Value, json};

use super::{call::Call, reply};
use crate::{
    engine::ApiVersion,
    error::{Outcome, Refusal},
    render,
    server::Reply,
    state::{Phase, State},
};

/// Changes the container the path names.
fn change<T>(call: &Call, change: impl FnOnce(&mut State, usize) -> Outcome<T>) -> Outcome<T> {
    call.engine.write(|state| {
        let index = state.container_index(&call.name)?;
        change(state, index)
    })
}

pub(super) async fn create(mut call: Call) -> Outcome<Reply> {
    let body = call.json().await?;
    if !body.is_object() {
        return Err(Refusal::bad(
            "config cannot be empty in order to create a container",
        ));
    }
    let id = call
        .engine
        .write(|state| state.create_container(call.text("name"), &body))?;
    reply::json_with(StatusCode::CREATED, &json!({ "Id": id, "Warnings": [] }))
}

pub(super) async fn inspect(call: Call) -> Outcome<Reply> {
    let (size, strange) = (call.flag("size"), call.engine.options().odd);
    reply::json(&call.container(|container| render::container_inspect(container, size, strange))?)
}

pub(super) async fn start(mut call: Call) -> Outcome<Reply> {
    let body = call.optional_json().await?;
    let task = change(&call, |state, index| {
        let old = call.version < ApiVersion(1, 24);
        if let Some(body) = body.filter(|body| old && body.is_object()) {
            state.change_host(index, &body);
            let spec = state.containers[index].spec.clone();
            let now = state.clock.now();
            let mounts = state.mounts_of(&spec, now)?;
            state.containers[index].mounts = mounts;
        }
        state.start(index)
    })?;
    call.engine.run(task);
    reply::no_content()
}

pub(super) async fn stop(call: Call) -> Outcome<Reply> {
    change(&call, State::stop)?;
    reply::no_content()
}

pub(super) async fn restart(call: Call) -> Outcome<Reply> {
    let task = change(&call, State::restart)?;
    call.engine.run(task);
    reply::no_content()
}

pub(super) async fn kill(call: Call) -> Outcome<Reply> {
    let signal = call.text("signal").unwrap_or_default().to_owned();
    change(&call, |state, index| state.kill(index, &signal))?;
    reply::no_content()
}

pub(super) async fn pause(call: Call) -> Outcome<Reply> {
    change(&call, |state, index| state.pause(index, true))?;
    reply::no_content()
}

pub(super) async fn unpause(call: Call) -> Outcome<Reply> {
    change(&call, |state, index| state.pause(index, false))?;
    reply::no_content()
}

pub(super) async fn rename(call: Call) -> Outcome<Reply> {
    let name = call.text("name").unwrap_or_default().to_owned();
    change(&call, |state, index| state.rename(index, &name))?;
    reply::no_content()
}

pub(super) async fn update(mut call: Call) -> Outcome<Reply> {
    let mut body = call.json().await?;
    if let Value::Object(values) = &mut body {
        // What is zero or absent stays as it was.
        values.retain(|_, value| !matches!(value, Value::Null) && *value != 0 && *value != "");
    }
    change(&call, |state, index| {
        state.change_host(index, &body);
        state.container_event(index, "update", &[]);
        Ok(())
    })?;
    reply::json(&json!({ "Warnings": null }))
}

pub(super) async fn resize(call: Call) -> Outcome<Reply> {
    let number = |key| {
        call.number(key)
            .filter(|number| *number >= 0)
            .map(|number| number.to_string())
    };
    let (Some(height), Some(width)) = (number("h"), number("w")) else {
        return Err(Refusal::bad("strconv.Atoi: parsing \"\": invalid syntax"));
    };
    change(&call, |state, index| {
        let container = &state.containers[index];
        if !container.is_up() {
            return Err(Refusal::conflict(format!(
                "Container {} is not running",
                container.id
            )));
        }
        state.container_event(index, "resize", &[("height", &height), ("width", &width)]);
        Ok(())
    })?;
    reply::bare(StatusCode::OK)
}

pub(super) async fn top(call: Call) -> Outcome<Reply> {
    let processes = change(&call, |state, index| {
        let container = &state.containers[index];
        if !container.is_up() {
            return Err(Refusal::conflict(format!(
                "Container {} is not running",
                container.id
            )));
        }
        let (pid, command) = (container.pid.to_string(), container.spec.argv.join(" "));
        let row = json!([["root", pid, "1", "0", "00:00", "?", "00:00:00", command]]);
        state.container_event(index, "top", &[]);
        Ok(row)
    })?;
    let titles = ["UID", "PID", "PPID", "C", "STIME", "TTY", "TIME", "CMD"];
    reply::json(&json!({ "Processes": processes, "Titles": titles }))
}

pub(super) async fn changes(call: Call) -> Outcome<Reply> {
    let list = call.container(|container| {
        let mut list: Vec<Value> = Vec::new();
        list.extend(
            container
                .mounts
                .iter()
                .map(|mount| json!({ "Path": mount.destination, "Kind": 1 })),
        );
        list.extend(
            container
                .files
                .iter()
                .map(|file| json!({ "Path": format!("/{}", file.path), "Kind": 1 })),
        );
        if list.is_empty() {
            Value::Null
        } else {
            list.into()
        }
    })?;
    reply::json(&list)
}

pub(super) async fn remove(call: Call) -> Outcome<Reply> {
    let (force, volumes) = (call.flag("force"), call.flag("v"));
    change(&call, |state, index| state.remove(index, force, volumes))?;
    reply::no_content()
}

pub(super) async fn prune(call: Call) -> Outcome<Reply> {
    let filters = call.filters(&["label", "label!", "until"])?;
    let deleted = call.engine.write(|state| {
        let labels =
            |map: Option<&Map<String, Value>>| map.cloned().map_or(Value::Null, Value::Object);
        let gone = state.containers.iter().filter(|container| {
            matches!(container.phase, Phase::Created | Phase::Exited)
                && filters.labels(&labels(container.spec.labels()))
        });
        let gone: Vec<String> = gone.map(|container| container.id.clone()).collect();
        for id in &gone {
            if let Ok(index) = state.container_index(id) {
                let _ = state.remove(index, false, false);
            }
        }
        state.emit("container", "prune", "", pruned());
        gone
    });
    let deleted = if deleted.is_empty() {
        Value::Null
    } else {
        json!(deleted)
    };
    reply::json(&json!({ "ContainersDeleted": deleted, "SpaceReclaimed": 0 }))
}

/// What the event of a prune says.
pub(super) fn pruned() -> Map<String, Value> {
    [("reclaimed".to_owned(), Value::from("0"))]
        .into_iter()
        .collect()
}
