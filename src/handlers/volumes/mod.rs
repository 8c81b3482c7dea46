//! Answers about volumes.

pub mod answers;
pub mod list;
