//! The error that rises through the stack: one variant per room.

use crate::api::Refusal;
use crate::auth::AuthError;
use crate::forward::ForwardError;
use crate::parse::ParseError;

/// Why a request got no answer of its own; [`crate::respond`] turns it into one.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The asker is not known.
    #[error(transparent)]
    Auth(#[from] AuthError),
    /// The request cannot be read.
    #[error(transparent)]
    Parse(#[from] ParseError),
    /// The asker may not.
    #[error("{0}")]
    Admit(Refusal),
    /// No node for it.
    #[error("{0}")]
    Select(Refusal),
    /// The node did not answer.
    #[error(transparent)]
    Forward(#[from] ForwardError),
    /// The endpoint's own answer is a refusal.
    #[error("{0}")]
    Handler(Refusal),
}
