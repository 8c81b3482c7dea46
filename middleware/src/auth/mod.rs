//! Who is asking: the verified identity of the peer, and nothing a client claims of itself.

mod error;
mod layer;
mod service;
#[cfg(test)]
mod tests;

pub use error::AuthError;
pub use layer::AuthLayer;
pub use service::{Auth, Authenticated};
