//! A container that was created for an old client and may still move: what old clients say of the
//! host, links and ports above all, comes when they start it.

use std::sync::Arc;

use serde_json::Value;
use swarm_middleware::api::Refusal;

use super::create::{Wanted, body_for, known_as, loosened};
use super::intake::{merge_start, scale_cpu_shares};
use super::keys;
use super::plan::Creation;
use super::{ClusterPlacement, Table, decide_start, rewrite_host_config};
use crate::cluster::{EngineSnapshot, NodeKey, Snapshot};
use crate::config::CpuShares;
use crate::scheduler::{Spec, SpecOptions, labels};

/// What a container was created from.
#[derive(Clone, Debug)]
pub struct Movable {
    wanted: Wanted,
    placement: ClusterPlacement,
    /// The id it was first created by, once it has moved.
    first: Option<Arc<str>>,
}

/// The body of a start, as that engine is to get it.
pub fn host_for(
    host: &Value,
    engine: &EngineSnapshot,
    snapshot: &Snapshot,
    shares: CpuShares,
) -> Value {
    let mut host = host.clone();
    keys::settle_host(&mut host);
    rewrite_host_config(&mut host, |reference| known_as(snapshot, reference));
    if shares == CpuShares::Cores {
        let cpus = engine.facts.as_ref().map_or(0, |facts| facts.cpus);
        scale_cpu_shares(&mut host, cpus);
    }
    host
}

impl Creation {
    /// What is needed to create it once more.
    pub fn movable(&self) -> Movable {
        Movable {
            wanted: self.wanted.clone(),
            placement: self.placement.clone(),
            first: None,
        }
    }
}

impl Movable {
    /// Roughly the bytes it holds.
    pub fn size(&self) -> usize {
        self.wanted.body.to_string().len()
    }

    /// The same for one that has moved from its first id.
    #[must_use]
    pub fn moved(self, from: &str) -> Self {
        Self {
            first: self.first.or_else(|| Some(from.into())),
            ..self
        }
    }

    /// Promises the container `id`, which lies on `home`, to a node that does for its start:
    /// `home` if that will do. The body creates it elsewhere, to answer to its first id for ever.
    ///
    /// # Errors
    /// When the bodies together are wrong, or no node does.
    pub fn start(&self, host: &Value, home: NodeKey, id: &str) -> Result<Creation, Refusal> {
        let placement = &self.placement;
        let options = SpecOptions {
            cpu_shares: placement.options.cpushares.into(),
        };
        let mut host = host.clone();
        keys::settle_host(&mut host);
        let merged = merge_start(&self.wanted.body, &host);
        let version = self.wanted.spec.api;
        let spec = Spec::parse(None, None, version, &merged, &options);
        let spec = spec.map_err(|error| Refusal::bad_input(error.to_string()))?;
        let (lease, (engine, snapshot, loose)) = placement.leases.promise(|table: &Table| {
            let snapshot = placement.view.snapshot();
            let driver = &*placement.driver;
            let (spec, loose) = loosened(placement, &snapshot, &spec);
            let (promise, engine) = decide_start(driver, &snapshot, table, &spec, (home, id))?;
            Ok::<_, Refusal>((promise, (engine, snapshot, loose)))
        })?;
        let mut wanted = self.wanted.clone();
        let first = self.first.as_deref().unwrap_or(id);
        let labels = wanted.body.get_mut("Labels");
        if let Some(labels) = labels.and_then(Value::as_object_mut) {
            labels.insert(labels::SWARM_ID.to_owned(), first.into());
        }
        wanted.spec.swarm_id = Some(first.into());
        Ok(Creation {
            body: body_for(placement, &wanted, &engine, &snapshot),
            engine,
            snapshot,
            loose,
            lease,
            wanted,
            placement: placement.clone(),
        })
    }
}
