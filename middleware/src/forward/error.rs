//! Why an engine did not answer.

use std::sync::Arc;

use crate::body::BoxError;

/// What went wrong on the way to an engine.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ForwardErrorKind {
    /// No connection could be made, or its TLS handshake failed.
    Connect,
    /// The engine did not answer in time.
    Deadline,
    /// The engine was declared down while the request waited.
    Lost,
    /// The connection broke before a whole response head came.
    Closed,
    /// What came is not HTTP, or its head is too large.
    Garbage,
    /// The client's body ended early or could not be read.
    RequestBody,
}

/// A request that got no answer from its engine.
#[derive(Debug, thiserror::Error)]
#[error("node {node}: {kind}: {source}", kind = .kind.as_str())]
pub struct ForwardError {
    /// The node's name.
    pub node: Arc<str>,
    /// What went wrong.
    pub kind: ForwardErrorKind,
    /// Whether the connection had served a request before.
    pub reused: bool,
    /// Whether the engine may have begun to act on the request.
    pub started: bool,
    /// The cause.
    #[source]
    pub source: BoxError,
}

impl ForwardErrorKind {
    /// The kind in words.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Connect => "cannot connect",
            Self::Deadline => "no answer in time",
            Self::Lost => "lost while waiting for its answer",
            Self::Closed => "closed the connection before it answered",
            Self::Garbage => "answered something that is not HTTP",
            Self::RequestBody => "the request's body broke off",
        }
    }
}
