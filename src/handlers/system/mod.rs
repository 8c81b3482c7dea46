//! Answers about the whole system.

pub mod events;
pub mod info;
pub mod instant;
mod majority;
pub mod offer;
pub mod ping;
pub mod units;
pub mod version;
