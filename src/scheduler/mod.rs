//! Where a container goes: filters say which nodes may take it, a strategy which of them shall.
//!
//! Nothing in here waits, asks a clock or opens a connection: the same question gets the same answer.

pub mod directive;
pub mod driver;
pub mod error;
pub mod expr;
pub mod filter;
pub mod images;
pub mod implied;
pub mod labels;
pub mod mentions;
pub mod names;
pub mod networks;
pub mod node;
mod place;
pub mod platform;
pub mod ports;
pub mod regexp;
pub mod spec;
pub mod strategy;
#[cfg(test)]
mod testing;
pub mod workload;

pub use driver::{ClusterDriver, driver_from_name};
pub use error::{ScheduleError, ScheduleErrorKind};
pub use mentions::{Dependency, DependencyKind, Mention};
pub use names::UnknownName;
pub use networks::Networks;
pub use node::{Node, Resources};
pub use place::Scheduler;
pub use spec::{Reschedule, Spec, SpecError, SpecOptions};
pub use workload::{CpuShares, Workload, WorkloadOptions};
