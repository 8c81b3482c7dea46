//! Engines: one supervised task each, which reads the engine and tells the cluster's state.
//!
//! [`Engines`] follows discovery and owns the tasks. Raw events go to the [`EventHub`], where any
//! number of clients listen without another connection to an engine.

mod backoff;
mod client;
mod command;
mod engines;
mod error;
mod event;
mod facts;
mod health;
mod hub;
mod lines;
mod lists;
mod monitor;
mod options;
mod plan;
mod read;
mod session;

pub use client::EngineClient;
pub use engines::Engines;
pub use error::{EngineError, RefreshError};
pub use event::EngineEvent;
pub use hub::{EventHub, Lagged, Subscription};
pub use options::{MonitorOptions, Timing};
