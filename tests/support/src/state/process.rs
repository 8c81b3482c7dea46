//! What runs in a container or an exec: a program of a few known steps, its input and its output.

use std::{collections::VecDeque, time::Duration};

use bytes::Bytes;

use super::shell::{Program, Step};

/// How much output is kept for readers that come later.
const KEPT: usize = 1 << 20;

/// One piece of output.
#[derive(Debug, Clone)]
pub(crate) struct Entry {
    /// 1 is stdout, 2 is stderr.
    pub(crate) stream: u8,
    pub(crate) nanos: i128,
    pub(crate) data: Bytes,
}

/// The output so far; followers hold a position in it and are never overtaken by what is dropped.
#[derive(Debug, Default)]
pub(crate) struct Log {
    entries: VecDeque<Entry>,
    base: u64,
    bytes: usize,
    readers: Vec<(u64, u64)>,
    next_reader: u64,
}

impl Log {
    pub(crate) fn end(&self) -> u64 {
        self.base + self.entries.len() as u64
    }

    pub(crate) fn push(&mut self, entry: Entry) {
        self.bytes += entry.data.len();
        self.entries.push_back(entry);
        self.trim();
    }

    /// The entries from `position` on.
    pub(crate) fn from(&self, position: u64) -> impl Iterator<Item = &Entry> {
        let skip = position.saturating_sub(self.base) as usize;
        self.entries.iter().skip(skip)
    }

    pub(crate) fn join(&mut self, position: u64) -> u64 {
        self.next_reader += 1;
        self.readers.push((self.next_reader, position));
        self.next_reader
    }

    pub(crate) fn advance(&mut self, reader: u64, position: u64) {
        if let Some(entry) = self.readers.iter_mut().find(|(id, _)| *id == reader) {
            entry.1 = position;
        }
        self.trim();
    }

    pub(crate) fn leave(&mut self, reader: u64) {
        self.readers.retain(|(id, _)| *id != reader);
        self.trim();
    }

    pub(crate) fn has_readers(&self) -> bool {
        !self.readers.is_empty()
    }

    /// True while a follower is so far behind that more output would have to be kept for it.
    pub(crate) fn is_full(&self) -> bool {
        self.bytes > KEPT
            && self
                .readers
                .iter()
                .any(|(_, position)| *position < self.end())
    }

    fn trim(&mut self) {
        let slowest = self
            .readers
            .iter()
            .map(|(_, position)| *position)
            .min()
            .unwrap_or(u64::MAX);
        while self.bytes > KEPT && self.base < slowest {
            let Some(entry) = self.entries.pop_front() else {
                return;
            };
            self.bytes -= entry.data.len();
            self.base += 1;
        }
    }
}

/// What a process does next.
#[derive(Debug, PartialEq)]
pub(crate) enum Next {
    Sleep(Duration),
    Read,
    Forever,
    Exit(i64),
}

/// A program and where it stands.
#[derive(Debug)]
pub(crate) struct Process {
    program: Program,
    at: usize,
    pub(crate) tty: bool,
    pub(crate) stdin_open: bool,
    pending: Vec<u8>,
    stdin_closed: bool,
    exit: Option<i64>,
    pub(crate) log: Log,
    pub(crate) running: bool,
    /// Counts starts, so that a task of an earlier run knows it is over.
    pub(crate) run: u64,
    /// Counts ends: followers of one run wait for it to rise.
    pub(crate) exits: u64,
}

impl Process {
    pub(crate) fn new(program: Program, tty: bool, stdin_open: bool) -> Self {
        Self {
            program,
            at: 0,
            tty,
            stdin_open,
            pending: Vec::new(),
            stdin_closed: false,
            exit: None,
            log: Log::default(),
            running: false,
            run: 0,
            exits: 0,
        }
    }

    pub(crate) fn start(&mut self) {
        self.at = 0;
        self.exit = None;
        self.running = true;
        self.run += 1;
    }

    pub(crate) fn end(&mut self) {
        self.running = false;
        self.stdin_closed = false;
        self.pending.clear();
        self.exits += 1;
    }

    /// True when nothing but a signal ends it, so that no task need watch over it.
    pub(crate) fn runs_forever(&self) -> bool {
        matches!(self.program.first(), Some(Step::Forever))
    }

    /// Runs up to the next step that takes time.
    pub(crate) fn advance(&mut self, nanos: i128) -> Next {
        loop {
            if let Some(code) = self.exit {
                return Next::Exit(code);
            }
            match self.program.get(self.at).cloned() {
                None => return Next::Exit(0),
                Some(Step::Print(stream, data)) => {
                    self.print(stream, data, nanos);
                    self.at += 1;
                }
                Some(Step::Sleep(duration)) => {
                    self.at += 1;
                    return Next::Sleep(duration);
                }
                Some(Step::Exit(code)) => return Next::Exit(code),
                Some(Step::Forever) => return Next::Forever,
                Some(Step::Copy | Step::Shell) => {
                    self.take_input(nanos);
                    let over = !self.stdin_open || (self.stdin_closed && self.pending.is_empty());
                    if self.exit.is_none() && !over {
                        return Next::Read;
                    }
                    self.at += 1;
                }
            }
        }
    }

    /// Takes input in, or refuses while the output it would cause has no room.
    pub(crate) fn feed(&mut self, data: &[u8], nanos: i128) -> bool {
        if self.log.is_full() || self.pending.len() > KEPT {
            return false;
        }
        if self.stdin_open && !self.stdin_closed {
            self.pending.extend_from_slice(data);
            self.take_input(nanos);
        }
        true
    }

    pub(crate) fn close_stdin(&mut self) {
        self.stdin_closed = true;
    }

    fn take_input(&mut self, nanos: i128) {
        if !self.running || self.pending.is_empty() {
            return;
        }
        match self.program.get(self.at) {
            Some(Step::Copy) => {
                let mut data = std::mem::take(&mut self.pending);
                if self.tty {
                    if let Some(end) = data.iter().position(|byte| *byte == 4) {
                        data.truncate(end);
                        self.stdin_closed = true;
                    }
                    self.print(1, Bytes::from(data.clone()), nanos); // the terminal's own echo
                }
                self.print(1, Bytes::from(data), nanos);
            }
            Some(Step::Shell) => self.take_lines(nanos),
            // Nobody reads: input waits in the pipe, and a terminal has no more room than a pipe has.
            Some(Step::Print(..) | Step::Sleep(_) | Step::Exit(_) | Step::Forever) | None => {
                self.pending.truncate(64 * 1024);
            }
        }
    }

    fn take_lines(&mut self, nanos: i128) {
        let whole = match self
            .pending
            .iter()
            .rposition(|byte| *byte == b'\n' || *byte == b'\r')
        {
            Some(last) => last + 1,
            None if self.stdin_closed => self.pending.len(),
            None => return,
        };
        let lines: Vec<u8> = self.pending.drain(..whole).collect();
        for line in String::from_utf8_lossy(&lines).split(['\n', '\r']) {
            for step in super::shell::script(line) {
                match step {
                    Step::Print(stream, data) => self.print(stream, data, nanos),
                    Step::Exit(code) => self.exit = Some(code),
                    Step::Sleep(_) | Step::Copy | Step::Shell | Step::Forever => {}
                }
            }
        }
    }

    fn print(&mut self, stream: u8, data: Bytes, nanos: i128) {
        if data.is_empty() {
            return;
        }
        let (stream, data) = if self.tty {
            (1, with_carriage_returns(&data))
        } else {
            (stream, data)
        };
        self.log.push(Entry {
            stream,
            nanos,
            data,
        });
    }
}

fn with_carriage_returns(data: &[u8]) -> Bytes {
    let mut out = Vec::with_capacity(data.len() + 2);
    for &byte in data {
        if byte == b'\n' {
            out.push(b'\r');
        }
        out.push(byte);
    }
    out.into()
}
