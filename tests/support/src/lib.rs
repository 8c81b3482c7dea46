//! Stand-in Docker Engines, certificates and helpers for the tests.
