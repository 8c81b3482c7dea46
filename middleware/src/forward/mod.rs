//! Towards engines: a pool of HTTP/1.1 connections per engine, and requests sent over them.

mod attempt;
mod connect;
mod counters;
mod error;
mod fan_out;
pub mod headers;
mod lent;
mod line;
mod pool;
mod sender;
#[cfg(test)]
mod tests;
mod upstream;

pub(crate) use attempt::Switch;
pub use connect::tune;
pub use counters::UpstreamCounters;
pub use error::{ForwardError, ForwardErrorKind};
pub use fan_out::{FanOutError, fan_out};
pub use lent::Lent;
pub use pool::PoolOptions;
pub use sender::TunnelCount;
pub use upstream::Upstream;
