//! Logs, followed or not.

use bytes::Bytes;
use futures_util::stream;
use http::Response;

use super::{call::Call, times};
use crate::{
    engine::{ApiVersion, Engine},
    error::{Outcome, Refusal},
    server::{Reply, frame, streamed},
    state::{State, Target},
};

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
    let reader = open(&call, streams)?;
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

fn open(call: &Call, streams: Vec<u8>) -> Outcome<LogReader> {
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
    call.engine.write(|state| {
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
    })
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

    fn collect(&mut self, state: &mut State) -> (Vec<u8>, bool) {
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
                frame(entry.stream, &line, &mut chunk);
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
