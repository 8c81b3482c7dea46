//! Which node a new container goes on: pure, over one snapshot and the leases.

use std::borrow::Cow;
use std::sync::Arc;

use swarm_middleware::api::{Refusal, RefusalKind};

use super::lease::{Promise, Table};
use crate::cluster::{EngineSnapshot, LookupError, Snapshot};
use crate::scheduler::{ClusterDriver, Node, ScheduleError, ScheduleErrorKind, Spec};

/// Chooses the node of a container, and says what it will occupy there.
///
/// # Errors
/// When its name is taken, or no node may have it.
pub fn decide(
    driver: &dyn ClusterDriver,
    snapshot: &Snapshot,
    leases: &Table,
    spec: &Spec,
    seed: u64,
) -> Result<(Promise, Arc<EngineSnapshot>), Refusal> {
    if let Some(name) = spec.name.as_deref() {
        name_is_free(snapshot, leases, name)?;
    }
    let nodes: Vec<Cow<'_, Node>> = snapshot
        .engines()
        .map(|engine| with_leases(snapshot, engine, leases))
        .collect();
    let refs: Vec<&Node> = nodes.iter().map(AsRef::as_ref).collect();
    let chosen = driver
        .choose(spec, &refs, seed)
        .map_err(|error| refusal(&error))?;
    let engine = snapshot
        .engines()
        .find(|engine| *engine.id() == chosen.id)
        .ok_or_else(|| Refusal::unavailable("no healthy node available in the cluster"))?;
    let id: Arc<str> = spec.swarm_id.clone().unwrap_or_default();
    let promise = Promise {
        node: Some(engine.key),
        workload: Arc::new(spec.workload(id)),
    };
    Ok((promise, Arc::clone(engine)))
}

/// Names are unique in the cluster.
///
/// # Errors
/// A conflict that names the holder, in the engine's words.
pub fn name_is_free(snapshot: &Snapshot, leases: &Table, name: &str) -> Result<(), Refusal> {
    let conflict = |by: &str| {
        Refusal::conflict(format!(
            "Conflict. The container name \"/{name}\" is already in use by {by}. \
             You have to remove (or rename) that container to be able to reuse that name."
        ))
    };
    if let Some(holder) = snapshot.containers_named(name).next() {
        return Err(conflict(&format!(
            "container \"{}\" on node {}",
            holder.container.id, holder.engine.name
        )));
    }
    if leases.names(name) {
        return Err(conflict("a container that is being created"));
    }
    Ok(())
}

/// The node with what was promised on it and does not show yet.
fn with_leases<'a>(
    snapshot: &Snapshot,
    engine: &'a EngineSnapshot,
    leases: &Table,
) -> Cow<'a, Node> {
    let mut node = Cow::Borrowed(&*engine.node);
    for workload in leases.on(engine.key) {
        if !shows(snapshot, workload.swarm_id.as_deref()) {
            node.to_mut().insert(Arc::clone(workload));
        }
    }
    node
}

fn shows(snapshot: &Snapshot, swarm_id: Option<&str>) -> bool {
    swarm_id.is_some_and(|id| !matches!(snapshot.container(id), Err(LookupError::NotFound)))
}

fn refusal(error: &ScheduleError) -> Refusal {
    let kind = match error.kind() {
        ScheduleErrorKind::BadInput => RefusalKind::BadInput,
        ScheduleErrorKind::NoHealthyNode => RefusalKind::Unavailable,
        ScheduleErrorKind::NoResources | ScheduleErrorKind::Unsatisfied => RefusalKind::Failed,
    };
    Refusal::new(kind, error.to_string())
}
