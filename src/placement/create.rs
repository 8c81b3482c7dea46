//! `POST /containers/create`: what is asked, where it goes, and what its engine is told.

use std::time::Duration;

use serde_json::Value;
use swarm_middleware::api::{ApiRequest, Refusal, RefusalKind};
use tokio::time::{Instant, timeout_at};

use super::plan::Creation;
use super::{
    ClusterPlacement, Reference, absorb, decide, objects, owner, rewrite_create, scale_cpu_shares,
};
use crate::cluster::{EngineStatus, Snapshot};
use crate::config::CpuShares;
use crate::handlers::system::offer::offer;
use crate::scheduler::{Spec, SpecOptions};

/// How long a create waits for nodes whose containers are not all known yet.
const SETTLING: Duration = Duration::from_secs(10);

/// Promises the container to a node, and readies its body for the engine. While nodes are still
/// being read, a create that finds no place waits for them, within bounds.
///
/// # Errors
/// When the create is wrong, its name is taken, or no node may have it.
pub(super) async fn plan(
    placement: &ClusterPlacement,
    request: &Wanted,
) -> Result<Creation, Refusal> {
    let deadline = Instant::now() + SETTLING;
    let mut view = placement.view.clone();
    loop {
        let refusal = match promise(placement, request) {
            Ok(creation) => return Ok(creation),
            Err(refusal) => refusal,
        };
        let for_want_of_nodes =
            matches!(refusal.kind, RefusalKind::Unavailable | RefusalKind::Failed);
        if !for_want_of_nodes || !unsettled(&view.snapshot()) {
            return Err(refusal);
        }
        match timeout_at(deadline, view.changed()).await {
            Ok(true) => {}
            Ok(false) | Err(_) => return Err(refusal),
        }
    }
}

/// A create that was read: nothing of the client's connection is left in it.
#[derive(Debug)]
pub(super) struct Wanted {
    body: Value,
    spec: Spec,
}

impl Wanted {
    /// Reads a create.
    ///
    /// # Errors
    /// When an expression, label, policy or the body itself is wrong.
    pub(super) fn read(
        placement: &ClusterPlacement,
        request: &ApiRequest,
    ) -> Result<Self, Refusal> {
        let bad = |error: &dyn std::fmt::Display| Refusal::bad_input(error.to_string());
        let mut body = objects::body(request)?;
        absorb(&mut body, new_id).map_err(|error| bad(&error))?;
        let query = &request.call.query;
        let (name, platform) = (query.get("name"), query.get("platform"));
        let newest = || offer(&placement.view.snapshot()).maximum;
        let version = request.call.version.unwrap_or_else(newest);
        let options = SpecOptions {
            cpu_shares: placement.options.cpushares.into(),
        };
        let spec = Spec::parse(
            name.as_deref(),
            platform.as_deref(),
            version,
            &body,
            &options,
        );
        Ok(Self {
            body,
            spec: spec.map_err(|error| bad(&error))?,
        })
    }
}

fn promise(placement: &ClusterPlacement, wanted: &Wanted) -> Result<Creation, Refusal> {
    let driver = &*placement.driver;
    let (lease, (engine, snapshot)) = placement.leases.promise(|table| {
        let snapshot = placement.view.snapshot();
        let (promise, engine) = decide(driver, &snapshot, table, &wanted.spec, fastrand::u64(..))?;
        Ok::<_, Refusal>((promise, (engine, snapshot)))
    })?;
    let mut body = wanted.body.clone();
    rewrite_create(&mut body, |reference| known_as(&snapshot, reference));
    if placement.options.cpushares == CpuShares::Cores {
        scale_cpu_shares(
            &mut body,
            engine.facts.as_ref().map_or(0, |facts| facts.cpus),
        );
    }
    Ok(Creation {
        engine,
        body,
        spec: wanted.spec.clone(),
        lease,
    })
}

/// What an engine calls what the client named; none where that is the same.
fn known_as(snapshot: &Snapshot, reference: Reference<'_>) -> Option<String> {
    match reference {
        Reference::Container(name) => {
            let found = snapshot.container(name).ok()?;
            Some(owner::engine_name(snapshot, found.container, name).to_owned())
        }
        Reference::Network(name) | Reference::Volume(name) => {
            snapshot.split_node(name).map(|(_, rest)| rest.to_owned())
        }
    }
}

/// Whether a node may yet become one that takes containers.
fn unsettled(snapshot: &Snapshot) -> bool {
    snapshot.engines().any(|engine| {
        let fresh = engine.status == EngineStatus::Pending && engine.failures == 0;
        fresh || (engine.is_healthy() && !engine.node.settled)
    })
}

fn new_id() -> String {
    (0..4)
        .map(|_| format!("{:016x}", fastrand::u64(..)))
        .collect()
}
