//! Refusals: why a request is not carried out, in Docker's own classes.

use std::fmt;

/// Docker's classes of errors; `respond/status.rs` gives each its status.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum RefusalKind {
    /// The request is wrong whoever asks and whatever runs.
    BadInput,
    /// There is no such object.
    NotFound,
    /// The object's state, or another object, stands in the way.
    Conflict,
    /// The asker may not.
    Forbidden,
    /// Not an operation of a cluster.
    NotImplemented,
    /// No node can serve it now.
    Unavailable,
    /// The engine failed while serving it.
    BadGateway,
    /// The cluster cannot do it, though the request is right.
    Failed,
}

/// A refusal: its class and the sentence for the client.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// The class, which decides the status.
    pub kind: RefusalKind,
    /// What is wrong, and what would be right.
    pub message: String,
}

impl Refusal {
    /// A refusal of a class, saying `message`.
    pub fn new(kind: RefusalKind, message: impl Into<String>) -> Self {
        Self {
            kind,
            message: message.into(),
        }
    }

    /// A request that is wrong in itself.
    pub fn bad_input(message: impl Into<String>) -> Self {
        Self::new(RefusalKind::BadInput, message)
    }

    /// An object that does not exist.
    pub fn not_found(message: impl Into<String>) -> Self {
        Self::new(RefusalKind::NotFound, message)
    }

    /// An object in the way.
    pub fn conflict(message: impl Into<String>) -> Self {
        Self::new(RefusalKind::Conflict, message)
    }

    /// A node that cannot be reached now.
    pub fn unavailable(message: impl Into<String>) -> Self {
        Self::new(RefusalKind::Unavailable, message)
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Refusal {}
