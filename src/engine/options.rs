//! How engines are watched.

use std::time::Duration;

use crate::config::{self, ManageConfig, Names, RefreshInterval};
use crate::scheduler::CpuShares;

/// How engines are watched.
#[derive(Clone, Debug)]
pub struct MonitorOptions {
    /// Bounds of the random time between two reads of a whole engine.
    pub refresh: RefreshInterval,
    /// How many failures in a row make a node unhealthy.
    pub failure_retry: u32,
    /// How container names are shown.
    pub names: Names,
    /// How `CpuShares` are understood.
    pub cpu_shares: CpuShares,
    /// Deadlines and intervals that nobody has to set.
    pub timing: Timing,
}

/// Deadlines and intervals.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Timing {
    /// So long an engine may be silent before it is probed.
    pub ping_every: Duration,
    /// How long a probe may take.
    pub ping_deadline: Duration,
    /// The wait before a failed probe is repeated.
    pub ping_retry: Duration,
    /// How long any other call may take.
    pub call_deadline: Duration,
    /// The shortest wait before an engine that failed is tried again.
    pub retry_min: Duration,
    /// The longest.
    pub retry_max: Duration,
    /// How often an engine is asked what it says of itself.
    pub facts_every: Duration,
}

impl Default for Timing {
    fn default() -> Self {
        Self {
            ping_every: Duration::from_secs(10),
            ping_deadline: Duration::from_secs(5),
            ping_retry: Duration::from_secs(1),
            call_deadline: Duration::from_secs(30),
            retry_min: Duration::from_millis(250),
            retry_max: Duration::from_secs(10),
            facts_every: Duration::from_secs(300),
        }
    }
}

impl From<&ManageConfig> for MonitorOptions {
    fn from(config: &ManageConfig) -> Self {
        Self {
            refresh: config.refresh,
            failure_retry: config.engine_failure_retry,
            names: config.cluster.names,
            cpu_shares: match config.cluster.cpushares {
                config::CpuShares::Weight => CpuShares::Weight,
                config::CpuShares::Cores => CpuShares::Cores,
            },
            timing: Timing::default(),
        }
    }
}
