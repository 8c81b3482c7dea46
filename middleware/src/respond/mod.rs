//! Errors become Docker's answers here, and every answer gets the cluster's own headers.

mod future;
mod layer;
mod service;
mod status;
#[cfg(test)]
mod tests;

pub use future::ResponseFuture;
pub use layer::RespondLayer;
pub use service::{Banner, Respond};
pub use status::status;
