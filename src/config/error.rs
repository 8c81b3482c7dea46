//! What can be wrong with a command line, beyond what one value alone shows.

use super::cluster::CLUSTER_OPTS;
use crate::discovery::DiscoveryError;

/// What can be wrong with a command line. Every message is one line.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// A value that its flag does not take.
    #[error("invalid value '{value}' for '{flag}': {reason}")]
    Invalid {
        /// The flag.
        flag: &'static str,
        /// What was given.
        value: String,
        /// Why it is refused.
        reason: String,
    },
    /// A cluster option without `=`.
    #[error("invalid value '{0}' for '--cluster-opt': expected KEY=VALUE")]
    ClusterOptForm(String),
    /// A cluster option that does not exist.
    #[error("unknown cluster option '{0}': the options are {list}", list = CLUSTER_OPTS.join(", "))]
    UnknownClusterOpt(String),
    /// A value that its cluster option does not take.
    #[error("invalid value '{value}' for cluster option '{key}': {reason}")]
    ClusterOpt {
        /// The option.
        key: String,
        /// What was given.
        value: String,
        /// Why it is refused.
        reason: String,
    },
    /// The discovery URL was refused.
    #[error(transparent)]
    Discovery(#[from] DiscoveryError),
}
