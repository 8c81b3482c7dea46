//! What a manager is built from.

use std::time::Duration;

use super::{ClusterOptions, Cors, Listen, LogLevel, TlsOptions};
use crate::scheduler::filter::FilterName;
use crate::scheduler::strategy::StrategyName;

/// Everything `swarm manage` was told, validated.
#[derive(Debug, Clone, PartialEq)]
pub struct ManageConfig {
    /// Where to listen; never empty.
    pub listen: Vec<Listen>,
    /// Where the engines are listed: a URL or list that [`crate::discovery::from_uri`] accepts.
    pub discovery: String,
    /// The cluster driver: a name that [`crate::scheduler::driver_from_name`] accepts.
    pub cluster_driver: String,
    /// The strategy.
    pub strategy: StrategyName,
    /// The filters, in the order in which they apply; never empty, no name twice.
    pub filters: Vec<FilterName>,
    /// How often a discovery store is told and asked; at least one second.
    pub heartbeat: Duration,
    /// How often an engine is read as a whole.
    pub refresh: RefreshInterval,
    /// How many failures in a row make a node unhealthy; at least one.
    pub engine_failure_retry: u32,
    /// TLS on the TCP listeners.
    pub listen_tls: Option<TlsOptions>,
    /// TLS towards engines that are reached over TCP.
    pub engine_tls: Option<TlsOptions>,
    /// What `--cluster-opt` said.
    pub cluster: ClusterOptions,
    /// Which browser origins may call the API.
    pub cors: Cors,
    /// Whether a container list that filters by node reads those nodes first.
    pub refresh_on_node_filter: bool,
    /// A container list that filters by this name reads the engines first.
    pub container_name_refresh_filter: Option<String>,
    /// How much is logged.
    pub log_level: LogLevel,
    /// Whether `--debug` was given; `/debug` is served then.
    pub debug: bool,
}

/// Bounds of the random time between two reads of a whole engine; `min <= max`, both above zero.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RefreshInterval {
    /// The shortest time.
    pub min: Duration,
    /// The longest time.
    pub max: Duration,
}
