//! From a request to a plan: what a create asks for is taken out of its body, and names in it are made the engine's.

pub mod intake;
pub mod rewrite;

pub use intake::{absorb, merge_start, scale_cpu_shares};
pub use rewrite::{Reference, rewrite_connect, rewrite_create, rewrite_host_config};
