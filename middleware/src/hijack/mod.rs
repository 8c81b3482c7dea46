//! Connections that are taken over: attach, exec, session, grpc.
//!
//! A server cannot answer `200` and then speak raw bytes, which is what old clients want, nor
//! keep a half-closed client waiting. So nothing here goes through it: [`tunnel`] puts a
//! [`Takeover`] into the connection's [`Slot`] and never answers; whoever drives the connection
//! finds it there, takes the connection away from HTTP and joins the two streams with [`join`].

mod copy;
mod head;
mod slot;
#[cfg(test)]
mod tests;
mod tunnel;

pub use copy::{Ahead, Transferred, join};
pub use slot::{Slot, Takeover};
pub use tunnel::tunnel;
