use std::ffi::OsString;

use super::*;
use crate::cli::{Action, Stop, parse};

/// The configuration and warnings of `swarm manage ARGS nodes://a:1`.
fn manage(args: &[&str]) -> Result<(ManageConfig, Vec<String>), Stop> {
    let line = ["swarm", "manage"]
        .iter()
        .chain(args)
        .chain(&["nodes://a:1"]);
    let invocation = parse(line.map(OsString::from))?;
    match invocation.action {
        Action::Manage(config) => Ok((*config, invocation.warnings)),
        other => panic!("not a manager: {other:?}"),
    }
}

fn config(args: &[&str]) -> ManageConfig {
    manage(args).unwrap().0
}

#[test]
fn defaults_are_the_documented_ones() {
    let (config, warnings) = manage(&[]).unwrap();
    assert_eq!(config.listen, ["tcp://127.0.0.1:2375".parse().unwrap()]);
    assert_eq!(config.discovery, "nodes://a:1");
    assert_eq!(config.cluster_driver, "swarm");
    assert_eq!(config.strategy, StrategyName::Spread);
    assert_eq!(config.filters, FilterName::ALL);
    assert_eq!(config.heartbeat, Duration::from_secs(60));
    assert_eq!(config.refresh.min, Duration::from_secs(30));
    assert_eq!(config.refresh.max, Duration::from_secs(60));
    assert_eq!(config.engine_failure_retry, 3);
    assert_eq!(config.listen_tls, None);
    assert_eq!(config.cluster, ClusterOptions::default());
    assert_eq!(config.cors, Cors::Off);
    assert!(!config.refresh_on_node_filter && !config.debug);
    assert_eq!(config.container_name_refresh_filter, None);
    assert_eq!(config.log_level, LogLevel::Info);
    assert_eq!(warnings, [""; 0]);
}

#[test]
fn every_flag_reaches_the_configuration() {
    let config = config(&[
        "-H",
        "unix:///s",
        "-H=tcp://127.0.0.1:1",
        "-strategy=binpacking",
        "-f",
        "port",
        "--filter=health",
        "-f",
        "port",
        "-c",
        "swarm",
        "--engine-refresh-min-interval=1s",
        "--engine-refresh-max-interval=90s",
        "--engine-failure-retry=7",
        "--tls",
        "--tlscert=c",
        "--tlskey=k",
        "--cors=http://o",
        "--refresh-on-node-filter",
        "--container-name-refresh-filter=web",
        "--cluster-opt=swarm.names=node",
        "-l",
        "warning",
    ]);
    let listen: Vec<String> = config.listen.iter().map(Listen::to_string).collect();
    assert_eq!(listen, ["unix:///s", "tcp://127.0.0.1:1"]);
    assert_eq!(config.strategy, StrategyName::Binpack);
    assert_eq!(config.filters, [FilterName::Port, FilterName::Health]);
    assert_eq!(config.refresh.min, Duration::from_secs(1));
    assert_eq!(config.refresh.max, Duration::from_secs(90));
    assert_eq!(config.engine_failure_retry, 7);
    assert_eq!(config.listen_tls.unwrap().cert, PathBuf::from("c"));
    assert_eq!(config.cors, Cors::Origin("http://o".into()));
    assert!(config.refresh_on_node_filter);
    assert_eq!(config.container_name_refresh_filter.as_deref(), Some("web"));
    assert_eq!(config.cluster.names, crate::config::Names::Node);
    assert_eq!(config.log_level, LogLevel::Warn);
}

#[test]
fn of_a_flag_given_twice_the_last_counts() {
    assert_eq!(
        config(&["--strategy=random", "--strategy=spread"]).strategy,
        StrategyName::Spread
    );
    assert_eq!(config(&["-debug", "-l=error"]).log_level, LogLevel::Debug);
    assert!(config(&["--debug", "--debug"]).debug);
    assert_eq!(config(&["--cors", "--cors=false"]).cors, Cors::Off);
}

#[test]
fn the_old_name_of_a_flag_works_and_says_the_new_one() {
    let (config, warnings) = manage(&["--engine-refresh-retry=5"]).unwrap();
    assert_eq!(config.engine_failure_retry, 5);
    let said = "--engine-refresh-retry is deprecated: use --engine-failure-retry";
    assert_eq!(warnings, [said]);
    let args = ["--engine-refresh-retry=5", "--engine-failure-retry=4"];
    assert_eq!(manage(&args).unwrap().0.engine_failure_retry, 4);
}

#[test]
fn exposure_is_warned_of() {
    let warned = |args: &[&str]| manage(args).unwrap().1.join("\n");
    assert!(warned(&["-H=0.0.0.0:2375"]).contains("without --tlsverify"));
    let tls = ["--tlsverify", "--tlscacert=a", "--tlscert=c", "--tlskey=k"];
    assert_eq!(warned(&[&["-H=:1"], &tls[..]].concat()), "");
    assert_eq!(warned(&["-H=unix:///s", "-H=[::1]:1"]), "");
    assert!(warned(&["--cors"]).contains("any web page"));
    assert_eq!(warned(&["--cors=https://ui"]), "");
}
