//! The one writer: applies changes, keeps the indexes, publishes snapshots.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::SystemTime;

use rustc_hash::FxHashMap;
use tokio::sync::{mpsc, watch};
use tracing::{info, warn};

use super::engine::{EngineFacts, EngineSnapshot, EngineStatus, NodeKey};
use super::event::{Change, ClusterEvent};
use super::handle::ClusterHandle;
use super::snapshot::Snapshot;
use super::view::ClusterView;
use crate::scheduler::Resources;

/// So many events may wait for the writer; monitors wait then.
const QUEUE: usize = 1024;
/// So many events are applied at most before a snapshot is published.
const BATCH: usize = 256;
/// So many exec ids are remembered.
const MAX_EXECS: usize = 1 << 16;
/// So many engines that left are remembered, to tell a move from a clone.
const MAX_DEPARTED: usize = 1 << 12;

/// The state behind the snapshots.
#[derive(Debug, Default)]
pub struct ClusterState {
    snapshot: Snapshot,
    /// Exec ids, oldest first.
    execs: VecDeque<Arc<str>>,
    /// Ids of engines that left, and where they were.
    departed: FxHashMap<Arc<str>, Arc<str>>,
}

impl ClusterState {
    /// Starts the writer's task, which ends when every handle is gone.
    pub fn start() -> (ClusterHandle, ClusterView) {
        let (sender, receiver) = mpsc::channel(QUEUE);
        let (publish, view) = watch::channel(Arc::default());
        tokio::spawn(Self::default().run(receiver, publish));
        (ClusterHandle::new(sender), ClusterView::new(view))
    }

    async fn run(
        mut self,
        mut events: mpsc::Receiver<ClusterEvent>,
        publish: watch::Sender<Arc<Snapshot>>,
    ) {
        let mut batch = Vec::with_capacity(BATCH);
        let mut acks = Vec::new();
        let mut published = 0;
        while events.recv_many(&mut batch, BATCH).await > 0 {
            let now = SystemTime::now();
            for mut event in batch.drain(..) {
                acks.append(&mut event.applied);
                self.apply(event.key, event.change, now);
            }
            if published != self.snapshot.version {
                published = self.snapshot.version;
                publish.send_replace(Arc::new(self.snapshot.clone()));
            }
            for ack in acks.drain(..) {
                // Whoever no longer waits has dropped its end.
                let _ = ack.send(());
            }
        }
    }

    /// What a snapshot taken now shows.
    pub fn snapshot(&self) -> &Snapshot {
        &self.snapshot
    }

    /// Applies one change; changes of engines that left are dropped.
    pub fn apply(&mut self, key: NodeKey, change: Change, now: SystemTime) {
        self.snapshot.version += u64::from(!matches!(change, Change::Barrier));
        if self.changes_roster(key, &change) {
            self.snapshot.roster = self.snapshot.version;
        }
        match change {
            Change::Barrier => return,
            Change::Joined { address, upstream } => {
                let engine = EngineSnapshot::new(key, address, upstream, now);
                self.snapshot.engines.insert(key, Arc::new(engine));
                return;
            }
            Change::Left => return self.leave(key),
            Change::Facts(facts) => return self.facts(key, facts, now),
            Change::Exec { id, container } => return self.exec(key, id, container),
            Change::Removed(ref id) => self.forget_execs(key, Some(id)),
            _ => {}
        }
        let Snapshot { engines, index, .. } = &mut self.snapshot;
        let Some(engine) = engines.get_mut(&key).map(Arc::make_mut) else {
            return;
        };
        let answered = !matches!(
            change,
            Change::Status { status, .. } if status != EngineStatus::Healthy
        );
        match change {
            Change::Status {
                status,
                error,
                failures,
                degree,
            } => {
                (engine.status, engine.error, engine.failures) = (status, error, failures);
                let node = Arc::make_mut(&mut engine.node);
                node.healthy = status == EngineStatus::Healthy;
                node.health_degree = degree;
            }
            Change::Settled(settled) => Arc::make_mut(&mut engine.node).settled = settled,
            Change::Containers(all) => index.replace_containers(engine, all),
            Change::Upsert(some) => index.upsert_containers(engine, some),
            Change::Removed(id) => index.remove_container(engine, &id),
            Change::Images(images) => index.replace_images(engine, images),
            Change::Networks(networks) => index.replace_networks(engine, networks),
            Change::Volumes(volumes) => index.replace_volumes(engine, volumes),
            Change::Barrier
            | Change::Joined { .. }
            | Change::Left
            | Change::Facts(_)
            | Change::Exec { .. } => {}
        }
        if answered {
            engine.updated_at = now;
        }
    }

    fn changes_roster(&self, key: NodeKey, change: &Change) -> bool {
        match change {
            Change::Joined { .. } | Change::Left | Change::Facts(_) => true,
            Change::Status { status, .. } => self
                .snapshot
                .engine(key)
                .is_some_and(|engine| engine.status != *status),
            Change::Containers(_)
            | Change::Upsert(_)
            | Change::Removed(_)
            | Change::Settled(_)
            | Change::Images(_)
            | Change::Networks(_)
            | Change::Volumes(_)
            | Change::Exec { .. }
            | Change::Barrier => false,
        }
    }

    fn leave(&mut self, key: NodeKey) {
        self.forget_execs(key, None);
        let Snapshot {
            engines,
            index,
            names,
            ..
        } = &mut self.snapshot;
        let Some(mut engine) = engines.remove(&key) else {
            return;
        };
        let engine = Arc::make_mut(&mut engine);
        index.replace_containers(engine, Vec::new());
        index.replace_images(engine, Vec::new());
        index.replace_networks(engine, Vec::new());
        index.replace_volumes(engine, Vec::new());
        if names.get(&engine.name) == Some(&key) {
            names.remove(&engine.name);
        }
        if let Some(facts) = &engine.facts {
            if self.departed.len() >= MAX_DEPARTED {
                self.departed.clear();
            }
            let id = Arc::clone(&facts.engine_id);
            self.departed.insert(id, Arc::clone(&engine.node.addr));
        }
    }

    fn facts(&mut self, key: NodeKey, facts: Arc<EngineFacts>, now: SystemTime) {
        let Some(known) = self.snapshot.engine(key) else {
            return;
        };
        let before = known.facts.as_ref().map(|before| &before.engine_id);
        if before != Some(&facts.engine_id) {
            self.note_identity(known, &facts);
        }
        let name = self.unique_name(key, &facts.name, &known.node.addr);
        self.departed.remove(&facts.engine_id);
        let Snapshot { engines, names, .. } = &mut self.snapshot;
        let Some(engine) = engines.get_mut(&key).map(Arc::make_mut) else {
            return;
        };
        if engine.name != name && names.get(&engine.name) == Some(&key) {
            names.remove(&engine.name);
        }
        names.insert(Arc::clone(&name), key);
        engine.name = name;
        engine.updated_at = now;
        let node = Arc::make_mut(&mut engine.node);
        node.id = format!("{}|{}", facts.engine_id, node.addr).into();
        node.name = Arc::clone(&engine.name);
        node.ip = Arc::clone(&facts.ip);
        node.set_labels(Arc::clone(&facts.labels));
        node.os = Arc::clone(&facts.os_type);
        node.architecture = Arc::clone(&facts.architecture);
        node.api = (facts.min_api, facts.api);
        node.capacity = Resources {
            nano_cpus: facts.cpus.saturating_mul(1_000_000_000),
            memory: facts.memory,
        };
        engine.facts = Some(facts);
    }

    /// Says so where an engine's id was seen before: on another engine, or at another address.
    fn note_identity(&self, engine: &EngineSnapshot, facts: &EngineFacts) {
        let same = |other: &&Arc<EngineSnapshot>| {
            other.key != engine.key
                && other
                    .facts
                    .as_ref()
                    .is_some_and(|f| f.engine_id == facts.engine_id)
        };
        let addr = &engine.node.addr;
        if let Some(twin) = self.snapshot.engines().find(same) {
            warn!(
                node = %facts.name, %addr, twin = %twin.name, twin_addr = %twin.node.addr,
                engine_id = %facts.engine_id,
                "Two engines have one id, as clones of a machine do; they are kept apart by address"
            );
        } else if let Some(old) = self
            .departed
            .get(&facts.engine_id)
            .filter(|old| *old != addr)
        {
            info!(node = %facts.name, from = %old, to = %addr, "Engine moved");
        }
    }

    /// The engine's own name, or that and its address where another engine has the same.
    fn unique_name(&self, key: NodeKey, name: &Arc<str>, addr: &str) -> Arc<str> {
        match self.snapshot.names.get(name) {
            Some(holder) if *holder != key => {
                let name: Arc<str> = format!("{name}@{}", addr.replace('/', "_")).into();
                warn!(%addr, %name, "Another engine has the same name; this one gets its address added");
                name
            }
            _ => Arc::clone(name),
        }
    }

    fn exec(&mut self, key: NodeKey, id: Arc<str>, container: Arc<str>) {
        let known = self
            .snapshot
            .execs
            .insert(Arc::clone(&id), (key, container));
        if known.is_none() {
            self.execs.push_back(id);
        }
        while self.execs.len() > MAX_EXECS {
            if let Some(oldest) = self.execs.pop_front() {
                self.snapshot.execs.remove(&oldest);
            }
        }
    }

    /// Forgets the execs of a node, or of one container of it.
    fn forget_execs(&mut self, key: NodeKey, container: Option<&Arc<str>>) {
        let execs = &mut self.snapshot.execs;
        self.execs.retain(|id| {
            let gone = execs.get(id).is_none_or(|(node, of)| {
                *node == key && container.is_none_or(|container| container == of)
            });
            if gone {
                execs.remove(id);
            }
            !gone
        });
    }
}
