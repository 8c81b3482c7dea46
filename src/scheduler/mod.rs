//! Where a container goes: filters say which nodes may take it, a strategy which of them shall.
//!
//! Nothing in here waits, asks a clock or opens a connection: the same question gets the same answer.

pub mod directive;
pub mod expr;
pub mod images;
pub mod labels;
pub mod mentions;
pub mod node;
pub mod platform;
pub mod ports;
pub mod regexp;
pub mod spec;
pub mod workload;

pub use mentions::{Dependency, DependencyKind, Mention};
pub use node::{Networks, Node, Resources};
pub use spec::{Reschedule, Spec, SpecError, SpecOptions};
pub use workload::{CpuShares, Workload, WorkloadOptions};
