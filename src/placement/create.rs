//! `POST /containers/create`: what is asked, where it goes, and what its engine is told.

use std::borrow::Cow;
use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;
use swarm_middleware::api::{ApiRequest, Refusal, RefusalKind};
use tokio::time::{Instant, timeout_at};

use super::plan::Creation;
use super::{
    ClusterPlacement, Kind, Promise, Reference, Table, absorb, decide, objects, owner,
    rewrite_create, scale_cpu_shares,
};
use crate::cluster::{EngineSnapshot, EngineStatus, Held, Image, Snapshot};
use crate::config::CpuShares;
use crate::handlers::system::offer::offer;
use crate::scheduler::expr::Expr;
use crate::scheduler::images::ImageName;
use crate::scheduler::{Mention, Spec, SpecOptions};

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
        // Taken first: a node that is read in between is a reason to decide once more.
        let seen = view.snapshot();
        let refusal = match promise(placement, request) {
            Ok(creation) => return Ok(creation),
            Err(refusal) => refusal,
        };
        let for_want_of_nodes =
            matches!(refusal.kind, RefusalKind::Unavailable | RefusalKind::Failed);
        if !for_want_of_nodes || !unsettled(&seen) {
            return Err(refusal);
        }
        match timeout_at(deadline, view.changed()).await {
            Ok(true) => {}
            Ok(false) | Err(_) => return Err(refusal),
        }
    }
}

/// A create that was read: nothing of the client's connection is left in it.
#[derive(Clone, Debug)]
pub(super) struct Wanted {
    pub(super) body: Value,
    pub(super) spec: Spec,
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
        // Ids of networks do not outlast a move, names do.
        rewrite_create(&mut body, |reference| match reference {
            Reference::Network(id) => Some(placement.loose.network_name(id)?.to_string()),
            Reference::Container(_) | Reference::Volume(_) => None,
        });
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
    let decided = |table: &Table| choose(placement, &wanted.spec, table);
    let (lease, chosen) = placement.leases.promise(decided)?;
    let (engine, snapshot, loose) = chosen;
    Ok(Creation {
        body: body_for(placement, wanted, &engine, &snapshot),
        engine,
        snapshot,
        loose,
        lease,
        wanted: wanted.clone(),
        placement: placement.clone(),
    })
}

type Chosen = (Arc<EngineSnapshot>, Arc<Snapshot>, Vec<(Kind, Arc<str>)>);

fn choose(
    placement: &ClusterPlacement,
    spec: &Spec,
    table: &Table,
) -> Result<(Promise, Chosen), Refusal> {
    let snapshot = placement.view.snapshot();
    let (spec, loose) = loosened(placement, &snapshot, spec);
    let seed = fastrand::u64(..);
    let (promise, engine) = decide(&*placement.driver, &snapshot, table, &spec, seed)?;
    Ok((promise, (engine, snapshot, loose)))
}

/// The same create with what may still move marked, and a list of it.
pub(super) fn loosened<'s>(
    placement: &ClusterPlacement,
    snapshot: &Snapshot,
    spec: &'s Spec,
) -> (Cow<'s, Spec>, Vec<(Kind, Arc<str>)>) {
    let named = !(spec.volumes.is_empty() && spec.networks.is_empty());
    if !named || placement.loose.is_empty() {
        return (Cow::Borrowed(spec), Vec::new());
    }
    let is = |kind, name: &str| placement.loose.find(snapshot, kind, name).is_some();
    let mut spec = spec.clone();
    spec.loosen(
        |name| is(Kind::Volume, name),
        |name| is(Kind::Network, name),
    );
    let of = |kind, mentions: &[Mention]| {
        let loose = mentions.iter().filter(|mention| mention.loose);
        loose
            .map(|mention| (kind, Arc::clone(&mention.name)))
            .collect::<Vec<_>>()
    };
    let mut loose = of(Kind::Volume, &spec.volumes);
    loose.extend(of(Kind::Network, &spec.networks));
    (Cow::Owned(spec), loose)
}

/// The body as that engine is to get it.
pub(super) fn body_for(
    placement: &ClusterPlacement,
    wanted: &Wanted,
    engine: &EngineSnapshot,
    snapshot: &Snapshot,
) -> Value {
    let mut body = wanted.body.clone();
    rewrite_create(&mut body, |reference| known_as(snapshot, reference));
    if placement.options.cpushares == CpuShares::Cores {
        let cpus = engine.facts.as_ref().map_or(0, |facts| facts.cpus);
        scale_cpu_shares(&mut body, cpus);
    }
    body
}

/// What is asked for besides, when a create is placed again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Amendment {
    /// A node that holds the image.
    HoldsImage,
    /// Another node than the one that failed.
    AnotherNode,
}

impl Creation {
    /// What was asked.
    pub fn spec(&self) -> &Spec {
        &self.wanted.spec
    }

    /// Promises the container to another node instead, in one step.
    ///
    /// # Errors
    /// When none will do; the promise stays as it was then.
    pub fn again(&mut self, amendment: Amendment) -> Result<(), Refusal> {
        let mut wanted = self.wanted.clone();
        match amendment {
            Amendment::HoldsImage => {
                let image = held_as(&self.snapshot, &wanted.spec.image);
                let affinity = Expr::parse(&format!("image=={image}"));
                let affinity = affinity.map_err(|error| Refusal::bad_input(error.to_string()))?;
                wanted.spec.affinities.push(affinity);
            }
            Amendment::AnotherNode => wanted.spec.avoided.push(self.engine.node.id.clone()),
        }
        let decided = |table: &Table| choose(&self.placement, &wanted.spec, table);
        let chosen = self.placement.leases.exchange(&self.lease, decided)?;
        let (engine, snapshot, loose) = chosen;
        self.loose = loose;
        self.body = body_for(&self.placement, &wanted, &engine, &snapshot);
        (self.engine, self.snapshot, self.wanted) = (engine, snapshot, wanted);
        Ok(())
    }
}

/// The text by which an affinity finds exactly this image: its full name, or else its id.
fn held_as(snapshot: &Snapshot, image: &str) -> String {
    let name = ImageName::parse(image).canonical();
    let held = snapshot.image(image).unwrap_or_default();
    let goes_by_it = |held: &Held<'_, Image>| {
        let names = held.object.tags.iter().chain(&held.object.digests);
        names
            .map(|name| ImageName::parse(name))
            .any(|parsed| parsed.canonical() == name)
    };
    match held.first() {
        Some(first) if !held.iter().any(goes_by_it) => first.object.id.to_string(),
        _ => name,
    }
}

/// What an engine calls what the client named; none where that is the same.
pub(super) fn known_as(snapshot: &Snapshot, reference: Reference<'_>) -> Option<String> {
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

#[cfg(test)]
mod tests;
