//! Answers: one file per answer, each a pure `render` of a snapshot, a request and the time.

pub mod containers;
mod nodecard;
pub mod system;
#[cfg(test)]
mod testing;

pub use nodecard::NodeCard;
