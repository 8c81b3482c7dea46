//! One Docker endpoint in front of many Docker Engines.

pub mod cli;
pub mod config;
pub mod discovery;
pub mod logging;
mod run;

pub use run::{RunError, run};
