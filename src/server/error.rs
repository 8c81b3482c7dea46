//! Why the endpoint cannot listen.

use std::io;

use crate::config::Listen;

/// A listener that could not be opened.
#[derive(Debug, thiserror::Error)]
#[error("cannot listen on {listen}: {source}")]
pub struct BindError {
    /// Where.
    pub listen: Listen,
    /// Why not.
    #[source]
    pub source: io::Error,
}
