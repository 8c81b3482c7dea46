//! Stand-in Docker Engines, certificates and helpers for the tests.

pub mod certs;
