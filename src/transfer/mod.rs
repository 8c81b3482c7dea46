//! Images follow the containers that need them: copied from a node that has them, or pulled.

mod bring;
mod copy;
mod error;
mod pull;
mod shared;

pub use bring::{Need, bring};
pub use error::TransferError;
pub use shared::Transfers;
