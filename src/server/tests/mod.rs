//! The server over real sockets, with an engine that speaks prepared bytes behind it.

mod drain;
mod engine;
mod http;
mod rig;
mod takeover;
mod tls;
