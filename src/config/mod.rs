//! What the command line means, parsed and validated once into plain data.
//!
//! Nothing below reads a flag or an environment variable again: [`ManageConfig`] is what a
//! manager is built from.

mod choice;
mod cluster;
mod cors;
mod duration;
mod error;
mod listen;
mod log;
mod manage;
mod tls;

pub use cluster::{
    ClusterOptions, CpuShares, ImageTransfer, Names, NetworkDriver, Networks, Pull, PullOnCreate,
    Volumes,
};
pub use cors::Cors;
pub use duration::{DurationError, parse_duration};
pub use error::ConfigError;
pub use listen::Listen;
pub use log::LogLevel;
pub use manage::{ManageConfig, RefreshInterval};
pub use tls::TlsOptions;
