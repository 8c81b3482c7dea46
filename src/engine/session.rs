//! One connection's life: events, reads, probes, until the engine is lost.

use std::sync::Arc;

use bytes::Bytes;
use futures_util::StreamExt;
use futures_util::future::BoxFuture;
use futures_util::stream::FuturesUnordered;
use rustc_hash::FxHashMap;
use serde_json::value::RawValue;
use tokio::sync::mpsc;
use tokio::time::Instant;
use tracing::debug;

use super::backoff::between;
use super::command::Command;
use super::error::EngineError;
use super::event::EngineEvent;
use super::lists;
use super::monitor::{Connected, Monitor};
use super::plan::{Outcome, Plan, Target};
use super::read::{self, Done};
use crate::cluster::{Ack, Change, Container};

/// So many inspected containers are published together.
const BATCH: usize = 32;

/// How a session ended.
pub(super) struct Ended {
    pub(super) error: EngineError,
    /// Whether the engine was read as a whole in it.
    pub(super) was_synced: bool,
}

/// Reads and follows one engine over one event stream.
pub(super) struct Session<'m> {
    monitor: &'m mut Monitor,
    connected: Connected,
    jobs: FuturesUnordered<BoxFuture<'static, Done>>,
    plan: Plan<Ack>,
    /// List entries of the containers that wait for their inspect.
    entries: FxHashMap<Arc<str>, Box<RawValue>>,
    /// Inspected containers that wait to be published.
    inspected: Vec<Arc<Container>>,
    seen: [lists::Seen; 4],
    synced: bool,
    settled: bool,
    pinging: bool,
    next_ping: Instant,
    next_refresh: Instant,
    next_facts: Instant,
}

impl<'m> Session<'m> {
    pub(super) fn new(monitor: &'m mut Monitor, connected: Connected) -> Self {
        let now = Instant::now();
        let options = Arc::clone(&monitor.context.options);
        let mut plan = Plan::new();
        plan.request(Target::All, None);
        Self {
            monitor,
            connected,
            jobs: FuturesUnordered::new(),
            plan,
            entries: FxHashMap::default(),
            inspected: Vec::new(),
            seen: Default::default(),
            synced: false,
            settled: false,
            pinging: false,
            next_ping: now + options.timing.ping_every,
            next_refresh: now + options.refresh.max,
            next_facts: now
                + options
                    .timing
                    .facts_every
                    .mul_f64(0.9 + fastrand::f64() / 5.0),
        }
    }

    /// Follows the engine until it is lost.
    pub(super) async fn run(mut self, commands: &mut mpsc::Receiver<Command>) -> Ended {
        loop {
            if let Err(error) = self.step(commands).await {
                self.publish_inspected(Vec::new()).await;
                return Ended {
                    error,
                    was_synced: self.synced,
                };
            }
        }
    }

    async fn step(&mut self, commands: &mut mpsc::Receiver<Command>) -> Result<(), EngineError> {
        while let Some((target, background)) = self.plan.start() {
            self.begin(target, background);
        }
        let context = Arc::clone(&self.monitor.context);
        let timer = self.next_ping.min(self.next_refresh).min(self.next_facts);
        tokio::select! {
            line = self.connected.lines.next() => self.on_line(line?).await,
            Some(done) = self.jobs.next() => return self.on_done(done).await,
            Some(command) = commands.recv() => {
                self.plan.request(command.target, Some(command.ack));
            }
            () = context.upstream.suspected() => self.ping(),
            () = tokio::time::sleep_until(timer) => self.on_timer(),
        }
        Ok(())
    }

    fn begin(&mut self, target: Target, background: bool) {
        let client = self.connected.client.clone();
        let context = &self.monitor.context;
        let entry = match &target {
            Target::Container(id) => self.entries.remove(id).map(|raw| (Arc::clone(id), raw)),
            _ => None,
        };
        self.jobs.push(match entry {
            Some((id, raw)) if background => {
                read::inspect(client, id, raw, Arc::clone(&context.inspects))
            }
            _ => read::begin(client, context.address.clone(), target),
        });
    }

    fn ping(&mut self) {
        let timing = self.monitor.context.options.timing;
        self.next_ping = Instant::now() + timing.ping_every;
        if !self.pinging {
            self.pinging = true;
            let client = self.connected.client.clone();
            self.jobs
                .push(read::ping(client.with_deadline(timing.ping_deadline)));
        }
    }

    fn on_timer(&mut self) {
        let now = Instant::now();
        let options = Arc::clone(&self.monitor.context.options);
        if now >= self.next_ping {
            self.ping();
        }
        if now >= self.next_refresh {
            // Listing again before all is inspected would only throw inspects away.
            let (min, max) = (options.refresh.min, options.refresh.max);
            self.next_refresh = if self.plan.background_done() {
                self.plan.request(Target::All, None);
                now + between(min, max, fastrand::f64())
            } else {
                now + options.timing.ping_retry
            };
        }
        if now >= self.next_facts {
            self.next_facts = now + options.timing.facts_every;
            self.plan.request(Target::Facts, None);
        }
    }

    async fn on_line(&mut self, line: Bytes) {
        let context = Arc::clone(&self.monitor.context);
        self.next_ping = Instant::now() + context.options.timing.ping_every;
        let event = match EngineEvent::parse(context.key, line) {
            Ok(event) => Arc::new(event),
            Err(error) => return debug!(address = %context.address, error, "Unreadable event"),
        };
        self.monitor.seen = self.monitor.seen.max(Some(event.time_nano));
        if event.time_nano <= self.connected.history {
            return context.hub.remember(&event);
        }
        // What changed is read, whether listeners have heard of it before or not.
        context.hub.publish(&event);
        self.react(&event).await;
    }

    async fn react(&mut self, event: &EngineEvent) {
        match (&*event.kind, event.verb()) {
            ("container", "exec_create") => {
                if let Some(exec) = event.attributes.get("execID") {
                    let (id, container) = (exec.into(), Arc::clone(&event.id));
                    self.send(Change::Exec { id, container }, Vec::new()).await;
                }
            }
            (
                "container",
                "exec_start" | "exec_die" | "exec_detach" | "attach" | "detach" | "top" | "copy"
                | "export" | "resize" | "archive-path" | "extract-to-dir" | "commit",
            ) => {}
            ("container", "destroy") if !self.plan.has(&Target::Container(event.id.clone())) => {
                self.remove(&event.id, Vec::new()).await;
            }
            ("container", _) => self.plan.request(Target::Container(event.id.clone()), None),
            ("image", "push" | "save") | ("volume", "mount" | "unmount") => {}
            ("image", _) => self.plan.request(Target::Images, None),
            ("volume", _) => self.plan.request(Target::Volumes, None),
            ("network", "connect" | "disconnect") => {
                if let Some(id) = event.attributes.get("container") {
                    self.plan.request(Target::Container(id.into()), None);
                }
            }
            ("network", _) => self.plan.request(Target::Networks, None),
            ("daemon", "reload") => self.plan.request(Target::Facts, None),
            _ => {}
        }
    }

    async fn on_done(&mut self, done: Done) -> Result<(), EngineError> {
        match done {
            Done::Ping(result) => return self.on_ping(result).await,
            Done::Container(id, seen) => {
                if let Outcome::Apply(acks) = self.plan.finish(&Target::Container(id.clone())) {
                    match self.on_container(id, seen).await {
                        Ok(()) => self.publish_inspected(acks).await,
                        Err(error) => self.read_all_soon(&error),
                    }
                }
            }
            Done::Inspected(id, seen) => {
                if let Outcome::Apply(acks) = self.plan.finish(&Target::Container(id.clone())) {
                    match self.on_container(id, seen).await {
                        Ok(()) if acks.is_empty() => {}
                        Ok(()) => self.publish_inspected(acks).await,
                        // Read again with the next list; others are not kept waiting for it.
                        Err(error) => debug!(%error, "A container could not be inspected"),
                    }
                }
            }
            Done::List(target, bytes) => {
                if let Outcome::Apply(acks) = self.plan.finish(&target) {
                    self.on_list(&target, &bytes?, acks).await?;
                }
            }
            Done::All(lists) => {
                if let Outcome::Apply(acks) = self.plan.finish(&Target::All) {
                    self.on_all(&lists?, acks).await?;
                }
            }
            Done::Facts(read) => {
                if let Outcome::Apply(acks) = self.plan.finish(&Target::Facts) {
                    self.on_facts(*read?, acks).await;
                }
            }
        }
        self.next_ping = Instant::now() + self.monitor.context.options.timing.ping_every;
        if self.synced && !self.settled && self.plan.background_done() {
            self.settled = true;
            self.publish_inspected(Vec::new()).await;
            self.send(Change::Settled(true), Vec::new()).await;
        } else if self.inspected.len() >= BATCH || self.plan.background_done() {
            self.publish_inspected(Vec::new()).await;
        }
        Ok(())
    }

    async fn publish_inspected(&mut self, acks: Vec<Ack>) {
        if !(self.inspected.is_empty() && acks.is_empty()) {
            let some = std::mem::take(&mut self.inspected);
            self.send(Change::Upsert(some), acks).await;
        }
    }

    async fn send(&mut self, change: Change, acks: Vec<Ack>) {
        let context = &self.monitor.context;
        context.cluster.send(context.key, change, acks).await;
    }
}

mod results;
