//! Towards engines: a pool of HTTP/1.1 connections per engine, and the request sent over it.

mod error;
mod lent;

pub use error::{ForwardError, ForwardErrorKind};
pub use lent::Lent;
