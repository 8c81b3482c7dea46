//! Cluster drivers: who decides where containers go.

use std::fmt;
use std::sync::Arc;

use super::names::UnknownName;
use super::{Node, ScheduleError, Scheduler, Spec};

/// Decides where containers go.
pub trait ClusterDriver: fmt::Debug + Send + Sync {
    /// The name it is chosen by.
    fn name(&self) -> &'static str;

    /// What it decides with.
    fn scheduler(&self) -> &Scheduler;

    /// The nodes that may take the container, best first.
    ///
    /// # Errors
    /// When no node may.
    fn place<'a>(
        &self,
        spec: &Spec,
        nodes: &[&'a Node],
        seed: u64,
    ) -> Result<Vec<&'a Node>, ScheduleError>;

    /// The first of them, without ranking the rest.
    ///
    /// # Errors
    /// When no node may.
    fn choose<'a>(
        &self,
        spec: &Spec,
        nodes: &[&'a Node],
        seed: u64,
    ) -> Result<&'a Node, ScheduleError>;
}

/// Every Docker Engine is a node, and the scheduler decides.
#[derive(Debug)]
pub struct Swarm(Scheduler);

impl ClusterDriver for Swarm {
    fn name(&self) -> &'static str {
        "swarm"
    }

    fn scheduler(&self) -> &Scheduler {
        &self.0
    }

    fn place<'a>(
        &self,
        spec: &Spec,
        nodes: &[&'a Node],
        seed: u64,
    ) -> Result<Vec<&'a Node>, ScheduleError> {
        self.0.place(spec, nodes, seed)
    }

    fn choose<'a>(
        &self,
        spec: &Spec,
        nodes: &[&'a Node],
        seed: u64,
    ) -> Result<&'a Node, ScheduleError> {
        self.0.choose(spec, nodes, seed)
    }
}

/// The driver of this name.
///
/// # Errors
/// When there is none; the error says which there are.
pub fn driver_from_name(
    name: &str,
    scheduler: Scheduler,
) -> Result<Arc<dyn ClusterDriver>, UnknownName> {
    match name {
        "swarm" => Ok(Arc::new(Swarm(scheduler))),
        other => Err(UnknownName::new("cluster driver", other, &["swarm"])),
    }
}
