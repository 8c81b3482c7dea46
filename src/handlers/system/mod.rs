//! Answers about the whole system.

pub mod answers;
pub mod banner;
pub mod debug;
pub mod events;
pub mod info;
pub mod instant;
mod majority;
pub mod offer;
pub mod ping;
pub mod stream;
pub mod units;
pub mod version;
