use super::*;

fn parse(entries: &[&str]) -> ClusterOptions {
    ClusterOptions::parse(entries).unwrap()
}

#[test]
fn nothing_given_is_today_s_face() {
    let options = parse(&[]);
    assert_eq!(options, ClusterOptions::default());
    assert_eq!(options.names, Names::Both);
    assert_eq!(options.volumes, Volumes::Placed);
    assert_eq!(options.networks, Networks::Plain);
    assert_eq!(options.network_driver, NetworkDriver::Engine);
    assert_eq!(options.cpushares, CpuShares::Weight);
    assert_eq!(options.pull_on_create, PullOnCreate::Auth);
    assert_eq!(options.pull, Pull::All);
    assert_eq!(options.image_transfer, ImageTransfer::On);
    assert_eq!(options.overcommit, 0.05);
    assert_eq!(options.createretry, 0);
    assert_eq!(options.queue_timeout, None);
}

#[test]
fn classic_is_shorthand_for_every_option_with_two_columns() {
    let spelled = parse(&[
        "swarm.names=node",
        "swarm.volumes=all",
        "swarm.networks=node",
        "swarm.network-driver=overlay",
        "swarm.cpushares=cores",
        "swarm.pull-on-create=always",
        "swarm.pull=all",
        "swarm.image-transfer=off",
    ]);
    assert_eq!(parse(&["swarm.compat=classic"]), spelled);
    assert_eq!(spelled.overcommit, 0.05);
}

#[test]
fn an_explicit_option_wins_over_compat_in_any_order() {
    let expected = ClusterOptions {
        names: Names::Both,
        ..ClusterOptions::classic()
    };
    for entries in [
        ["swarm.compat=classic", "swarm.names=both"],
        ["swarm.names=both", "swarm.compat=classic"],
    ] {
        assert_eq!(parse(&entries), expected);
    }
}

#[test]
fn every_option_can_be_set_alone() {
    for option in [
        "swarm.names=node",
        "swarm.volumes=all",
        "swarm.networks=node",
        "swarm.network-driver=overlay",
        "swarm.cpushares=cores",
        "swarm.pull-on-create=always",
        "swarm.pull=lazy",
        "swarm.image-transfer=off",
        "swarm.overcommit=-0.5",
        "swarm.createretry=3",
        "swarm.queue-timeout=30s",
    ] {
        assert_ne!(parse(&[option]), ClusterOptions::default(), "{option}");
        let key = option.split('=').next().unwrap();
        assert!(CLUSTER_OPTS.contains(&key), "{key} is not listed");
    }
    let twice = parse(&["swarm.names=node", "swarm.names=both"]);
    assert_eq!(twice.names, Names::Both);
    for off in ["swarm.queue-timeout=off", "swarm.queue-timeout=0"] {
        assert_eq!(parse(&[off]).queue_timeout, None);
    }
    let queued = parse(&["swarm.queue-timeout=30s"]).queue_timeout;
    assert_eq!(queued, Some(Duration::from_secs(30)));
}

#[test]
fn wrong_entries_are_refused_in_one_line() {
    for (entry, wrong) in [
        ("swarm.names", "expected KEY=VALUE"),
        (
            "swarm.nmaes=both",
            "unknown cluster option 'swarm.nmaes': the options are swarm.compat",
        ),
        ("mesos.user=root", "unknown cluster option"),
        ("swarm.compat=modern", "expected classic"),
        (
            "swarm.names=plain",
            "for cluster option 'swarm.names': expected one of both, node",
        ),
        ("swarm.volumes=", "expected one of placed, all"),
        ("swarm.networks=x", "expected one of plain, node"),
        ("swarm.network-driver=x", "expected one of bridge, overlay"),
        ("swarm.cpushares=x", "expected one of weight, cores"),
        ("swarm.pull-on-create=x", "expected one of auth, always"),
        ("swarm.pull=x", "expected one of all, lazy"),
        ("swarm.image-transfer=x", "expected one of on, off"),
        ("swarm.overcommit=-1", "expected a number above -1"),
        ("swarm.overcommit=NaN", "expected a number above -1"),
        ("swarm.overcommit=inf", "expected a number above -1"),
        ("swarm.createretry=-1", "expected a number, 0 or more"),
        ("swarm.queue-timeout=30", "the unit is missing"),
    ] {
        let error = ClusterOptions::parse(&[entry]).unwrap_err().to_string();
        assert!(error.contains(wrong), "{entry}: {error}");
        assert!(!error.contains('\n'), "{error}");
    }
}
