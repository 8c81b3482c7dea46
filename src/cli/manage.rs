//! `swarm manage`.

use std::path::PathBuf;
use std::time::Duration;

use clap::Args;
use swarm_middleware::address::Address;

use super::discovery::DiscoveryArgs;
use super::later::{ADVERTISE, HEARTBEAT, QUEUE_TIMEOUT, REPLICATION, REPLICATION_TTL, STATE};
use super::tls::{ClientEnv, Tls, TlsArgs};
use crate::config::{
    ClusterOptions, ConfigError, Cors, Listen, LogLevel, ManageConfig, RefreshInterval,
    parse_duration,
};
use crate::discovery::{from_uri, local_daemon};
use crate::scheduler::filter::FilterName;
use crate::scheduler::strategy::StrategyName;
use crate::scheduler::{Scheduler, driver_from_name};

/// The shortest heartbeat.
pub(super) const MIN_HEARTBEAT: Duration = Duration::from_secs(1);
const DEFAULT_HEARTBEAT: Duration = Duration::from_secs(60);
const DEFAULT_FAILURE_RETRY: u32 = 3;

#[derive(Debug, Args)]
pub(super) struct ManageArgs {
    #[command(flatten)]
    discovery: DiscoveryArgs,
    /// Where to listen: tcp://HOST:PORT, HOST:PORT or unix:///PATH; may be repeated
    #[arg(
        short = 'H',
        long,
        env = "SWARM_HOST",
        hide_env_values = true,
        value_delimiter = ',',
        default_value = DEFAULT_HOST
    )]
    host: Vec<String>,
    /// How to choose among the nodes that fit: spread, binpack or random
    #[arg(long, default_value = "spread")]
    strategy: StrategyName,
    /// Which nodes fit: health, port, containerslots, dependency, affinity, constraint,
    /// whitelist; may be repeated [default: all]
    #[arg(short, long)]
    filter: Vec<FilterName>,
    /// The cluster driver; there is one
    #[arg(short, long, value_name = "DRIVER", default_value = "swarm")]
    cluster_driver: String,
    /// Option of the cluster driver, such as swarm.compat=classic; may be repeated
    #[arg(long, value_name = "KEY=VALUE")]
    cluster_opt: Vec<String>,
    #[command(flatten)]
    refresh: RefreshArgs,
    #[command(flatten)]
    tls: TlsArgs,
    #[command(flatten)]
    later: LaterArgs,
    /// Let web pages of this origin call the API; any page when no origin is given
    #[arg(
        long,
        visible_alias = "api-enable-cors",
        value_name = "ORIGIN",
        num_args = 0..=1,
        require_equals = true,
        default_missing_value = "*"
    )]
    cors: Option<Cors>,
    /// Read the nodes again that a container list filters by
    #[arg(long)]
    refresh_on_node_filter: bool,
    /// Read the nodes again when a container list filters by this name
    #[arg(long, value_name = "NAME")]
    container_name_refresh_filter: Option<String>,
}

const DEFAULT_HOST: &str = "tcp://127.0.0.1:2375";

/// When engines are read, and when one is given up.
#[derive(Debug, Args)]
struct RefreshArgs {
    /// Shortest time between two reads of a whole engine
    #[arg(long, value_name = "DURATION", value_parser = parse_duration, default_value = "30s")]
    engine_refresh_min_interval: Duration,
    /// Longest time between two reads of a whole engine
    #[arg(long, value_name = "DURATION", value_parser = parse_duration, default_value = "60s")]
    engine_refresh_max_interval: Duration,
    /// Failures in a row after which a node is unhealthy [default: 3]
    #[arg(long, value_name = "COUNT", value_parser = parse_count)]
    engine_failure_retry: Option<u32>,
    /// Old name of --engine-failure-retry
    #[arg(long, value_name = "COUNT", value_parser = parse_count, hide = true)]
    engine_refresh_retry: Option<u32>,
}

/// What comes later.
#[derive(Debug, Args)]
struct LaterArgs {
    /// Time between two looks at a discovery store; at least 1s (not available yet) [default: 60s]
    #[arg(long, value_name = "DURATION", value_parser = parse_duration)]
    heartbeat: Option<Duration>,
    /// Run beside other managers, one of which leads (not available yet)
    #[arg(long)]
    replication: bool,
    /// Time after which a lead that is not renewed is lost (not available yet) [default: 20s]
    #[arg(long, value_name = "DURATION", value_parser = parse_duration)]
    replication_ttl: Option<Duration>,
    /// Address at which other managers reach this one (not available yet)
    #[arg(
        long,
        visible_alias = "addr",
        value_name = "HOST:PORT",
        env = "SWARM_ADVERTISE",
        hide_env_values = true
    )]
    advertise: Option<String>,
    /// File that keeps the state of nodes when there is no store (not available yet)
    #[arg(long, value_name = "FILE")]
    state: Option<PathBuf>,
}

impl ManageArgs {
    pub(super) fn resolve(
        self,
        log_level: LogLevel,
        debug: bool,
        warnings: &mut Vec<String>,
    ) -> Result<ManageConfig, ConfigError> {
        let url = self.discovery.url(warnings)?;
        let listen = parse_hosts(&self.host)?;
        let cluster = ClusterOptions::parse(&self.cluster_opt)?;
        let filters = unique_or_all(self.filter);
        let scheduler = Scheduler::new(self.strategy, &filters, cluster.overcommit);
        driver_from_name(&self.cluster_driver, scheduler)?;
        let refresh = self.refresh.interval()?;
        let engine_failure_retry = self.refresh.failure_retry(warnings);
        let Tls {
            listen: listen_tls,
            engine: engine_tls,
        } = self.tls.resolve(&ClientEnv::read(), warnings)?;
        let heartbeat = self.later.check(warnings)?;
        QUEUE_TIMEOUT.check(cluster.queue_timeout.is_some(), warnings)?;
        let discovery = url.map_or_else(local_daemon, Ok)?;
        from_uri(&discovery)?;
        let cors = self.cors.unwrap_or_default();
        warn_of_exposure(&listen, self.tls.tlsverify, &cors, warnings);
        Ok(ManageConfig {
            listen,
            discovery,
            cluster_driver: self.cluster_driver,
            strategy: self.strategy,
            filters,
            heartbeat,
            refresh,
            engine_failure_retry,
            listen_tls,
            engine_tls,
            cluster,
            cors,
            refresh_on_node_filter: self.refresh_on_node_filter,
            container_name_refresh_filter: self.container_name_refresh_filter,
            log_level,
            debug,
        })
    }
}

impl RefreshArgs {
    fn interval(&self) -> Result<RefreshInterval, ConfigError> {
        let min = self.engine_refresh_min_interval;
        let max = self.engine_refresh_max_interval;
        if min.is_zero() {
            return Err(ConfigError::Zero("--engine-refresh-min-interval"));
        }
        if max < min {
            return Err(ConfigError::RefreshInterval);
        }
        Ok(RefreshInterval { min, max })
    }

    fn failure_retry(&self, warnings: &mut Vec<String>) -> u32 {
        if self.engine_refresh_retry.is_some() {
            let line = "--engine-refresh-retry is deprecated: use --engine-failure-retry";
            warnings.push(line.to_owned());
        }
        self.engine_failure_retry
            .or(self.engine_refresh_retry)
            .unwrap_or(DEFAULT_FAILURE_RETRY)
    }
}

impl LaterArgs {
    /// Validates everything, then says what is not there yet; what is left is the heartbeat.
    fn check(&self, warnings: &mut Vec<String>) -> Result<Duration, ConfigError> {
        let heartbeat = self.heartbeat.unwrap_or(DEFAULT_HEARTBEAT);
        if heartbeat < MIN_HEARTBEAT {
            return Err(ConfigError::Heartbeat);
        }
        if self.replication_ttl.is_some_and(|ttl| ttl.is_zero()) {
            return Err(ConfigError::Zero("--replication-ttl"));
        }
        let advertise = self.advertise.as_deref().filter(|text| !text.is_empty());
        advertise.map_or(Ok(()), check_advertise)?;
        if self.replication && advertise.is_none() {
            return Err(ConfigError::NoAdvertise("--replication"));
        }
        REPLICATION.check(self.replication, warnings)?;
        STATE.check(self.state.is_some(), warnings)?;
        REPLICATION_TTL.check(self.replication_ttl.is_some(), warnings)?;
        ADVERTISE.check(advertise.is_some(), warnings)?;
        HEARTBEAT.check(self.heartbeat.is_some(), warnings)?;
        Ok(heartbeat)
    }
}

fn parse_count(text: &str) -> Result<u32, &'static str> {
    match text.parse() {
        Ok(count) if count > 0 => Ok(count),
        _ => Err("expected a number above 0"),
    }
}

/// Checks an address that others are told.
pub(super) fn check_advertise(text: &str) -> Result<(), ConfigError> {
    let reason = match text.parse::<Address>() {
        Ok(Address::Tcp { .. }) if !text.contains("://") => return Ok(()),
        Ok(_) => "expected HOST:PORT".to_owned(),
        Err(error) => error.to_string(),
    };
    Err(ConfigError::Invalid {
        flag: "--advertise",
        value: text.to_owned(),
        reason,
    })
}

/// An empty SWARM_HOST is one that is not set.
fn parse_hosts(hosts: &[String]) -> Result<Vec<Listen>, ConfigError> {
    let hosts = match hosts {
        [only] if only.is_empty() => &[DEFAULT_HOST.to_owned()],
        hosts => hosts,
    };
    let parse = |host: &String| {
        host.parse().map_err(|reason| ConfigError::Invalid {
            flag: "--host",
            value: host.clone(),
            reason,
        })
    };
    hosts.iter().map(parse).collect()
}

fn unique_or_all(named: Vec<FilterName>) -> Vec<FilterName> {
    if named.is_empty() {
        return FilterName::ALL.to_vec();
    }
    let mut filters = Vec::new();
    for name in named {
        if !filters.contains(&name) {
            filters.push(name);
        }
    }
    filters
}

fn warn_of_exposure(listen: &[Listen], verify: bool, cors: &Cors, warnings: &mut Vec<String>) {
    for open in listen.iter().filter(|listen| !verify && !listen.is_local()) {
        warnings.push(format!(
            "listening on {open} without --tlsverify: whoever reaches it controls every engine"
        ));
    }
    if *cors == Cors::Any {
        warnings.push(
            "--cors without an origin lets any web page call the API: name one, as in \
             --cors=https://ui.example.com"
                .to_owned(),
        );
    }
}

#[cfg(test)]
mod tests;
