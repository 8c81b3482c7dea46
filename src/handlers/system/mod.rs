//! Answers about the whole system.

pub mod events;
pub mod instant;
pub mod units;
