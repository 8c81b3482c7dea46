//! Answers about volumes.

pub mod answers;
pub mod everywhere;
pub mod list;
