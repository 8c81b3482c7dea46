//! Answers about the whole system.

pub mod instant;
pub mod units;
