//! Where requests go: look-ups for what exists, the scheduler for what is new.
//!
//! [`ClusterPlacement`] takes one snapshot per decision. A new container is promised to its node
//! in one critical section ([`Leases::promise`]) around the pure [`decide`].

mod build;
mod cluster;
mod create;
mod decide;
mod exec;
pub mod intake;
mod keys;
mod lease;
mod loose;
mod movable;
mod objects;
pub mod owner;
mod plan;
pub mod rewrite;

pub use cluster::ClusterPlacement;
pub use create::Amendment;
pub use decide::{decide, decide_start, name_is_free};
pub use intake::{absorb, merge_start, scale_cpu_shares};
pub use lease::{Lease, Leases, Promise, Table};
pub use loose::{Kind, Loose, LooseObject};
pub use movable::{Movable, host_for};
pub use plan::{Creation, Destination, Hold, Plan};
pub use rewrite::{Reference, rewrite_connect, rewrite_create, rewrite_host_config};
