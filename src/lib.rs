//! One Docker endpoint in front of many Docker Engines.

pub mod scheduler;
