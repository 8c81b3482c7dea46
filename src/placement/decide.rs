//! Which node a new container goes on: pure, over one snapshot and the leases.

use std::borrow::Cow;
use std::sync::Arc;

use swarm_middleware::api::{Refusal, RefusalKind};

use super::lease::{Promise, Table};
use crate::cluster::{EngineSnapshot, LookupError, NodeKey, Snapshot};
use crate::scheduler::{ClusterDriver, Node, ScheduleError, ScheduleErrorKind, Spec, Workload};

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
    let nodes = nodes(snapshot, leases);
    let refs: Vec<&Node> = nodes.iter().map(AsRef::as_ref).collect();
    let chosen = driver
        .choose(spec, &refs, seed)
        .map_err(|error| refusal(&error))?;
    let engine = engine_of(snapshot, chosen)?;
    let id: Arc<str> = spec.swarm_id.clone().unwrap_or_default();
    let promise = Promise {
        node: Some(engine.key),
        workload: Arc::new(spec.workload(id)),
    };
    Ok((promise, Arc::clone(engine)))
}

/// Chooses the node of a container that lies on `home` and was never started: `home`, if that
/// will do.
///
/// # Errors
/// When no node may have it.
pub fn decide_start(
    driver: &dyn ClusterDriver,
    snapshot: &Snapshot,
    leases: &Table,
    spec: &Spec,
    (home, id): (NodeKey, &str),
) -> Result<(Promise, Arc<EngineSnapshot>), Refusal> {
    let mut nodes = nodes(snapshot, leases);
    let of_home = snapshot.engines().zip(&mut nodes);
    for (_, node) in of_home.filter(|(engine, _)| engine.key == home) {
        // It is not in its own way.
        node.to_mut().remove(id);
    }
    let refs: Vec<&Node> = nodes.iter().map(AsRef::as_ref).collect();
    let fit = driver.place(spec, &refs, fastrand::u64(..));
    let fit = fit.map_err(|error| refusal(&error))?;
    let engines = fit.iter().map(|node| engine_of(snapshot, node));
    let engines = engines.collect::<Result<Vec<_>, _>>()?;
    let engine = engines
        .iter()
        .find(|engine| engine.key == home)
        .or(engines.first())
        .ok_or_else(none_healthy)?;
    // The container itself shows: its promise must not stand for it, nor be taken for it.
    let workload = Workload {
        swarm_id: None,
        names: Box::default(),
        ..spec.workload(format!("{id} starts"))
    };
    let promise = Promise {
        node: Some(engine.key),
        workload: Arc::new(workload),
    };
    Ok((promise, Arc::clone(engine)))
}

fn engine_of<'a>(snapshot: &'a Snapshot, node: &Node) -> Result<&'a Arc<EngineSnapshot>, Refusal> {
    let mut engines = snapshot.engines();
    let engine = engines.find(|engine| *engine.id() == node.id);
    engine.ok_or_else(none_healthy)
}

fn none_healthy() -> Refusal {
    Refusal::unavailable("no healthy node available in the cluster")
}

/// The nodes as placement sees them, in the order of the engines.
fn nodes<'a>(snapshot: &'a Snapshot, leases: &Table) -> Vec<Cow<'a, Node>> {
    let engines = snapshot.engines();
    engines
        .map(|engine| with_leases(snapshot, engine, leases))
        .collect()
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
