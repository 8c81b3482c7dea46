//! The discovery argument, in each of the ways it may be given.

use clap::Args;

use super::later::DISCOVERY_OPT;
use crate::config::ConfigError;

/// The keys of `--discovery-opt`.
const KEYS: [&str; 4] = ["kv.path", "kv.cacertfile", "kv.certfile", "kv.keyfile"];

#[derive(Debug, Args)]
pub(super) struct DiscoveryArgs {
    /// Where the engines are: HOST:PORT,..., nodes://HOST:PORT,... or file://PATH, with ranges as
    /// in 10.0.0.[10:200]:2375 [env: SWARM_DISCOVERY]
    #[arg(value_name = "DISCOVERY")]
    argument: Option<String>,
    /// Another way to give DISCOVERY
    #[arg(long = "discovery", value_name = "URL")]
    flag: Option<String>,
    /// Option of a discovery store: kv.path, kv.cacertfile, kv.certfile or kv.keyfile (not
    /// available yet)
    #[arg(long, value_name = "KEY=VALUE")]
    discovery_opt: Vec<String>,
}

impl DiscoveryArgs {
    /// The URL that was given, if any.
    pub(super) fn url(&self, warnings: &mut Vec<String>) -> Result<Option<String>, ConfigError> {
        self.discovery_opt.iter().try_for_each(|opt| check(opt))?;
        DISCOVERY_OPT.check(!self.discovery_opt.is_empty(), warnings)?;
        match (&self.argument, &self.flag) {
            (Some(_), Some(_)) => Err(ConfigError::DiscoveryTwice),
            (Some(url), None) | (None, Some(url)) => Ok(Some(url.clone())),
            (None, None) => Ok(from_env()),
        }
    }
}

/// An empty variable is one that is not set. Read here and not by clap, which could not tell the
/// variable from an argument when both are there.
fn from_env() -> Option<String> {
    std::env::var("SWARM_DISCOVERY")
        .ok()
        .filter(|url| !url.is_empty())
}

fn check(opt: &str) -> Result<(), ConfigError> {
    match opt.split_once('=') {
        Some((key, value)) if KEYS.contains(&key) && !value.is_empty() => Ok(()),
        _ => Err(ConfigError::Invalid {
            flag: "--discovery-opt",
            value: opt.to_owned(),
            reason: format!("expected KEY=VALUE, KEY one of {}", KEYS.join(", ")),
        }),
    }
}
