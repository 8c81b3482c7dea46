//! HTTP/1.1 in front of an engine: listeners, connections, and connections taken over.

mod accept;
mod body;
mod connection;
mod session;
mod socket;

pub(crate) use accept::Server;
pub(crate) use body::{Body, Reply, Take, counted, empty, full, streamed};
pub(crate) use session::{Session, frame};
