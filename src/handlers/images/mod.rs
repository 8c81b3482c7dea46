//! Answers about images.

pub mod answers;
mod glob;
pub mod list;
mod merge;
mod progress;
pub mod pull;
pub mod spread;
