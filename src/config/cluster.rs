//! The options of `--cluster-opt`, and the two faces of the endpoint.

use std::time::Duration;

use super::choice::choice;
use super::{ConfigError, parse_duration};

choice! {
    /// `swarm.names`: names in container lists.
    pub enum Names {
        /// `/web` and `/node-1/web`.
        #[default]
        Both = "both",
        /// `/node-1/web` alone.
        Node = "node",
    }
}

choice! {
    /// `swarm.volumes`: where named local volumes live.
    pub enum Volumes {
        /// On one node, which containers that mount them follow.
        #[default]
        Placed = "placed",
        /// On every node, listed as `node/name`.
        All = "all",
    }
}

choice! {
    /// `swarm.networks`: names of local networks in lists.
    pub enum Networks {
        /// The plain name; `node/name` where that is ambiguous.
        #[default]
        Plain = "plain",
        /// Always `node/name`.
        Node = "node",
    }
}

choice! {
    /// `swarm.network-driver`: the driver of a network whose create names none.
    pub enum NetworkDriver {
        /// Left to the engine, which takes `bridge`.
        #[default]
        Engine = "bridge",
        /// `overlay`.
        Overlay = "overlay",
    }
}

choice! {
    /// `swarm.cpushares`: what CPU shares mean.
    pub enum CpuShares {
        /// A weight: passed through and not counted.
        #[default]
        Weight = "weight",
        /// Whole CPUs: counted and scaled.
        Cores = "cores",
    }
}

impl From<CpuShares> for crate::scheduler::CpuShares {
    fn from(shares: CpuShares) -> Self {
        match shares {
            CpuShares::Weight => Self::Weight,
            CpuShares::Cores => Self::Cores,
        }
    }
}

choice! {
    /// `swarm.pull-on-create`: when a create pulls an image that its node lacks.
    pub enum PullOnCreate {
        /// Only when the create carries registry credentials.
        #[default]
        Auth = "auth",
        /// Always.
        Always = "always",
    }
}

choice! {
    /// `swarm.pull`: which nodes a pull reaches.
    pub enum Pull {
        /// Every node.
        #[default]
        All = "all",
        /// One node.
        Lazy = "lazy",
    }
}

choice! {
    /// `swarm.image-transfer`: whether an image that a node lacks is copied from one that has it.
    pub enum ImageTransfer {
        /// It is copied.
        #[default]
        On = "on",
        /// Instead the container is placed again, where the image is.
        Off = "off",
    }
}

/// What `--cluster-opt` said.
#[derive(Debug, Clone, PartialEq)]
pub struct ClusterOptions {
    /// `swarm.names`.
    pub names: Names,
    /// `swarm.volumes`.
    pub volumes: Volumes,
    /// `swarm.networks`.
    pub networks: Networks,
    /// `swarm.network-driver`.
    pub network_driver: NetworkDriver,
    /// `swarm.cpushares`.
    pub cpushares: CpuShares,
    /// `swarm.pull-on-create`.
    pub pull_on_create: PullOnCreate,
    /// `swarm.pull`.
    pub pull: Pull,
    /// `swarm.image-transfer`.
    pub image_transfer: ImageTransfer,
    /// `swarm.overcommit`: the part of a node's capacity that is given out beyond it; above -1.
    pub overcommit: f64,
    /// `swarm.createretry`: how often a failed create is tried again.
    pub createretry: u32,
    /// `swarm.queue-timeout`: how long a create waits for resources; `None` when it does not.
    pub queue_timeout: Option<Duration>,
}

impl Default for ClusterOptions {
    fn default() -> Self {
        Self {
            names: Names::default(),
            volumes: Volumes::default(),
            networks: Networks::default(),
            network_driver: NetworkDriver::default(),
            cpushares: CpuShares::default(),
            pull_on_create: PullOnCreate::default(),
            pull: Pull::default(),
            image_transfer: ImageTransfer::default(),
            overcommit: 0.05,
            createretry: 0,
            queue_timeout: None,
        }
    }
}

impl ClusterOptions {
    /// What `swarm.compat=classic` is shorthand for.
    #[must_use]
    pub fn classic() -> Self {
        Self {
            names: Names::Node,
            volumes: Volumes::All,
            networks: Networks::Node,
            network_driver: NetworkDriver::Overlay,
            cpushares: CpuShares::Cores,
            pull_on_create: PullOnCreate::Always,
            image_transfer: ImageTransfer::Off,
            ..Self::default()
        }
    }

    /// Reads a list of `key=value`: `swarm.compat` sets the ground wherever it stands, every
    /// other option wins over it, and of one option given twice the last counts.
    ///
    /// # Errors
    ///
    /// When an entry has no `=`, an unknown key, or a value that its option does not take.
    pub fn parse<S: AsRef<str>>(entries: &[S]) -> Result<Self, ConfigError> {
        let mut options = Self::default();
        let mut explicit = Vec::new();
        for entry in entries {
            let entry = entry.as_ref();
            match entry.split_once('=') {
                None => return Err(ConfigError::ClusterOptForm(entry.to_owned())),
                Some(("swarm.compat", "classic")) => options = Self::classic(),
                Some(("swarm.compat", value)) => {
                    return Err(invalid("swarm.compat", value, "expected classic"));
                }
                Some(option) => explicit.push(option),
            }
        }
        for (key, value) in explicit {
            options.set(key, value)?;
        }
        Ok(options)
    }

    fn set(&mut self, key: &str, value: &str) -> Result<(), ConfigError> {
        let wrong = |reason: String| invalid(key, value, &reason);
        match key {
            "swarm.names" => self.names = value.parse().map_err(wrong)?,
            "swarm.volumes" => self.volumes = value.parse().map_err(wrong)?,
            "swarm.networks" => self.networks = value.parse().map_err(wrong)?,
            "swarm.network-driver" => self.network_driver = value.parse().map_err(wrong)?,
            "swarm.cpushares" => self.cpushares = value.parse().map_err(wrong)?,
            "swarm.pull-on-create" => self.pull_on_create = value.parse().map_err(wrong)?,
            "swarm.pull" => self.pull = value.parse().map_err(wrong)?,
            "swarm.image-transfer" => self.image_transfer = value.parse().map_err(wrong)?,
            "swarm.overcommit" => self.overcommit = parse_overcommit(value).map_err(wrong)?,
            "swarm.createretry" => {
                self.createretry = value
                    .parse()
                    .map_err(|_| wrong("expected a number, 0 or more".to_owned()))?;
            }
            "swarm.queue-timeout" => {
                self.queue_timeout = parse_queue_timeout(value).map_err(wrong)?;
            }
            _ => return Err(ConfigError::UnknownClusterOpt(key.to_owned())),
        }
        Ok(())
    }
}

/// Every option, as an error about an unknown one lists them.
pub(crate) const CLUSTER_OPTS: [&str; 12] = [
    "swarm.compat",
    "swarm.names",
    "swarm.volumes",
    "swarm.networks",
    "swarm.network-driver",
    "swarm.cpushares",
    "swarm.pull-on-create",
    "swarm.pull",
    "swarm.image-transfer",
    "swarm.overcommit",
    "swarm.createretry",
    "swarm.queue-timeout",
];

fn invalid(key: &str, value: &str, reason: &str) -> ConfigError {
    ConfigError::ClusterOpt {
        key: key.to_owned(),
        value: value.to_owned(),
        reason: reason.to_owned(),
    }
}

fn parse_overcommit(value: &str) -> Result<f64, String> {
    match value.parse::<f64>() {
        Ok(ratio) if ratio.is_finite() && ratio > -1.0 => Ok(ratio),
        _ => Err("expected a number above -1, such as 0.05".to_owned()),
    }
}

fn parse_queue_timeout(value: &str) -> Result<Option<Duration>, String> {
    if value == "off" {
        return Ok(None);
    }
    let timeout = parse_duration(value).map_err(|error| error.to_string())?;
    Ok((!timeout.is_zero()).then_some(timeout))
}

#[cfg(test)]
mod tests;
