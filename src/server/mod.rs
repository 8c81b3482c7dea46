//! Towards clients: listeners, TLS, HTTP/1.1 connections and their end.
//!
//! [`Server::bind`] opens every listener before anything is served; [`Server::run`] accepts
//! until it is told to stop, then drains. Each connection is one task that drives hyper and, once
//! a handler has left a [`Takeover`](swarm_middleware::hijack::Takeover), the tunnel.

mod accept;
mod drain;
mod error;
mod listener;
mod options;
mod run;
mod serve;
mod state;
mod takeover;
#[cfg(test)]
mod tests;

pub use accept::{PeerSubject, ServerTls};
pub use drain::DrainReport;
pub use error::BindError;
pub use options::ServerOptions;
pub use run::Server;
pub use serve::{MayTakeOver, Stack};
