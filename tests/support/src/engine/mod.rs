//! A simulated engine as tests hold it: options, handle, faults, counters, and a running server.

mod counters;
mod fault;
mod handle;
mod identity;
mod options;
mod run;
mod running;

pub use counters::CounterValues;
pub(crate) use counters::InFlight;
pub use fault::Fault;
pub use handle::{Engine, SeenRequest};
pub(crate) use identity::{ApiVersion, Identity};
pub use options::EngineOptions;
pub use running::RunningEngine;
