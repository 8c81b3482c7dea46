//! Answers that go on: events, logs, stats, wait, attach.

use std::{collections::VecDeque, time::Duration};

use bytes::Bytes;
use futures_util::stream;
use http::{HeaderMap, Response, StatusCode};
use serde_json::{Value, json};

use super::{call::Call, filters::Filters, reply, times};
use crate::{
    engine::{ApiVersion, Engine},
    error::{Outcome, Refusal},
    render,
    server::{Reply, Session, Take, streamed},
    state::{Event, Target},
};

/// The start of an answer that leaves HTTP.
pub(super) fn head(upgrade: bool, multiplexed: bool) -> Vec<u8> {
    let kind = if multiplexed { "multiplexed" } else { "raw" };
    let content = format!("Content-Type: application/vnd.docker.{kind}-stream\r\n");
    if upgrade {
        return format!(
            "HTTP/1.1 101 UPGRADED\r\n{content}Connection: Upgrade\r\nUpgrade: tcp\r\n\r\n"
        )
        .into_bytes();
    }
    format!("HTTP/1.1 200 OK\r\n{content}\r\n").into_bytes()
}

pub(super) fn wants_upgrade(headers: &HeaderMap) -> bool {
    headers.contains_key(http::header::UPGRADE)
}

pub(super) fn hijacked(upgrade: bool, version: ApiVersion, session: Session) -> Reply {
    let multiplexed = !session.tty && version >= ApiVersion(1, 42);
    Reply::Take(Take::Session(head(upgrade, multiplexed), Box::new(session)))
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
        Ok(session) => Ok(hijacked(
            wants_upgrade(&call.headers),
            call.version,
            session,
        )),
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

pub(super) async fn logs(call: Call) -> Outcome<Reply> {
    let wanted = [("stdout", 1), ("stderr", 2)]
        .into_iter()
        .filter(|(key, _)| call.flag(key));
    let streams: Vec<u8> = wanted.map(|(_, stream)| stream).collect();
    if streams.is_empty() {
        return Err(Refusal::bad(
            "Bad parameters: you must choose at least one stream",
        ));
    }
    let now = call.engine.read(|state| state.nanos());
    let moment = |key| {
        call.text(key)
            .filter(|text| !text.is_empty())
            .and_then(|text| times::nanos(text, now))
    };
    let tail = call
        .number("tail")
        .filter(|tail| *tail >= 0)
        .map(|tail| tail as u64);
    let (timestamps, follow) = (call.flag("timestamps"), call.flag("follow"));
    let (since, until) = (
        moment("since").unwrap_or(i128::MIN),
        moment("until").unwrap_or(i128::MAX),
    );
    let reader = call.engine.write(|state| {
        let index = state.container_index(&call.name)?;
        let container = &mut state.containers[index];
        let log = &mut container.process.log;
        let (end, position) = (
            log.end(),
            tail.map_or(0, |tail| log.end().saturating_sub(tail)),
        );
        Ok(LogReader {
            engine: call.engine.clone(),
            target: Target::Container(container.id.clone()),
            reader: log.join(if follow { position } else { end }),
            position,
            streams,
            timestamps,
            follow: follow && container.process.running,
            since,
            until,
        })
    })?;
    let chunks = stream::unfold(Some(reader), |reader| async move {
        let mut reader = reader?;
        let (chunk, over) = reader.next().await;
        Some((chunk, (!over).then_some(reader)))
    });
    let mut response = Response::new(streamed(chunks));
    if call.version >= ApiVersion(1, 42) {
        let tty = call.container(|container| container.process.tty)?;
        let kind = if tty {
            "application/vnd.docker.raw-stream"
        } else {
            "application/vnd.docker.multiplexed-stream"
        };
        response
            .headers_mut()
            .insert("content-type", http::HeaderValue::from_static(kind));
    }
    Ok(Reply::Http(response))
}

struct LogReader {
    engine: Engine,
    target: Target,
    reader: u64,
    position: u64,
    streams: Vec<u8>,
    timestamps: bool,
    follow: bool,
    since: i128,
    until: i128,
}

impl LogReader {
    /// The next piece, and whether it is the last.
    async fn next(&mut self) -> (Bytes, bool) {
        let mut changes = self.engine.changes();
        loop {
            changes.mark_unchanged();
            let before = self.position;
            let (chunk, over) = self.engine.clone().look(|state| self.collect(state));
            if self.position != before {
                self.engine.touch(); // a writer may be waiting for the room
            }
            if over || !chunk.is_empty() {
                return (chunk.into(), over);
            }
            if changes.changed().await.is_err() {
                return (Bytes::new(), true);
            }
        }
    }

    fn collect(&mut self, state: &mut crate::state::State) -> (Vec<u8>, bool) {
        let mut chunk = Vec::new();
        let Some(process) = state.process(&self.target) else {
            return (chunk, true);
        };
        let wanted = process.log.from(self.position).filter(|entry| {
            self.streams.contains(&entry.stream) && (self.since..=self.until).contains(&entry.nanos)
        });
        for entry in wanted {
            let mut line = Vec::new();
            if self.timestamps {
                line.extend_from_slice(times::text(entry.nanos).as_bytes());
                line.push(b' ');
            }
            line.extend_from_slice(&entry.data);
            if process.tty {
                chunk.extend_from_slice(&line);
            } else {
                crate::server::frame(entry.stream, &line, &mut chunk);
            }
        }
        self.position = process.log.end();
        process.log.advance(self.reader, self.position);
        (chunk, !self.follow || !process.running)
    }
}

impl Drop for LogReader {
    fn drop(&mut self) {
        self.engine
            .write(|state| state.leave(&self.target, self.reader));
    }
}

pub(super) async fn events(call: Call) -> Outcome<Reply> {
    let now = call.engine.read(|state| state.nanos());
    let moment = |key| {
        call.text(key)
            .filter(|text| !text.is_empty())
            .and_then(|text| times::nanos(text, now))
    };
    let (since, until) = (moment("since"), moment("until"));
    if let (Some(from), Some(to)) = (since, until)
        && from > to
    {
        let text = |key| call.text(key).unwrap_or_default();
        let message = format!(
            "`since` time ({}) cannot be after `until` time ({})",
            text("since"),
            text("until")
        );
        return Err(Refusal::bad(message));
    }
    let filters = call.filters(&[])?;
    let (ring, receiver) = call.engine.read(|state| state.events.follow());
    let kept = |event: &Event| {
        since.is_some_and(|since| event.nanos >= since)
            && until.is_none_or(|until| event.nanos <= until)
    };
    let backlog: VecDeque<Event> = ring.into_iter().filter(kept).collect();
    let left = until.map(|until| Duration::from_nanos(u64::try_from(until - now).unwrap_or(0)));
    let end = left.map(|left| tokio::time::Instant::now() + left);
    let lines = stream::unfold(
        (backlog, receiver, filters),
        move |(mut backlog, mut receiver, filters)| async move {
            loop {
                let event = match (backlog.pop_front(), end) {
                    (Some(event), _) => event,
                    (None, None) => received(&mut receiver).await?,
                    (None, Some(end)) => tokio::time::timeout_at(end, received(&mut receiver))
                        .await
                        .ok()??,
                };
                if wanted(&event, &filters) {
                    return Some((
                        Bytes::copy_from_slice(event.line.as_bytes()),
                        (backlog, receiver, filters),
                    ));
                }
            }
        },
    );
    Ok(Reply::Http(reply::response(
        StatusCode::OK,
        "application/json",
        streamed(lines),
    )))
}

async fn received(receiver: &mut tokio::sync::broadcast::Receiver<Event>) -> Option<Event> {
    use tokio::sync::broadcast::error::RecvError;
    loop {
        match receiver.recv().await {
            Ok(event) => return Some(event),
            Err(RecvError::Lagged(_)) => {}
            Err(RecvError::Closed) => return None,
        }
    }
}

fn wanted(event: &Event, filters: &Filters) -> bool {
    if filters.is_empty() {
        return true;
    }
    let Ok(value) = serde_json::from_str::<Value>(&event.line) else {
        return false;
    };
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let (kind, action, id) = (
        text(&value["Type"]),
        text(&value["Action"]),
        text(&value["Actor"]["ID"]),
    );
    let attributes = &value["Actor"]["Attributes"];
    let name = text(&attributes["name"]);
    let is = |wanted_kind: &'static str| {
        let (kind, id, name) = (&kind, &id, &name);
        move |wanted: &str| {
            kind == wanted_kind && (id == wanted || name == wanted || id.starts_with(wanted))
        }
    };
    let image = text(&attributes["image"]);
    filters.any("type", |wanted| wanted == kind)
        && filters.any("event", |wanted| {
            action == wanted || action.split(':').next() == Some(wanted)
        })
        && filters.any("container", is("container"))
        && filters.any("network", is("network"))
        && filters.any("volume", is("volume"))
        && filters.any("image", |wanted| {
            is("image")(wanted) || (kind == "container" && image == wanted)
        })
        && filters.any("scope", |wanted| value["scope"] == wanted)
        && filters.labels(attributes)
}
