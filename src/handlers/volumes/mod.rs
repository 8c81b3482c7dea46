//! Answers about volumes.

pub mod list;
