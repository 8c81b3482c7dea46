//! All engines: follows discovery, and owns their tasks.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use futures_util::StreamExt;
use futures_util::future::join_all;
use rustc_hash::FxHashMap;
use swarm_middleware::address::Address;
use swarm_middleware::forward::{PoolOptions, Upstream};
use tokio::sync::{Semaphore, mpsc, oneshot};
use tokio::task::JoinHandle;
use tokio_rustls::rustls::ClientConfig;
use tracing::{info, warn};

use super::command::{Command, QUEUE};
use super::error::RefreshError;
use super::hub::EventHub;
use super::monitor::{Context, supervise};
use super::options::MonitorOptions;
use super::plan::Target;
use crate::cluster::{Change, ClusterHandle, ClusterView, NodeKey};
use crate::discovery::{Discovery, Entries};

/// So many inspects run at once over all engines.
const INSPECTS: usize = 64;
/// How long a refresh that somebody waits for may take.
const REFRESH_DEADLINE: Duration = Duration::from_secs(10);

/// The engines that discovery names, each with a task of its own.
#[derive(Debug)]
pub struct Engines {
    options: Arc<MonitorOptions>,
    pool: PoolOptions,
    tls: Option<Arc<ClientConfig>>,
    cluster: ClusterHandle,
    view: ClusterView,
    hub: Arc<EventHub>,
    inspects: Arc<Semaphore>,
    next_key: AtomicU32,
    running: Mutex<Tasks>,
}

#[derive(Debug, Default)]
struct Tasks {
    keys: BTreeMap<Address, NodeKey>,
    tasks: FxHashMap<NodeKey, Running>,
}

#[derive(Debug)]
struct Running {
    commands: mpsc::Sender<Command>,
    task: JoinHandle<()>,
}

impl Engines {
    /// No engine yet. TLS is for those that are reached over TCP.
    pub fn new(
        options: MonitorOptions,
        pool: PoolOptions,
        tls: Option<Arc<ClientConfig>>,
        cluster: ClusterHandle,
        view: ClusterView,
    ) -> Self {
        Self {
            options: Arc::new(options),
            pool,
            tls,
            cluster,
            view,
            hub: Arc::default(),
            inspects: Arc::new(Semaphore::new(INSPECTS)),
            next_key: AtomicU32::new(1),
            running: Mutex::default(),
        }
    }

    /// The events of all engines.
    pub fn events(&self) -> &Arc<EventHub> {
        &self.hub
    }

    /// Follows discovery for ever; what goes wrong there leaves the last set in force.
    pub async fn follow(&self, discovery: Box<dyn Discovery>) {
        let mut sets = discovery.watch();
        while let Some(set) = sets.next().await {
            match set {
                Ok(entries) => self.apply(&entries).await,
                Err(error) => warn!(%error, "Discovery failed; the last set of engines stays"),
            }
        }
    }

    /// Makes these the engines: those that left are removed before new ones are added.
    pub async fn apply(&self, entries: &Entries) {
        let (gone, new) = {
            let running = self.running();
            let known: Entries = running.keys.keys().cloned().collect();
            entries.diff(&known)
        };
        for address in gone {
            self.remove(&address).await;
        }
        for address in new {
            self.add(address).await;
        }
        self.cluster.apply(NodeKey(0), Change::Barrier).await;
    }

    /// Stops all tasks; the snapshot stays as it is.
    pub async fn stop(&self) {
        let running = std::mem::take(&mut *self.running());
        let stopped = running.tasks.into_values().map(|running| {
            running.task.abort();
            running.task
        });
        // Aborted on purpose: there is no result to look at.
        let _ = join_all(stopped).await;
    }

    async fn add(&self, address: Address) {
        let key = NodeKey(self.next_key.fetch_add(1, Ordering::Relaxed));
        let tls = match address {
            Address::Tcp { .. } => self.tls.clone(),
            Address::Unix(_) => None,
        };
        let upstream = Arc::new(Upstream::new(address.clone(), tls, &self.pool));
        info!(%address, "Node joined");
        let joined = Change::Joined {
            address: address.clone(),
            upstream: Arc::clone(&upstream),
        };
        self.cluster.send(key, joined, Vec::new()).await;
        let context = Context {
            key,
            address: address.clone(),
            upstream,
            options: Arc::clone(&self.options),
            cluster: self.cluster.clone(),
            view: self.view.clone(),
            hub: Arc::clone(&self.hub),
            inspects: Arc::clone(&self.inspects),
        };
        let (commands, receiver) = mpsc::channel(QUEUE);
        let task = tokio::spawn(supervise(Arc::new(context), receiver));
        let mut running = self.running();
        running.keys.insert(address, key);
        running.tasks.insert(key, Running { commands, task });
    }

    async fn remove(&self, address: &Address) {
        let taken = {
            let mut running = self.running();
            let key = running.keys.remove(address);
            key.and_then(|key| Some((key, running.tasks.remove(&key)?)))
        };
        let Some((key, running)) = taken else {
            return;
        };
        running.task.abort();
        // Only once the task is gone can nothing follow that it sent.
        let _ = running.task.await;
        info!(%address, "Node left");
        if let Some(engine) = self.view.snapshot().engine(key) {
            engine.upstream.set_down(true);
        }
        self.cluster.apply(key, Change::Left).await;
        self.hub.forget(key);
    }

    fn running(&self) -> MutexGuard<'_, Tasks> {
        self.running.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Reads a container again; once this is done, the next snapshot shows it.
    ///
    /// # Errors
    /// When the engine left, does not answer, or not in time.
    pub async fn refresh_container(
        &self,
        node: NodeKey,
        id: impl Into<Arc<str>>,
    ) -> Result<(), RefreshError> {
        self.refresh(node, Target::Container(id.into())).await
    }

    /// Reads the images again, as [`refresh_container`](Self::refresh_container).
    ///
    /// # Errors
    /// The same.
    pub async fn refresh_images(&self, node: NodeKey) -> Result<(), RefreshError> {
        self.refresh(node, Target::Images).await
    }

    /// Reads the networks again, as [`refresh_container`](Self::refresh_container).
    ///
    /// # Errors
    /// The same.
    pub async fn refresh_networks(&self, node: NodeKey) -> Result<(), RefreshError> {
        self.refresh(node, Target::Networks).await
    }

    /// Reads the volumes again, as [`refresh_container`](Self::refresh_container).
    ///
    /// # Errors
    /// The same.
    pub async fn refresh_volumes(&self, node: NodeKey) -> Result<(), RefreshError> {
        self.refresh(node, Target::Volumes).await
    }

    /// Reads all lists again, as [`refresh_container`](Self::refresh_container).
    ///
    /// # Errors
    /// The same.
    pub async fn refresh_all(&self, node: NodeKey) -> Result<(), RefreshError> {
        self.refresh(node, Target::All).await
    }

    /// Notes in which container an exec was made, so that it is found before its event comes.
    pub async fn note_exec(&self, node: NodeKey, id: &str, container: &Arc<str>) {
        let change = Change::Exec {
            id: id.into(),
            container: Arc::clone(container),
        };
        self.cluster.apply(node, change).await;
    }

    async fn refresh(&self, node: NodeKey, target: Target) -> Result<(), RefreshError> {
        let commands = {
            let running = self.running();
            let engine = running.tasks.get(&node);
            engine.map(|running| running.commands.clone())
        };
        let commands = commands.ok_or(RefreshError::Gone)?;
        let (ack, applied) = oneshot::channel();
        let asked = async {
            let sent = commands.send(Command { target, ack }).await;
            sent.map_err(|_| RefreshError::Gone)?;
            applied.await.map_err(|_| RefreshError::Failed)
        };
        let timely = tokio::time::timeout(REFRESH_DEADLINE, asked).await;
        timely.unwrap_or(Err(RefreshError::Deadline))
    }
}
