//! Answers about images.

pub mod answers;
mod glob;
pub mod list;
pub mod load;
mod merge;
mod node;
mod progress;
pub mod pull;
pub mod save;
pub mod spread;
mod story;
mod tee;
