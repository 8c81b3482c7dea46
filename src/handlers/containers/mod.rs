//! Answers about containers.

pub mod inspect;
pub mod status;
