//! `swarm create`.

use std::convert::Infallible;

use clap::Args;

use super::later::CREATE;
use crate::config::ConfigError;

#[derive(Debug, Args)]
pub(super) struct CreateArgs {
    /// The discovery service that makes the token
    #[arg(
        long,
        value_name = "URL",
        env = "SWARM_DISCOVERY_URL",
        hide_env_values = true
    )]
    url: Option<String>,
}

impl CreateArgs {
    /// Checks what was given; there is no service to ask yet.
    pub(super) fn check(&self) -> Result<Infallible, ConfigError> {
        let Some(url) = self.url.as_deref().filter(|url| !url.is_empty()) else {
            return Err(ConfigError::NoDiscoveryService);
        };
        let host = url
            .strip_prefix("http://")
            .or_else(|| url.strip_prefix("https://"));
        if host.is_none_or(|host| host.is_empty() || host.starts_with('/')) {
            return Err(ConfigError::Invalid {
                flag: "--url",
                value: url.to_owned(),
                reason: "expected http://HOST[:PORT] or https://HOST[:PORT]".to_owned(),
            });
        }
        Err(CREATE.refusal())
    }
}
