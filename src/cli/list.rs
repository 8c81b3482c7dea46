//! `swarm list`.

use std::io::{self, Write};
use std::time::Duration;

use clap::Args;
use futures_util::StreamExt;
use tokio::time::timeout;

use super::discovery::DiscoveryArgs;
use crate::config::{ConfigError, parse_duration};
use crate::discovery::{DiscoveryError, from_uri};

#[derive(Debug, Args)]
pub(super) struct ListArgs {
    #[command(flatten)]
    discovery: DiscoveryArgs,
    /// How long to wait for the list
    #[arg(long, value_name = "DURATION", value_parser = parse_duration, default_value = "10s")]
    timeout: Duration,
}

/// What `swarm list` was told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct List {
    /// Where the engines are listed.
    pub discovery: String,
    /// How long to wait for the list.
    pub timeout: Duration,
}

/// Why there is no list.
#[derive(Debug, thiserror::Error)]
pub enum ListError {
    /// The source of the list is wrong or cannot be read.
    #[error(transparent)]
    Discovery(#[from] DiscoveryError),
    /// The list did not come in time.
    #[error("no list of engines within {0:?}")]
    Timeout(Duration),
    /// The list cannot be printed.
    #[error("cannot print the list: {0}")]
    Print(#[from] io::Error),
}

impl ListArgs {
    pub(super) fn resolve(&self, warnings: &mut Vec<String>) -> Result<List, ConfigError> {
        let discovery = self.discovery.url(warnings)?;
        let discovery = discovery.ok_or(ConfigError::NoDiscovery("list"))?;
        if self.timeout.is_zero() {
            return Err(ConfigError::Zero("--timeout"));
        }
        from_uri(&discovery)?;
        let timeout = self.timeout;
        Ok(List { discovery, timeout })
    }
}

impl List {
    /// Prints one address a line.
    ///
    /// # Errors
    ///
    /// When the list cannot be had in time, or not at all, or not be printed.
    pub async fn run(&self, out: &mut impl Write) -> Result<(), ListError> {
        let mut watch = from_uri(&self.discovery)?.watch();
        let first = timeout(self.timeout, watch.next()).await;
        let Ok(Some(entries)) = first else {
            return Err(ListError::Timeout(self.timeout));
        };
        for address in entries?.iter() {
            writeln!(out, "{address}")?;
        }
        Ok(out.flush()?)
    }
}
