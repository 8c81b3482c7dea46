//! Stand-in Docker Engines, certificates and helpers for the tests.
//!
//! [`Engine`] is a simulated Docker Engine: a state machine whose replies have the shape of recorded ones
//! (`fixtures/engine`), served as real HTTP/1.1 over TCP, TLS or a unix socket, and misbehaving on demand
//! ([`Fault`]). [`wait`] waits for conditions, never for luck.
//!
//! Layout: `state` is what an engine knows and does, without any network; `render` writes it in the recorded
//! shapes; `routes` is the table of routes and their handlers; `server` is HTTP and hijacking; `engine` is the
//! handle that tests hold. [`manager`] runs the real program in front of engines; [`client`] and [`talk`] are its
//! clients.

pub mod certs;
pub mod client;
mod cluster;
mod engine;
mod error;
pub mod manager;
mod render;
mod routes;
mod server;
mod state;
pub mod talk;
pub mod wait;

pub use engine::{CounterValues, Engine, EngineOptions, Fault, RunningEngine, SeenRequest};
