//! The order of lists, and the places in it that `before` and `since` name.

use std::cmp::Reverse;
use std::sync::Arc;

use swarm_middleware::api::Refusal;

use crate::cluster::{Container, LookupError, NodeKey, Snapshot};

/// Where a container stands in lists.
pub(in crate::handlers::containers) type Position = (Reverse<i64>, Arc<str>, NodeKey);

/// Where a container stands in lists: newest first, then by id and node.
pub(in crate::handlers::containers) fn position(container: &Container) -> Position {
    (
        Reverse(container.created),
        Arc::clone(&container.id),
        container.node,
    )
}

/// The place of the container that `before` or `since` names.
pub(in crate::handlers::containers) fn place(
    snapshot: &Snapshot,
    reference: &str,
) -> Result<Position, Refusal> {
    match snapshot.container(reference) {
        Ok(found) => Ok(position(found.container)),
        Err(LookupError::NotFound) => Err(Refusal::not_found(format!(
            "No such container: {reference}"
        ))),
        Err(error @ LookupError::AmbiguousName(_)) => Err(Refusal::conflict(error.to_string())),
        Err(error @ LookupError::AmbiguousPrefix) => Err(Refusal::bad_input(error.to_string())),
    }
}
