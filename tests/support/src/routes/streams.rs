//! Answers that go on: events, logs, stats, wait, attach.

use std::time::Duration;

use bytes::Bytes;
use futures_util::stream;
use http::{HeaderMap, StatusCode};
use serde_json::json;

use super::{call::Call, reply};
use crate::{
    engine::ApiVersion,
    error::{Outcome, Refusal},
    render,
    server::{Reply, Session, Take, streamed},
    state::Target,
};

/// The start of an answer that leaves HTTP; `extra` is whole header lines.
pub(super) fn head(upgrade: bool, multiplexed: bool, extra: &str) -> Vec<u8> {
    let kind = if multiplexed { "multiplexed" } else { "raw" };
    let content = format!("Content-Type: application/vnd.docker.{kind}-stream\r\n");
    let (status, change) = if upgrade {
        ("101 UPGRADED", "Connection: Upgrade\r\nUpgrade: tcp\r\n")
    } else {
        ("200 OK", "")
    };
    format!("HTTP/1.1 {status}\r\n{content}{change}{extra}\r\n").into_bytes()
}

pub(super) fn wants_upgrade(headers: &HeaderMap) -> bool {
    headers.contains_key(http::header::UPGRADE)
}

pub(super) fn hijacked(call: &Call, session: Session, extra: &str) -> Reply {
    let multiplexed = !session.tty && call.version >= ApiVersion(1, 42);
    let head = head(wants_upgrade(&call.headers), multiplexed, extra);
    Reply::Take(Take::Session(head, Box::new(session)))
}

pub(super) async fn attach(call: Call) -> Outcome<Reply> {
    let flags = |key| call.flag(key);
    let (logs, stream, stdin) = (flags("logs"), flags("stream"), flags("stdin"));
    let streams = [("stdout", 1), ("stderr", 2)]
        .into_iter()
        .filter(|(key, _)| flags(key));
    let streams: Vec<u8> = streams.map(|(_, stream)| stream).collect();
    let session = call.engine.write(|state| {
        let index = state.container_index(&call.name)?;
        state.container_event(index, "attach", &[]);
        let container = &mut state.containers[index];
        let once = container.spec.flag("StdinOnce");
        let (tty, exits) = (container.process.tty, container.process.exits);
        let position = if logs { 0 } else { container.process.log.end() };
        Ok(Session {
            engine: call.engine.clone(),
            target: Target::Container(container.id.clone()),
            stdin: stdin && stream,
            streams,
            tty,
            ends_input: once,
            position,
            reader: container.process.log.join(position),
            exits: stream.then_some(exits),
            in_flight: None,
        })
    });
    match session {
        Ok(session) => Ok(hijacked(&call, session, "")),
        Err(Refusal { status, message }) => {
            // The engine has left HTTP by now: no length, the end of the connection ends it.
            let reason = status.canonical_reason().unwrap_or_default();
            let code = status.as_u16();
            let text = format!(
                "HTTP/1.1 {code} {reason}\r\nContent-Type: application/vnd.docker.raw-stream\r\n\r\n{message}\r\n"
            );
            Ok(Reply::Take(Take::Close(text.into_bytes())))
        }
    }
}

/// The head goes out at once; the body comes when the condition holds.
pub(super) async fn wait(call: Call) -> Outcome<Reply> {
    let removed = call.text("condition") == Some("removed");
    let next = call.text("condition") == Some("next-exit");
    let (id, exits) =
        call.container(|container| (container.id.clone(), container.process.exits))?;
    let engine = call.engine.clone();
    let answer = stream::once(async move {
        let mut changes = engine.changes();
        loop {
            changes.mark_unchanged();
            let code = engine.read(|state| {
                match state.containers.iter().find(|container| container.id == id) {
                    None => Some(
                        state
                            .ended
                            .iter()
                            .find(|end| end.id == id)
                            .map_or(0, |end| end.exit_code),
                    ),
                    Some(_) if removed => None,
                    Some(one) if next => (one.process.exits > exits).then_some(one.exit_code),
                    Some(one) => (!one.is_up()).then_some(one.exit_code),
                }
            });
            if let Some(code) = code {
                return Bytes::from(
                    json!({ "Error": null, "StatusCode": code }).to_string() + "\n",
                );
            }
            if changes.changed().await.is_err() {
                return Bytes::new();
            }
        }
    });
    Ok(Reply::Http(reply::response(
        StatusCode::OK,
        "application/json",
        streamed(answer),
    )))
}

pub(super) async fn stats(call: Call) -> Outcome<Reply> {
    let endless = call.text("stream").is_none() || call.flag("stream");
    let id = call.container(|container| container.id.clone())?;
    let engine = call.engine.clone();
    let samples = stream::unfold(0u64, move |count| {
        let (engine, id) = (engine.clone(), id.clone());
        async move {
            if count > 0 {
                if !endless {
                    return None;
                }
                tokio::time::sleep(Duration::from_secs(1)).await;
            }
            let sample = engine.read(|state| {
                let container = state
                    .containers
                    .iter()
                    .find(|container| container.id == id)?;
                Some(render::stats(container, state.clock.now()))
            })?;
            Some((Bytes::from(sample.to_string() + "\n"), count + 1))
        }
    });
    Ok(Reply::Http(reply::response(
        StatusCode::OK,
        "application/json",
        streamed(samples),
    )))
}
