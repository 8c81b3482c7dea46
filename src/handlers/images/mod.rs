//! Answers about images.

mod glob;
pub mod list;
mod merge;
