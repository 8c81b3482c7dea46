//! What a strategy is.

use std::fmt;

use crate::scheduler::{Node, Spec};

/// No node has the CPUs and memory asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("no resources available to schedule container")]
pub struct NoResources;

/// Puts nodes in the order in which they are to be tried.
pub trait Strategy: fmt::Debug + Send + Sync {
    /// The name it is chosen and reported by.
    fn name(&self) -> &'static str;

    /// The nodes that can fit the container, best first; `seed` decides where chance does.
    ///
    /// # Errors
    /// When none can.
    fn rank<'a>(
        &self,
        spec: &Spec,
        nodes: Vec<&'a Node>,
        seed: u64,
    ) -> Result<Vec<&'a Node>, NoResources>;

    /// The first of the rank, found without ranking the rest.
    ///
    /// # Errors
    /// When no node can fit the container.
    fn best<'a>(
        &self,
        spec: &Spec,
        nodes: Vec<&'a Node>,
        seed: u64,
    ) -> Result<&'a Node, NoResources>;
}
