//! Answers: one file per answer, each a pure `render` of a snapshot, a request and the time.

pub mod containers;
pub mod system;
