//! Builds: what they ask of placement, and which node a client's BuildKit connections share.
//!
//! Nothing in the head of a `/grpc` names the `/session`s that belong to it, so all connections of
//! one client go to one node: [`Pins`] is that table, pure, and [`Builds`] the shared handle.

mod client;
mod handle;
mod pins;
pub mod wishes;

pub use client::Client;
pub use handle::{Builds, Stay};
pub use pins::{Candidate, LINGER, Pins, Visit};
