//! Answers about containers.

pub mod status;
