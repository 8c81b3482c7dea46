//! The whole answer, from parts that are worked out again only when their node changed.

use std::sync::{Arc, Mutex, PoisonError, Weak};

use jiff::Timestamp;
use rustc_hash::{FxHashMap, FxHashSet};
use serde_json::value::{RawValue, to_raw_value};
use serde_json::{Value, json};
use swarm_middleware::api::ApiVersion;

use super::digest::Digest;
use super::merge::{Group, blank, merge};
use super::table::{capacity, rows};
use crate::cluster::{EngineFacts, EngineSnapshot, Image, NodeKey, Snapshot};
use crate::handlers::system::ping::experimental;
use crate::handlers::system::version::SERVER_VERSION;

/// What this manager is to the others.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Role {
    /// It schedules.
    Primary,
    /// It passes requests on to the primary, at this address if there is one.
    Replica(Option<String>),
}

/// What `/info` says that no engine knows.
#[derive(Clone, Debug)]
pub struct InfoContext<'a> {
    /// The endpoint's id.
    pub id: &'a str,
    /// The manager's host name.
    pub name: &'a str,
    /// What this manager is to the others.
    pub role: &'a Role,
    /// The strategy's name.
    pub strategy: &'a str,
    /// The filters' names.
    pub filters: &'a [String],
    /// The part of a node's capacity that is given out beyond it.
    pub overcommit: f64,
    /// Whether the manager logs at debug level.
    pub debug: bool,
    /// How many clients listen to events.
    pub listeners: usize,
}

/// Renders `/info`, and remembers the parts that did not change since.
#[derive(Debug, Default)]
pub struct InfoRenderer(Mutex<Parts>);

#[derive(Debug, Default)]
struct Parts {
    digests: FxHashMap<NodeKey, (Weak<EngineFacts>, Arc<Digest>)>,
    known: FxHashSet<Arc<Digest>>,
    tables: FxHashMap<NodeKey, Table>,
    images: (Vec<Weak<Vec<Arc<Image>>>>, usize),
}

#[derive(Debug)]
struct Table {
    of: Weak<EngineSnapshot>,
    overcommit: f64,
    rows: Vec<Box<RawValue>>,
}

impl InfoRenderer {
    /// The answer for a client that speaks `version`.
    pub fn render(
        &self,
        snapshot: &Snapshot,
        context: &InfoContext<'_>,
        version: ApiVersion,
        now: Timestamp,
    ) -> Vec<u8> {
        // What a panic left half done is only a cache.
        let mut parts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        parts.forget(snapshot);
        let mut info = blank();
        let digests = parts.digests(snapshot);
        merge(&mut info, &groups(&digests));
        let mut counts = [0_usize; 3];
        let (mut cpus, mut memory) = (0_i64, 0_u64);
        for engine in snapshot.engines() {
            let of = engine.counts;
            for (sum, count) in counts.iter_mut().zip([of.running, of.paused, of.stopped]) {
                *sum += count;
            }
            if engine.is_healthy() {
                let (more_cpus, more_memory) = capacity(engine, context.overcommit);
                cpus += more_cpus;
                memory = memory.saturating_add(more_memory);
            }
        }
        for (name, value) in [
            ("ID", json!(context.id)),
            ("Containers", json!(counts.iter().sum::<usize>())),
            ("ContainersRunning", json!(counts[0])),
            ("ContainersPaused", json!(counts[1])),
            ("ContainersStopped", json!(counts[2])),
            ("Images", json!(parts.images(snapshot))),
            ("NCPU", json!(cpus)),
            ("MemTotal", json!(memory)),
            ("Name", json!(context.name)),
            ("ServerVersion", json!(SERVER_VERSION)),
            ("SystemTime", json!(now.to_string())),
            ("Debug", json!(context.debug)),
            ("ExperimentalBuild", json!(experimental(snapshot))),
            ("NEventsListener", json!(context.listeners)),
        ] {
            info.insert(name.to_owned(), value);
        }
        if version < ApiVersion::v1(25) {
            info.insert("ExecutionDriver".to_owned(), json!("<not supported>"));
        }
        write(&info, version, &parts.status(snapshot, context))
    }
}

/// Writes the fields, and the table where clients of that version look for it.
fn write(
    info: &serde_json::Map<String, Value>,
    version: ApiVersion,
    status: &[Box<RawValue>],
) -> Vec<u8> {
    let place = if version < ApiVersion::v1(22) {
        "DriverStatus"
    } else {
        "SystemStatus"
    };
    let mut out = Vec::with_capacity(8 * 1024 + 64 * status.len());
    for (name, value) in info {
        out.push(if out.is_empty() { b'{' } else { b',' });
        crate::json::write_str(&mut out, name);
        out.push(b':');
        // Writing into a vector has no way to fail.
        let _ = match name == place {
            true => serde_json::to_writer(&mut out, status),
            false => serde_json::to_writer(&mut out, value),
        };
    }
    out.extend_from_slice(b"}\n");
    out
}

/// Nodes whose digests are one and the same, in the order of their first.
fn groups<'a>(digests: &'a [(Arc<Digest>, Arc<str>)]) -> Vec<Group<'a>> {
    let mut groups: Vec<Group<'a>> = Vec::new();
    let mut place: FxHashMap<*const Digest, usize> = FxHashMap::default();
    for (digest, name) in digests {
        let at = *place.entry(Arc::as_ptr(digest)).or_insert_with(|| {
            groups.push((digest, Vec::new()));
            groups.len() - 1
        });
        groups[at].1.push(name);
    }
    groups
}

impl Parts {
    fn forget(&mut self, snapshot: &Snapshot) {
        self.digests
            .retain(|key, _| snapshot.engine(*key).is_some());
        self.tables.retain(|key, _| snapshot.engine(*key).is_some());
        self.known.retain(|digest| Arc::strong_count(digest) > 1);
    }

    /// What every engine that ever answered says, equal ones shared.
    fn digests(&mut self, snapshot: &Snapshot) -> Vec<(Arc<Digest>, Arc<str>)> {
        let mut all = Vec::with_capacity(snapshot.engine_count());
        for engine in snapshot.engines() {
            let Some(facts) = &engine.facts else {
                continue;
            };
            let known = self.digests.get(&engine.key);
            let known = known.filter(|(of, _)| std::ptr::eq(of.as_ptr(), Arc::as_ptr(facts)));
            let digest = match known {
                Some((_, digest)) => Arc::clone(digest),
                None => {
                    let read = Arc::new(Digest::read(&facts.info));
                    let digest = self.known.get(&read).cloned().unwrap_or(read);
                    self.known.insert(Arc::clone(&digest));
                    let entry = (Arc::downgrade(facts), Arc::clone(&digest));
                    self.digests.insert(engine.key, entry);
                    digest
                }
            };
            all.push((digest, Arc::clone(&engine.name)));
        }
        all
    }

    /// How many different images there are.
    fn images(&mut self, snapshot: &Snapshot) -> usize {
        let (of, count) = &mut self.images;
        let same = |(weak, engine): (&Weak<_>, &Arc<EngineSnapshot>)| {
            std::ptr::eq(weak.as_ptr(), Arc::as_ptr(&engine.images))
        };
        if of.len() != snapshot.engine_count() || !of.iter().zip(snapshot.engines()).all(same) {
            let images = snapshot.engines().flat_map(|engine| engine.images.iter());
            *count = images
                .map(|image| &*image.id)
                .collect::<FxHashSet<_>>()
                .len();
            *of = snapshot
                .engines()
                .map(|engine| Arc::downgrade(&engine.images))
                .collect();
        }
        *count
    }

    /// The table: the manager's rows, then those of every node by name.
    fn status(&mut self, snapshot: &Snapshot, context: &InfoContext<'_>) -> Vec<Box<RawValue>> {
        let mut head = Vec::with_capacity(5);
        match context.role {
            Role::Primary => head.push(json!(["Role", "primary"])),
            Role::Replica(primary) => {
                head.push(json!(["Role", "replica"]));
                head.push(json!(["Primary", primary.as_deref().unwrap_or_default()]));
            }
        }
        head.push(json!(["Strategy", context.strategy]));
        head.push(json!(["Filters", context.filters.join(", ")]));
        head.push(json!(["Nodes", snapshot.engine_count().to_string()]));
        let mut all = raw(&head);
        let mut engines: Vec<_> = snapshot.engines().collect();
        engines.sort_by(|a, b| (&a.name, a.key).cmp(&(&b.name, b.key)));
        for engine in engines {
            let known = self.tables.get(&engine.key).filter(|table| {
                std::ptr::eq(table.of.as_ptr(), Arc::as_ptr(engine))
                    && table.overcommit == context.overcommit
            });
            if known.is_none() {
                let table = Table {
                    of: Arc::downgrade(engine),
                    overcommit: context.overcommit,
                    rows: raw(&rows(engine, context.overcommit)),
                };
                self.tables.insert(engine.key, table);
            }
            if let Some(table) = self.tables.get(&engine.key) {
                all.extend(table.rows.iter().cloned());
            }
        }
        all
    }
}

fn raw(rows: &[Value]) -> Vec<Box<RawValue>> {
    rows.iter()
        .filter_map(|row| to_raw_value(row).ok())
        .collect()
}

#[cfg(test)]
mod tests;
