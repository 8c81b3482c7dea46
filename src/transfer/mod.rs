//! Images follow the containers that need them: copied from a node that has them, or pulled.

mod bring;
mod copy;
mod error;
mod pull;
mod shared;
mod supply;

pub use bring::{Need, bring, copy_only};
pub use error::TransferError;
pub use shared::Transfers;
pub use supply::supply;
