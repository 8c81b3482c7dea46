//! One Docker endpoint in front of many Docker Engines.

pub mod handlers;
pub mod json;
pub mod scheduler;
