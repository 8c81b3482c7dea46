//! The handle: cheap to clone, shared by the server and the test.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use jiff::SignedDuration;
use serde_json::Value;
use tokio::sync::watch;

use super::{
    counters::{CounterValues, Counters},
    fault::Fault,
    identity::{ApiVersion, Identity},
    options::EngineOptions,
};
use crate::state::{Clock, State};

/// How many requests are remembered when `EngineOptions::record` is set.
const REMEMBERED: usize = 256;

/// A request as it arrived.
#[derive(Debug, Clone)]
pub struct SeenRequest {
    /// The method.
    pub method: String,
    /// Path and query as they were on the wire.
    pub target: String,
    /// Names in lower case, and values.
    pub headers: Vec<(String, String)>,
    /// The body, when it was JSON.
    pub body: Option<Value>,
}

/// A simulated Docker Engine.
#[derive(Debug, Clone)]
pub struct Engine {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    options: EngineOptions,
    /// What it says of itself without faults.
    own: Arc<Identity>,
    identity: Mutex<Arc<Identity>>,
    state: Mutex<State>,
    changed: watch::Sender<u64>,
    /// Whether connections are taken.
    gate: watch::Sender<bool>,
    faults: Mutex<Vec<Fault>>,
    /// Counts changes of the faults, so that a flapping task knows when it is over.
    fault_epoch: watch::Sender<u64>,
    counters: Arc<Counters>,
    seen: Mutex<VecDeque<(u64, SeenRequest)>>,
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Engine {
    /// An engine with these options, not yet served anywhere.
    pub fn new(options: EngineOptions) -> Self {
        let clock = Clock {
            skew: SignedDuration::from_millis(options.clock_skew_millis),
        };
        let mut state = State::new(clock, options.odd);
        state.layer_bytes = options.layer_bytes;
        for image in options.images.iter().rev() {
            state.add_image(image, clock.now());
        }
        super::run::fill(&mut state, &options);
        let own = Arc::new(Identity::new(&options));
        let inner = Inner {
            identity: Mutex::new(Arc::clone(&own)),
            own,
            options,
            state: Mutex::new(state),
            changed: watch::Sender::new(0),
            gate: watch::Sender::new(true),
            faults: Mutex::default(),
            fault_epoch: watch::Sender::new(0),
            counters: Arc::default(),
            seen: Mutex::default(),
        };
        Self {
            inner: Arc::new(inner),
        }
    }

    /// The daemon's id.
    pub fn id(&self) -> String {
        self.identity().id.clone()
    }

    /// The host name.
    pub fn name(&self) -> String {
        self.identity().name.clone()
    }

    /// Counts so far.
    pub fn counters(&self) -> CounterValues {
        self.inner.counters.values()
    }

    /// The last requests, oldest first, when `EngineOptions::record` is set.
    pub fn requests(&self) -> Vec<SeenRequest> {
        lock(&self.inner.seen)
            .iter()
            .map(|(_, request)| request.clone())
            .collect()
    }

    /// Ids and names of its containers, in the order they were made.
    pub fn containers(&self) -> Vec<(String, String)> {
        self.read(|state| {
            state
                .containers
                .iter()
                .map(|one| (one.id.clone(), one.name.clone()))
                .collect()
        })
    }

    /// Makes a container, as `POST /containers/create` would; its id, or what the engine says against it.
    pub fn create(&self, name: &str, body: &Value) -> Result<String, String> {
        self.write(|state| state.create_container(Some(name), body))
            .map_err(|refusal| refusal.message)
    }

    /// Adds a fault; it stays until `clear_faults`.
    pub fn inject(&self, fault: Fault) {
        self.inner.fault_epoch.send_modify(|epoch| *epoch += 1);
        let mut identity = Identity::clone(&self.identity());
        match &fault {
            Fault::RefuseConnections => self.open_gate(false),
            Fault::Flap {
                up_millis,
                down_millis,
            } => self.flap(*up_millis, *down_millis),
            Fault::CloneId { id } => identity.id.clone_from(id),
            Fault::OldApi { max } => identity.api = ApiVersion::parse(max).unwrap_or(identity.api),
            Fault::ClockSkew { millis } => {
                let skew = SignedDuration::from_millis(*millis);
                self.write(|state| state.clock = Clock { skew });
            }
            Fault::Delay { .. }
            | Fault::Hang { .. }
            | Fault::Status { .. }
            | Fault::Body { .. }
            | Fault::Stall { .. }
            | Fault::ResetMidBody { .. }
            | Fault::Garbage { .. }
            | Fault::HugeHead { .. }
            | Fault::CloseBeforeHead { .. }
            | Fault::LoseAnswer { .. } => {}
        }
        *lock(&self.inner.identity) = Arc::new(identity);
        lock(&self.inner.faults).push(fault);
    }

    /// Ends every fault; requests that hang go on hanging.
    pub fn clear_faults(&self) {
        self.inner.fault_epoch.send_modify(|epoch| *epoch += 1);
        lock(&self.inner.faults).clear();
        *lock(&self.inner.identity) = Arc::clone(&self.inner.own);
        let skew = SignedDuration::from_millis(self.inner.options.clock_skew_millis);
        self.write(|state| state.clock = Clock { skew });
        self.open_gate(true);
    }

    fn open_gate(&self, open: bool) {
        self.inner
            .gate
            .send_if_modified(|gate| std::mem::replace(gate, open) != open);
    }

    fn flap(&self, up_millis: u64, down_millis: u64) {
        let engine = self.clone();
        let mut epoch = self.inner.fault_epoch.subscribe();
        tokio::spawn(async move {
            for open in [false, true].into_iter().cycle() {
                engine.open_gate(open);
                let pause = Duration::from_millis(if open { up_millis } else { down_millis });
                if tokio::time::timeout(pause, epoch.changed()).await.is_ok() {
                    return;
                }
            }
        });
    }

    pub(crate) fn options(&self) -> &EngineOptions {
        &self.inner.options
    }

    pub(crate) fn identity(&self) -> Arc<Identity> {
        Arc::clone(&lock(&self.inner.identity))
    }

    pub(crate) fn counter(&self) -> &Arc<Counters> {
        &self.inner.counters
    }

    pub(crate) fn gate(&self) -> watch::Receiver<bool> {
        self.inner.gate.subscribe()
    }

    pub(crate) fn faults(&self, route: &str) -> Vec<Fault> {
        lock(&self.inner.faults)
            .iter()
            .filter(|fault| fault.concerns(route))
            .cloned()
            .collect()
    }

    /// Remembers a request; the number is for its body, which comes later.
    pub(crate) fn remember(&self, request: SeenRequest) -> u64 {
        let mut seen = lock(&self.inner.seen);
        if seen.len() == REMEMBERED {
            seen.pop_front();
        }
        let number = seen.back().map_or(0, |(last, _)| last + 1);
        seen.push_back((number, request));
        number
    }

    pub(crate) fn remember_body(&self, number: u64, body: &Value) {
        let mut seen = lock(&self.inner.seen);
        if let Some((_, request)) = seen.iter_mut().find(|(seen, _)| *seen == number) {
            request.body = Some(body.clone());
        }
    }

    pub(crate) fn read<T>(&self, look: impl FnOnce(&State) -> T) -> T {
        look(&lock(&self.inner.state))
    }

    /// Changes the state and wakes whoever waits for a change.
    pub(crate) fn write<T>(&self, change: impl FnOnce(&mut State) -> T) -> T {
        let result = self.look(change);
        self.touch();
        result
    }

    /// Like `write` but wakes nobody; the caller does, with `touch`, when something did change.
    pub(crate) fn look<T>(&self, change: impl FnOnce(&mut State) -> T) -> T {
        change(&mut lock(&self.inner.state))
    }

    pub(crate) fn touch(&self) {
        self.inner.changed.send_modify(|version| *version += 1);
    }

    pub(crate) fn changes(&self) -> watch::Receiver<u64> {
        self.inner.changed.subscribe()
    }
}
