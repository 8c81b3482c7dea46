//! Why an engine could not be read.

use std::time::Duration;

use swarm_middleware::body::BoxError;
use swarm_middleware::forward::ForwardError;

/// A call to an engine that came to nothing.
#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    /// It could not be reached, or broke off.
    #[error(transparent)]
    Forward(#[from] ForwardError),
    /// The whole answer took too long.
    #[error("no complete answer to {0} within {1:?}")]
    Deadline(String, Duration),
    /// It answered with an error.
    #[error("{path} was answered with status {status}: {message}")]
    Status {
        /// What was asked.
        path: String,
        /// The HTTP status.
        status: u16,
        /// The engine's sentence.
        message: String,
    },
    /// The answer broke off.
    #[error("the answer to {0} broke off: {1}")]
    Body(String, #[source] BoxError),
    /// The answer is longer than any honest one.
    #[error("the answer to {0} is longer than {1} bytes")]
    TooLong(String, usize),
    /// The answer makes no sense.
    #[error("the answer to {0} makes no sense: {1}")]
    Garbage(String, String),
    /// It answers, but it is not an engine that can be used.
    #[error("{0}")]
    Unusable(String),
    /// Its event stream ended.
    #[error("the event stream ended")]
    StreamEnded,
    /// The manager's own client failed.
    #[error(transparent)]
    Client(#[from] bollard::errors::Error),
}

impl EngineError {
    /// Whether the engine said that there is no such object.
    pub fn is_not_found(&self) -> bool {
        matches!(self, Self::Status { status: 404, .. })
    }

    pub(super) fn garbage(path: &str, why: &dyn ToString) -> Self {
        Self::Garbage(path.to_owned(), why.to_string())
    }
}

/// Why a refresh did not take place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RefreshError {
    /// Discovery does not name the engine any more.
    #[error("the node has left")]
    Gone,
    /// The engine does not answer, or answered with an error.
    #[error("the node could not be read")]
    Failed,
    /// It took too long.
    #[error("the node could not be read in time")]
    Deadline,
}
