//! The scheduler's view of one engine.

use std::collections::BTreeMap;
use std::sync::Arc;

use rustc_hash::{FxHashMap, FxHashSet};
use swarm_middleware::api::ApiVersion;

use super::images::Images;
use super::networks::Networks;
use super::ports::{PortClaim, PortTable};
use super::workload::Workload;

/// Amounts of what containers reserve.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Resources {
    /// Billionths of a CPU.
    pub nano_cpus: i64,
    /// Bytes.
    pub memory: i64,
}

/// One engine as placement sees it. Cloning costs a copy of small maps of shared parts.
#[derive(Debug, Clone)]
pub struct Node {
    /// `ENGINEID|ADDR`.
    pub id: Arc<str>,
    /// The engine's name.
    pub name: Arc<str>,
    /// Where the engine is reached.
    pub addr: Arc<str>,
    /// The engine's IP address, which published ports are shown with.
    pub ip: Arc<str>,
    /// Whether the engine answers.
    pub healthy: bool,
    /// Whether all its containers are known; until then it takes none.
    pub settled: bool,
    /// Whether an operator keeps new containers away.
    pub paused: bool,
    /// 100 when no probe failed of late, 0 when the next failure makes it unhealthy.
    pub health_degree: u8,
    /// `linux`, `windows`.
    pub os: Arc<str>,
    /// As the daemon reports it: `x86_64`, `aarch64`.
    pub architecture: Arc<str>,
    /// The oldest and the newest API version served.
    pub api: (ApiVersion, ApiVersion),
    /// What the machine has.
    pub capacity: Resources,
    /// The images it holds.
    pub images: Arc<Images>,
    /// Its user-defined networks.
    pub networks: Arc<Networks>,
    /// Names of its volumes of local scope.
    pub volumes: Arc<FxHashSet<Arc<str>>>,
    labels: Arc<BTreeMap<String, String>>,
    // Read from the labels once, since every placement asks.
    slots: Option<usize>,
    workloads: FxHashMap<Arc<str>, Arc<Workload>>,
    // CPUs and memory; wide, so that what was added can always be taken away again.
    reserved: (i128, i128),
    ports: PortTable,
    volumes_named: FxHashMap<Arc<str>, u32>,
    networks_named: FxHashMap<Arc<str>, u32>,
    sessions: FxHashMap<Arc<str>, u32>,
    // Names and swarm ids: one that goes by it, and how many do.
    known_as: FxHashMap<Arc<str>, (Arc<str>, u32)>,
}

impl Node {
    /// An engine of which no more is known than where it is: not healthy, not settled, no capacity.
    pub fn new(
        id: impl Into<Arc<str>>,
        name: impl Into<Arc<str>>,
        addr: impl Into<Arc<str>>,
        ip: impl Into<Arc<str>>,
    ) -> Self {
        Self {
            id: id.into(),
            name: name.into(),
            addr: addr.into(),
            ip: ip.into(),
            healthy: false,
            settled: false,
            paused: false,
            health_degree: 100,
            os: "".into(),
            architecture: "".into(),
            api: (ApiVersion::v1(0), ApiVersion::v1(u16::MAX)),
            capacity: Resources::default(),
            images: Arc::default(),
            networks: Arc::default(),
            volumes: Arc::default(),
            labels: Arc::default(),
            slots: None,
            workloads: FxHashMap::default(),
            reserved: (0, 0),
            ports: PortTable::default(),
            volumes_named: FxHashMap::default(),
            networks_named: FxHashMap::default(),
            sessions: FxHashMap::default(),
            known_as: FxHashMap::default(),
        }
    }

    /// The daemon's labels and the ones derived from its facts.
    pub fn labels(&self) -> &BTreeMap<String, String> {
        &self.labels
    }

    /// Makes these the node's labels.
    pub fn set_labels(&mut self, labels: Arc<BTreeMap<String, String>>) {
        let slots = labels.get("containerslots");
        self.slots = slots.and_then(|slots| slots.trim().parse().ok());
        self.labels = labels;
    }

    /// How many containers the label `containerslots` allows; `None` without a valid one.
    pub fn slots(&self) -> Option<usize> {
        self.slots
    }

    /// Adds a container or lease; one that was here under the same id is replaced.
    pub fn insert(&mut self, workload: Arc<Workload>) {
        self.remove(&workload.id);
        self.reserved.0 += i128::from(workload.nano_cpus);
        self.reserved.1 += i128::from(workload.memory);
        self.ports.take(&workload.id, &workload.ports);
        count_up(&mut self.volumes_named, &workload.volumes);
        count_up(&mut self.networks_named, &workload.networks);
        count_up(&mut self.sessions, workload.session.as_slice());
        for name in calls(&workload) {
            let known = self.known_as.entry(Arc::clone(name));
            known.or_insert_with(|| (Arc::clone(&workload.id), 0)).1 += 1;
        }
        self.workloads.insert(Arc::clone(&workload.id), workload);
    }

    /// Takes a container or lease away again.
    pub fn remove(&mut self, id: &str) -> Option<Arc<Workload>> {
        let workload = self.workloads.remove(id)?;
        self.ports.release(id, &workload.ports);
        count_down(&mut self.volumes_named, &workload.volumes);
        count_down(&mut self.networks_named, &workload.networks);
        count_down(&mut self.sessions, workload.session.as_slice());
        for name in calls(&workload) {
            self.forget(name, id);
        }
        self.reserved.0 -= i128::from(workload.nano_cpus);
        self.reserved.1 -= i128::from(workload.memory);
        Some(workload)
    }

    fn forget(&mut self, name: &Arc<str>, id: &str) {
        let Some((holder, count)) = self.known_as.get_mut(name) else {
            return;
        };
        *count -= 1;
        if *count == 0 {
            self.known_as.remove(name);
        } else if **holder == *id {
            // A container and the lease it came from may share a name for a while.
            let mut others = self.workloads.values();
            if let Some(other) = others.find(|w| calls(w).any(|have| have == name)) {
                *holder = Arc::clone(&other.id);
            }
        }
    }

    /// The same node with one more workload: how a lease is laid over what is known.
    #[must_use]
    pub fn with(&self, workload: Arc<Workload>) -> Self {
        let mut node = self.clone();
        node.insert(workload);
        node
    }

    /// A container or lease by its full id.
    pub fn get(&self, id: &str) -> Option<&Arc<Workload>> {
        self.workloads.get(id)
    }

    /// All containers and leases, in no particular order.
    pub fn workloads(&self) -> impl Iterator<Item = &Arc<Workload>> {
        self.workloads.values()
    }

    /// How many containers and leases there are.
    pub fn container_count(&self) -> usize {
        self.workloads.len()
    }

    /// What containers and leases reserve.
    pub fn reserved(&self) -> Resources {
        let narrow = |sum: i128| i64::try_from(sum).unwrap_or(i64::MAX);
        Resources {
            nano_cpus: narrow(self.reserved.0),
            memory: narrow(self.reserved.1),
        }
    }

    /// What may be reserved: capacity * (1 + `overcommit`).
    pub fn allowance(&self, overcommit: f64) -> Resources {
        // Saturating by definition of `as`: no ratio overflows an i64.
        let raised = |amount: i64| (amount as f64 * (1.0 + overcommit)).floor() as i64;
        Resources {
            nano_cpus: raised(self.capacity.nano_cpus),
            memory: raised(self.capacity.memory),
        }
    }

    /// Whether these host ports are all free at once.
    pub fn ports_free(&self, claims: &[PortClaim]) -> bool {
        self.ports.fits(claims)
    }

    /// Whether a container or lease names this volume.
    pub fn names_volume(&self, name: &str) -> bool {
        self.volumes_named.contains_key(name)
    }

    /// Whether a container or lease names this network.
    pub fn names_network(&self, name: &str) -> bool {
        self.networks_named.contains_key(name)
    }

    /// How many containers and leases belong to a Testcontainers session.
    pub fn session_count(&self, session: &str) -> u32 {
        self.sessions.get(session).copied().unwrap_or(0)
    }

    /// A container or lease by its full id, its swarm id or its name.
    pub fn named(&self, name: &str) -> Option<&Arc<Workload>> {
        let known = || {
            self.known_as
                .get(name)
                .and_then(|(id, _)| self.workloads.get(id))
        };
        self.workloads.get(name).or_else(known)
    }

    /// The first container that goes by this id, swarm id, name or `node/name`, or else the only one whose id starts so.
    pub fn find(&self, reference: &str) -> Option<&Arc<Workload>> {
        let plain = reference.strip_prefix('/').unwrap_or(reference);
        let name = match plain.split_once('/') {
            Some((node, name)) if *node == *self.name => name,
            Some(_) => return None,
            None => plain,
        };
        self.named(name).or_else(|| self.by_id_prefix(name))
    }

    fn by_id_prefix(&self, prefix: &str) -> Option<&Arc<Workload>> {
        if prefix.is_empty() || !prefix.bytes().all(|b| b.is_ascii_hexdigit()) {
            return None;
        }
        let mut hits = self.workloads.values().filter(|w| w.id.starts_with(prefix));
        let first = hits.next();
        first.filter(|_| hits.next().is_none())
    }
}

/// What a workload is called, beside its id.
fn calls(workload: &Workload) -> impl Iterator<Item = &Arc<str>> {
    workload.names.iter().chain(&workload.swarm_id)
}

fn count_up(counts: &mut FxHashMap<Arc<str>, u32>, names: &[Arc<str>]) {
    for name in names {
        *counts.entry(Arc::clone(name)).or_default() += 1;
    }
}

fn count_down(counts: &mut FxHashMap<Arc<str>, u32>, names: &[Arc<str>]) {
    for name in names {
        if let Some(count) = counts.get_mut(name) {
            *count -= 1;
            if *count == 0 {
                counts.remove(name);
            }
        }
    }
}

#[cfg(test)]
mod tests;
