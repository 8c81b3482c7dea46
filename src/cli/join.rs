//! `swarm join`.

use std::convert::Infallible;
use std::time::Duration;

use clap::Args;

use super::discovery::DiscoveryArgs;
use super::later::JOIN;
use super::manage::{MIN_HEARTBEAT, check_advertise};
use crate::config::{ConfigError, parse_duration};
use crate::discovery::{DiscoveryError, from_uri};

#[derive(Debug, Args)]
pub(super) struct JoinArgs {
    #[command(flatten)]
    discovery: DiscoveryArgs,
    /// Address at which managers reach the engine
    #[arg(
        long,
        visible_alias = "addr",
        value_name = "HOST:PORT",
        env = "SWARM_ADVERTISE",
        hide_env_values = true
    )]
    advertise: Option<String>,
    /// Time between two renewals; at least 1s
    #[arg(long, value_name = "DURATION", value_parser = parse_duration, default_value = "60s")]
    heartbeat: Duration,
    /// Time after which a registration that is not renewed is gone; must exceed the heartbeat
    #[arg(long, value_name = "DURATION", value_parser = parse_duration, default_value = "180s")]
    ttl: Duration,
    /// Wait a random time up to this before the first registration
    #[arg(long, value_name = "DURATION", value_parser = parse_duration, default_value = "0s")]
    delay: Duration,
}

impl JoinArgs {
    /// Checks what was given; there is no store to register in yet.
    pub(super) fn check(&self, warnings: &mut Vec<String>) -> Result<Infallible, ConfigError> {
        let url = self.discovery.url(warnings)?;
        let url = url.ok_or(ConfigError::NoDiscovery("join"))?;
        let advertise = self.advertise.as_deref().filter(|text| !text.is_empty());
        check_advertise(advertise.ok_or(ConfigError::NoAdvertise("join"))?)?;
        if self.heartbeat < MIN_HEARTBEAT {
            return Err(ConfigError::Heartbeat);
        }
        if self.ttl <= self.heartbeat {
            return Err(ConfigError::Ttl);
        }
        match from_uri(&url) {
            Ok(_) => Err(ConfigError::CannotJoin),
            Err(DiscoveryError::NotYet(_)) => Err(JOIN.refusal()),
            Err(error) => Err(error.into()),
        }
    }
}
