//! Answers about images.

mod progress;
pub mod pull;
pub mod spread;
