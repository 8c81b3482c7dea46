//! TLS on the listeners and towards engines, and who is behind a client's certificate.

mod client;
mod error;
mod peer;
mod pem;
mod server;
mod verifier;

pub use client::client_config;
pub use error::TlsError;
pub use peer::{IdentityError, identity};
pub use server::server_config;

#[cfg(test)]
mod tests;
