//! One Docker endpoint in front of many Docker Engines.

pub mod cli;
pub mod cluster;
pub mod config;
pub mod discovery;
pub mod engine;
pub mod handlers;
pub mod json;
pub mod logging;
mod run;
pub mod scheduler;

pub use run::{RunError, run};
