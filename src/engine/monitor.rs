//! The task of one engine: connect, validate, follow, and begin anew when it is lost.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt;
use swarm_middleware::address::Address;
use swarm_middleware::forward::Upstream;
use tokio::sync::{Semaphore, mpsc};
use tokio::time::Instant;
use tracing::{debug, error, info, warn};

use super::backoff::Backoff;
use super::client::{EngineClient, NEWEST};
use super::command::Command;
use super::error::EngineError;
use super::facts;
use super::health::{Health, Verdict};
use super::hub::EventHub;
use super::lines::Lines;
use super::options::MonitorOptions;
use super::session::Session;
use crate::cluster::{Ack, Change, ClusterHandle, ClusterView, EngineFacts, NodeContext, NodeKey};
use crate::scheduler::WorkloadOptions;

/// The wait before a task that panicked begins anew.
const AFTER_PANIC: Duration = Duration::from_secs(1);

/// What the task of an engine works with.
#[derive(Debug)]
pub(super) struct Context {
    pub(super) key: NodeKey,
    pub(super) address: Address,
    pub(super) upstream: Arc<Upstream>,
    pub(super) options: Arc<MonitorOptions>,
    pub(super) cluster: ClusterHandle,
    pub(super) view: ClusterView,
    pub(super) hub: Arc<EventHub>,
    /// Bounds the inspects of all engines together.
    pub(super) inspects: Arc<Semaphore>,
}

/// Runs an engine's task for ever; a panic in it is logged, and it begins anew.
pub(super) async fn supervise(context: Arc<Context>, mut commands: mpsc::Receiver<Command>) {
    loop {
        let monitor = Monitor::new(Arc::clone(&context));
        let run = AssertUnwindSafe(monitor.run(&mut commands));
        if run.catch_unwind().await.is_err() {
            error!(address = %context.address, "The task of an engine panicked; it begins anew");
        }
        tokio::time::sleep(AFTER_PANIC).await;
    }
}

/// One life of an engine's task.
pub(super) struct Monitor {
    pub(super) context: Arc<Context>,
    pub(super) health: Health,
    backoff: Backoff,
    /// The time of the newest event seen, by the engine's clock.
    pub(super) seen: Option<i64>,
}

/// A validated engine whose events flow.
pub(super) struct Connected {
    pub(super) client: EngineClient,
    pub(super) node: NodeContext,
    pub(super) lines: Lines,
    /// Events up to this time, by the engine's clock, happened before the manager looked.
    pub(super) history: i64,
}

impl Monitor {
    fn new(context: Arc<Context>) -> Self {
        let options = &context.options;
        let timing = options.timing;
        Self {
            health: Health::new(options.failure_retry),
            backoff: Backoff::new(timing.retry_min, timing.retry_max),
            seen: None,
            context,
        }
    }

    async fn run(mut self, commands: &mut mpsc::Receiver<Command>) {
        loop {
            let lost = match self.connect().await {
                Ok(connected) => {
                    let begun = Instant::now();
                    let ended = Session::new(&mut self, connected).run(commands).await;
                    if ended.was_synced && begun.elapsed() >= self.steady() {
                        self.backoff.reset();
                        self.fail(&ended.error).await;
                        continue; // lost: probed at once
                    }
                    ended.error
                }
                Err(error) => error,
            };
            self.fail(&lost).await;
            let wait = self.backoff.next(fastrand::f64());
            self.wait(wait, commands).await;
        }
    }

    /// A session that lasted so long was no mere flapping.
    fn steady(&self) -> Duration {
        self.context.options.timing.retry_max
    }

    /// Waits; who asks for anything meanwhile is told that there is nothing to read.
    async fn wait(&self, wait: Duration, commands: &mut mpsc::Receiver<Command>) {
        let end = Instant::now() + wait;
        // Dropping the command drops its ack. The sender lives as long as this task.
        while let Ok(Some(refused)) = tokio::time::timeout_at(end, commands.recv()).await {
            drop(refused);
        }
        tokio::time::sleep_until(end).await;
    }

    /// Probes, validates, and opens the event stream, so that no event falls between it and lists.
    async fn connect(&mut self) -> Result<Connected, EngineError> {
        let context = Arc::clone(&self.context);
        let timing = context.options.timing;
        let client = EngineClient::new(Arc::clone(&context.upstream), timing.call_deadline);
        client
            .clone()
            .with_deadline(timing.ping_deadline)
            .ping()
            .await?;
        let read = facts::read(&client, &context.address).await?;
        facts::warn_of_skew(&read, &context.address);
        let history = read.clock.unwrap_or(0);
        let client = client.with_version(read.facts.api.min(NEWEST));
        let node = self.publish_facts(Arc::new(read.facts)).await;
        let since = match self.seen {
            Some(nano) => format!("{}.{:09}", nano / 1_000_000_000, nano % 1_000_000_000),
            // What the engine still remembers.
            None => "1".to_owned(),
        };
        let lines = client.stream(&format!("/events?since={since}")).await?;
        let history = if self.seen.is_none() {
            history
        } else {
            i64::MIN
        };
        self.seen = self.seen.max(Some(history).filter(|history| *history > 0));
        Ok(Connected {
            client,
            node,
            lines: Lines::new(lines, "/events"),
            history,
        })
    }

    /// Publishes what the engine says of itself; returns what its containers are read with.
    pub(super) async fn publish_facts(&self, facts: Arc<EngineFacts>) -> NodeContext {
        let context = &self.context;
        let change = Change::Facts(Arc::clone(&facts));
        context.cluster.apply(context.key, change).await;
        let snapshot = context.view.snapshot();
        let name = snapshot
            .engine(context.key)
            .map(|engine| Arc::clone(&engine.name));
        let name = name.unwrap_or_else(|| Arc::clone(&facts.name));
        context.upstream.set_name(Arc::clone(&name));
        NodeContext {
            key: context.key,
            name,
            ip: Arc::clone(&facts.ip),
            ipv6: facts.ipv6.clone(),
            names: context.options.names,
            workload: WorkloadOptions {
                cpu_shares: context.options.cpu_shares,
                ncpu: facts.cpus,
            },
        }
    }

    /// Counts a failure and publishes it; true if it makes the engine unhealthy.
    pub(super) async fn fail(&mut self, error: &EngineError) -> bool {
        let context = &self.context;
        let name = context.upstream.name();
        let down = self.health.failure() == Verdict::Down;
        if down {
            warn!(node = %name, address = %context.address, %error, "Node is unhealthy");
            context.upstream.set_down(true);
        } else if self.health.failures() == 1 {
            info!(node = %name, address = %context.address, %error, "Node failed");
        } else {
            debug!(node = %name, address = %context.address, %error, "Node failed again");
        }
        self.publish_status(Some(error.to_string().into()), Vec::new())
            .await;
        down
    }

    /// The engine was read as a whole: it can be used.
    pub(super) async fn succeed(&mut self) {
        let context = &self.context;
        let failed = self.health.failures() > 0;
        let healed = self.health.success() == Verdict::Healed;
        if healed {
            let name = context.upstream.name();
            info!(node = %name, address = %context.address, "Node is healthy");
            context.upstream.set_down(false);
        }
        if healed || failed {
            self.publish_status(None, Vec::new()).await;
        }
    }

    pub(super) async fn publish_status(&self, error: Option<Arc<str>>, acks: Vec<Ack>) {
        let change = Change::Status {
            status: self.health.status(),
            error,
            failures: self.health.failures(),
            degree: self.health.degree(),
        };
        self.context
            .cluster
            .send(self.context.key, change, acks)
            .await;
    }
}
