//! One Docker endpoint in front of many Docker Engines.

pub mod app;
pub mod builds;
pub mod cli;
pub mod cluster;
pub mod config;
pub mod discovery;
mod dispatch;
pub mod engine;
pub mod handlers;
pub mod json;
pub mod logging;
mod observe;
pub mod placement;
mod run;
pub mod scheduler;
pub mod server;
pub mod stack;
pub mod tls;
pub mod transfer;

pub use run::{RunError, run};
