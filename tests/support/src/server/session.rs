//! A connection that carries a process's input and output.

use bytes::Bytes;
use tokio::io::{AsyncReadExt, AsyncWriteExt, ReadHalf, WriteHalf, split};

use super::socket::Socket;
use crate::{
    engine::{Engine, InFlight},
    state::Target,
};

/// The keys that leave a terminal without ending what runs in it: ctrl-p ctrl-q.
const DETACH: &[u8] = b"\x10\x11";

/// What an attach or an exec start asked for.
pub(crate) struct Session {
    pub(crate) engine: Engine,
    pub(crate) target: Target,
    pub(crate) stdin: bool,
    /// Which output streams, by number.
    pub(crate) streams: Vec<u8>,
    pub(crate) tty: bool,
    /// Whether the end of this client's input ends the process's input.
    pub(crate) ends_input: bool,
    /// Where in the output to begin.
    pub(crate) position: u64,
    pub(crate) reader: u64,
    /// The session ends when the process has ended more often than this; `None` ends with what there is.
    pub(crate) exits: Option<u64>,
    /// Counts the session as a request still being answered.
    pub(crate) in_flight: Option<InFlight>,
}

/// One frame of multiplexed output.
pub(crate) fn frame(stream: u8, data: &[u8], out: &mut Vec<u8>) {
    out.extend_from_slice(&[stream, 0, 0, 0]);
    out.extend_from_slice(&(data.len() as u32).to_be_bytes());
    out.extend_from_slice(data);
}

impl Session {
    /// Carries both directions; the end of output ends it.
    pub(crate) async fn run(mut self, socket: Socket, early: &[u8]) {
        let (read, mut write) = split(socket);
        let (position, input) = (self.position, self.input());
        {
            let output = self.output(&mut write, position);
            let upward = input.run(read, early);
            tokio::pin!(output, upward);
            tokio::select! {
                () = &mut output => {}
                end = &mut upward => if end == End::Input { output.await },
            }
        }
        let _ = write.shutdown().await;
    }

    fn input(&self) -> Input {
        Input {
            engine: self.engine.clone(),
            target: self.target.clone(),
            wanted: self.stdin,
            tty: self.tty,
            ends_input: self.ends_input,
        }
    }

    async fn output(&mut self, write: &mut WriteHalf<Socket>, mut position: u64) {
        let mut changes = self.engine.changes();
        loop {
            changes.mark_unchanged();
            let (chunk, next, over) = self.collect(position);
            position = next;
            if !chunk.is_empty() && write.write_all(&chunk).await.is_err() {
                return;
            }
            if over {
                return;
            }
            if chunk.is_empty() && changes.changed().await.is_err() {
                return;
            }
        }
    }

    /// What there is from `position` on, the new position, and whether that was all.
    fn collect(&self, position: u64) -> (Vec<u8>, u64, bool) {
        let mut chunk = Vec::new();
        let step = |state: &mut crate::state::State| {
            let Some(process) = state.process(&self.target) else {
                return (position, true);
            };
            for entry in process
                .log
                .from(position)
                .filter(|entry| self.streams.contains(&entry.stream))
            {
                if self.tty {
                    chunk.extend_from_slice(&entry.data);
                } else {
                    frame(entry.stream, &entry.data, &mut chunk);
                }
            }
            let end = process.log.end();
            process.log.advance(self.reader, end);
            (end, self.exits.is_none_or(|exits| process.exits > exits))
        };
        let (next, over) = self.engine.look(step);
        if next != position {
            self.engine.touch(); // a writer may be waiting for the room
        }
        (chunk, next, over)
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        let (target, reader) = (self.target.clone(), self.reader);
        self.engine.write(|state| state.leave(&target, reader));
    }
}

#[derive(PartialEq)]
enum End {
    /// The client ended its input; output goes on.
    Input,
    /// The client is gone or has detached.
    Client,
}

struct Input {
    engine: Engine,
    target: Target,
    wanted: bool,
    tty: bool,
    ends_input: bool,
}

impl Input {
    async fn run(self, mut read: ReadHalf<Socket>, early: &[u8]) -> End {
        // A stray line end behind the request's body is not input.
        let early = early
            .strip_prefix(b"\r\n")
            .or_else(|| early.strip_prefix(b"\n"))
            .unwrap_or(early);
        if !early.is_empty() && self.feed(early).await == End::Client {
            return End::Client;
        }
        let mut buffer = vec![0; 16 * 1024];
        loop {
            match read.read(&mut buffer).await {
                Ok(0) => break,
                Ok(count) => {
                    if self.feed(&buffer[..count]).await == End::Client {
                        return End::Client;
                    }
                }
                Err(_) => return End::Client,
            }
        }
        if self.wanted && self.ends_input {
            self.engine.write(|state| {
                if let Some(process) = state.process(&self.target) {
                    process.close_stdin();
                }
            });
        }
        End::Input
    }

    /// Hands input over, waiting while the output it causes has no room.
    async fn feed(&self, data: &[u8]) -> End {
        if !self.wanted {
            return End::Input;
        }
        let left = self.tty && data.windows(DETACH.len()).any(|keys| keys == DETACH);
        if left {
            return End::Client;
        }
        let data = Bytes::copy_from_slice(data);
        let mut changes = self.engine.changes();
        loop {
            changes.mark_unchanged();
            let taken = self.engine.look(|state| {
                let nanos = state.nanos();
                state
                    .process(&self.target)
                    .is_none_or(|process| process.feed(&data, nanos))
            });
            if taken {
                self.engine.touch();
                return End::Input;
            }
            if changes.changed().await.is_err() {
                return End::Client;
            }
        }
    }
}
