//! One Docker endpoint in front of many Docker Engines.

pub mod config;
pub mod discovery;
pub mod scheduler;
