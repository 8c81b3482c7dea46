//! What others ask of an engine's task.

use super::plan::Target;
use crate::cluster::Ack;

/// So many commands may wait for an engine's task.
pub(super) const QUEUE: usize = 256;

/// A request to read something again.
#[derive(Debug)]
pub(super) struct Command {
    /// What to read.
    pub(super) target: Target,
    /// Fires once the result can be seen; dropped where it could not be read.
    pub(super) ack: Ack,
}
