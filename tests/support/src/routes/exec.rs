//! Commands inside containers.

use http::StatusCode;
use serde_json::{Value, json};

use super::{
    call::Call,
    reply,
    streams::{head, hijacked, wants_upgrade},
};
use crate::{
    error::{Outcome, Refusal},
    render,
    server::{Reply, Session, Take, frame},
    state::{State, Target},
};

pub(super) async fn create(mut call: Call) -> Outcome<Reply> {
    let body = call.json().await?;
    let id = call.engine.write(|state: &mut State| {
        let index = state.container_index(&call.name)?;
        state.create_exec(index, &body)
    })?;
    reply::json_with(StatusCode::CREATED, &json!({ "Id": id }))
}

pub(super) async fn inspect(call: Call) -> Outcome<Reply> {
    let exec = call.engine.read(|state| {
        let index = state.exec_index(&call.name)?;
        Ok(render::exec_inspect(&state.execs[index]))
    })?;
    reply::json(&exec)
}

pub(super) async fn resize(call: Call) -> Outcome<Reply> {
    call.engine.read(|state| {
        let exec = &state.execs[state.exec_index(&call.name)?];
        let running = exec.process.running;
        if running {
            Ok(())
        } else {
            Err(Refusal::failed(
                "cannot resize a stopped container: unknown",
            ))
        }
    })?;
    reply::bare(StatusCode::OK)
}

pub(super) async fn start(mut call: Call) -> Outcome<Reply> {
    let body = call.optional_json().await?.unwrap_or(Value::Null);
    let detach = body["Detach"].as_bool().unwrap_or(false);
    let engine = call.engine.clone();
    let ran = engine.read(|state| {
        state
            .exec_index(&call.name)
            .map(|index| state.execs[index].process.run > 0)
    })?;
    if ran {
        return again(&call, detach);
    }
    let (task, session) = engine.write(|state| {
        let index = state.exec_index(&call.name)?;
        let task = state.start_exec(index)?;
        let exec = &mut state.execs[index];
        let wanted = [("AttachStdout", 1), ("AttachStderr", 2)]
            .into_iter()
            .filter(|(key, _)| exec.flag(key));
        // Nothing below may fail: a session that is dropped takes the lock held here.
        let session = Session {
            engine: call.engine.clone(),
            target: Target::Exec(exec.id.clone()),
            stdin: exec.flag("AttachStdin"),
            streams: wanted.map(|(_, stream)| stream).collect(),
            tty: exec.flag("Tty"),
            ends_input: true,
            position: 0,
            reader: exec.process.log.join(0),
            exits: Some(exec.process.exits),
            in_flight: None,
        };
        Ok((task, session))
    })?;
    engine.run(task);
    if detach {
        return reply::bare(StatusCode::OK);
    }
    let extra = extra_lines(&call);
    Ok(hijacked(&call, session, &extra))
}

/// A second start is told so in the stream itself.
fn again(call: &Call, detach: bool) -> Outcome<Reply> {
    let id = &call.name;
    let message = format!("Error: Exec command {id} has already run\r\n");
    if detach {
        return Err(Refusal::conflict(message.trim_end()));
    }
    let mut bytes = head(wants_upgrade(&call.headers), false, &extra_lines(call));
    frame(1, message.as_bytes(), &mut bytes);
    Ok(Reply::Take(Take::Close(bytes)))
}

/// An exec's head, unlike an attach's, has what every answer has.
fn extra_lines(call: &Call) -> String {
    let identity = call.engine.identity();
    let (api, os, version) = (identity.api, &identity.os, &identity.version);
    format!(
        "Api-Version: {api}\r\nDocker-Experimental: false\r\nOstype: {os}\r\nServer: Docker/{version} ({os})\r\n"
    )
}
