//! Which engine an object that the client named is on: pure.

use std::sync::Arc;

use swarm_middleware::api::{Refusal, RefusalKind};

use super::plan::Destination;
use crate::cluster::{Container, EngineSnapshot, Held, LookupError, Snapshot};

/// The engine of a container, and the name it has there.
///
/// # Errors
/// Docker's sentence where nothing, or too much, goes by that name.
pub fn container(snapshot: &Snapshot, reference: &str) -> Result<Destination, Refusal> {
    let found = snapshot.container(reference).map_err(|error| match error {
        LookupError::NotFound => Refusal::not_found(format!("No such container: {reference}")),
        LookupError::AmbiguousName(_) => {
            Refusal::conflict(format!("container {reference}: {error}; give node/name"))
        }
        LookupError::AmbiguousPrefix => Refusal::bad_input(format!(
            "Multiple IDs found with provided prefix: {reference}"
        )),
    })?;
    let name = engine_name(snapshot, found.container, reference);
    let to = reachable(found.engine, name.to_owned())?;
    Ok(Destination {
        container: Some(Arc::clone(&found.container.id)),
        ..to
    })
}

/// What its engine calls the container that a client named. The engine repeats the name in its
/// own sentences, so it gets the client's where it knows that.
pub fn engine_name<'a>(
    snapshot: &Snapshot,
    container: &'a Container,
    reference: &'a str,
) -> &'a str {
    let plain = reference.trim_start_matches('/');
    let plain = snapshot.split_node(plain).map_or(plain, |(_, rest)| rest);
    let known = *plain == *container.name || container.id.starts_with(plain);
    if known { plain } else { &container.id }
}

/// The engine of an exec.
pub fn exec(snapshot: &Snapshot, id: &str) -> Option<Result<Destination, Refusal>> {
    let (engine, _) = snapshot.exec(id)?;
    Some(reachable(engine, id.to_owned()))
}

/// One engine that holds an image.
pub fn image(snapshot: &Snapshot, reference: &str) -> Result<Destination, Refusal> {
    one_of(
        snapshot,
        snapshot.image(reference),
        reference,
        "image",
        |_| reference.to_owned(),
    )
}

/// The engine of a network.
pub fn network(snapshot: &Snapshot, reference: &str) -> Result<Destination, Refusal> {
    let name = rest_of(snapshot, reference);
    one_of(
        snapshot,
        snapshot.network(reference),
        reference,
        "network",
        |_| name.to_owned(),
    )
}

/// The engine of a volume.
pub fn volume(snapshot: &Snapshot, reference: &str) -> Result<Destination, Refusal> {
    let held = snapshot.volume(reference);
    one_of(snapshot, held, reference, "volume", |volume| {
        volume.name.to_string()
    })
}

/// Any healthy engine, another each time.
///
/// # Errors
/// When there is none.
pub fn any(snapshot: &Snapshot, name: &str) -> Result<Destination, Refusal> {
    let healthy: Vec<_> = snapshot
        .engines()
        .filter(|engine| engine.is_healthy())
        .collect();
    let engine = fastrand::choice(&healthy)
        .ok_or_else(|| Refusal::unavailable("no healthy node available in the cluster"))?;
    Ok(Destination {
        engine: Arc::clone(engine),
        name: name.to_owned(),
        container: None,
    })
}

/// The engine, if it can be asked now.
///
/// # Errors
/// When it is down; the sentence names it and why.
pub fn reachable(engine: &Arc<EngineSnapshot>, name: String) -> Result<Destination, Refusal> {
    if engine.is_healthy() {
        return Ok(Destination {
            engine: Arc::clone(engine),
            name,
            container: None,
        });
    }
    let why = engine.error.as_deref().unwrap_or("it has not answered yet");
    Err(Refusal::unavailable(format!(
        "node {} ({}) is {}: {why}",
        engine.name, engine.address, engine.status
    )))
}

/// What is behind `node/`, where a node goes by that name.
pub fn rest_of<'a>(snapshot: &Snapshot, reference: &'a str) -> &'a str {
    snapshot
        .split_node(reference)
        .map_or(reference, |(_, rest)| rest)
}

/// An unknown object is asked of any engine, which answers in its own words.
fn one_of<T>(
    snapshot: &Snapshot,
    held: Result<Vec<Held<'_, T>>, LookupError>,
    reference: &str,
    kind: &str,
    name: impl Fn(&T) -> String,
) -> Result<Destination, Refusal> {
    match held {
        Ok(held) => {
            let best = held
                .iter()
                .find(|held| held.engine.is_healthy())
                .or(held.first());
            match best {
                Some(held) => reachable(held.engine, name(held.object)),
                None => any(snapshot, rest_of(snapshot, reference)),
            }
        }
        Err(LookupError::NotFound) => any(snapshot, rest_of(snapshot, reference)),
        Err(error @ LookupError::AmbiguousName(_)) => Err(Refusal::conflict(format!(
            "{kind} {reference}: {error}; give node/name"
        ))),
        Err(error @ LookupError::AmbiguousPrefix) => Err(Refusal::new(
            RefusalKind::BadInput,
            format!("{kind} {reference}: {error}"),
        )),
    }
}
