//! What is wrong, and what comes later.

use crate::{assert_refused, warned};

#[test]
fn wrong_values_of_manage_are_refused() {
    assert_refused(&[
        ("bogus", "unrecognized subcommand 'bogus'"),
        ("manage --nope a:1", "unexpected argument '--nope'"),
        ("manage -H", "a value is required for '--host <HOST>'"),
        (
            "manage -H fd:// a:1",
            "invalid value 'fd://' for '--host': cannot listen on fd://",
        ),
        (
            "manage -H 1.2.3.4 a:1",
            "invalid value '1.2.3.4' for '--host': the port is missing",
        ),
        (
            "manage --strategy best a:1",
            "spread, binpack, random are possible",
        ),
        (
            "manage -f cpu a:1",
            "health, port, containerslots, dependency, affinity",
        ),
        (
            "manage -c mesos-experimental a:1",
            "unknown cluster driver \"mesos-experimental\": swarm is possible",
        ),
        (
            "manage --heartbeat 500ms a:1",
            "--heartbeat must be at least 1s",
        ),
        (
            "manage --heartbeat 30 a:1",
            "the unit is missing, as in 30s",
        ),
        (
            "manage --engine-refresh-min-interval 0s a:1",
            "must be above zero",
        ),
        (
            "manage --engine-refresh-min-interval 90s a:1",
            "must not be below --engine-refresh-min",
        ),
        (
            "manage --engine-failure-retry 0 a:1",
            "expected a number above 0",
        ),
        (
            "manage --engine-failure-retry=-1 a:1",
            "expected a number above 0",
        ),
        (
            "manage --engine-refresh-retry x a:1",
            "expected a number above 0",
        ),
        (
            "manage -tls=maybe a:1",
            "invalid value 'maybe' for '--tls': expected true or false",
        ),
        ("manage --tls a:1", "need --tlscert and --tlskey"),
        (
            "manage -tlsverify=true --tlscert c --tlskey k a:1",
            "--tlsverify needs --tlscacert",
        ),
        (
            "manage --tls=false --tlscert c a:1",
            "need --tls or --tlsverify",
        ),
        ("manage --cors=nonsense a:1", "expected an origin"),
        ("manage --cluster-opt swarm.names a:1", "expected KEY=VALUE"),
        (
            "manage --cluster-opt swarm.x=1 a:1",
            "unknown cluster option 'swarm.x': the options are",
        ),
        (
            "manage --cluster-opt swarm.overcommit=-1 a:1",
            "expected a number above -1",
        ),
        (
            "manage --discovery-opt kv.nope=1 a:1",
            "KEY one of kv.path, kv.cacertfile",
        ),
        (
            "manage --advertise nowhere a:1",
            "for '--advertise': invalid engine address",
        ),
        (
            "manage --replication a:1",
            "--replication needs --advertise HOST:PORT",
        ),
        (
            "manage --replication-ttl 0s a:1",
            "--replication-ttl must be above zero",
        ),
        (
            "manage --log-level loud a:1",
            "expected one of debug, info, warn, error, fatal, panic",
        ),
        ("manage a:1 b:1", "unexpected argument 'b:1'"),
        ("manage a:1 --discovery b:1", "discovery is given twice"),
        ("manage a", "the port is missing"),
        ("manage a:1,,b:1", "empty entry"),
        ("manage a:1,a:1", "a:1 is listed twice"),
        ("manage a[3:1]:1", "it ends before it begins"),
        (
            "manage a[1:99999999]:1",
            "more engines than one source may list",
        ),
        (
            "manage ftp://a",
            "unknown discovery scheme \"ftp\"; the schemes are nodes://, file://",
        ),
    ]);
}

#[test]
fn what_comes_later_says_so() {
    assert_refused(&[
        (
            "manage --replication --advertise a:2 a:1",
            "--replication is not available yet",
        ),
        ("manage --state /tmp/s a:1", "--state is not available yet"),
        (
            "manage --cluster-opt swarm.queue-timeout=5s a:1",
            "swarm.queue-timeout is not available",
        ),
        (
            "manage token://ab",
            "token:// discovery is not available yet; use nodes:// or file://",
        ),
        (
            "manage etcd://h/p",
            "etcd:// discovery is not available yet",
        ),
        (
            "manage consul://h/p",
            "consul:// discovery is not available yet",
        ),
        ("manage zk://h/p", "zk:// discovery is not available yet"),
        (
            "join --addr a:1 token://ab",
            "swarm join is not available yet",
        ),
        (
            "create --url https://h",
            "swarm create is not available yet",
        ),
    ]);
    for (flag, name) in [
        ("--advertise=a:2", "--advertise"),
        ("--addr=a:2", "--advertise"),
        ("--replication-ttl=5s", "--replication-ttl"),
        ("--heartbeat=5s", "--heartbeat"),
        ("--discovery-opt=kv.path=x", "--discovery-opt"),
    ] {
        let said = warned(&[flag], &[]);
        assert!(
            said.contains(&format!("{name} is not available yet")),
            "{flag}: {said}"
        );
    }
    let said = warned(&[], &[("SWARM_ADVERTISE", "a:2")]);
    assert!(said.contains("--advertise is not available yet"), "{said}");
}

#[test]
fn the_other_commands_check_what_they_are_given() {
    assert_refused(&[
        ("join a:1", "join needs --advertise HOST:PORT"),
        ("join --advertise a:1", "join needs a discovery URL"),
        ("join --advertise a nodes://a:1", "the port is missing"),
        (
            "join --advertise unix:///x token://ab",
            "expected HOST:PORT",
        ),
        (
            "join --advertise a:1 nodes://a:1",
            "join needs token, etcd, consul or zk discovery",
        ),
        (
            "join --advertise a:1 --heartbeat 0.5s token://ab",
            "--heartbeat must be at least 1s",
        ),
        (
            "join --advertise a:1 --ttl 60s token://ab",
            "--ttl must be longer than --heartbeat",
        ),
        (
            "join --advertise a:1 --delay -1s token://ab",
            "must not be negative",
        ),
        ("create", "create needs --url or SWARM_DISCOVERY_URL"),
        (
            "create --url h",
            "expected http://HOST[:PORT] or https://HOST[:PORT]",
        ),
        ("list", "list needs a discovery URL"),
        ("list --timeout 0s a:1", "--timeout must be above zero"),
        ("list file:///none/cluster", "cannot read /none/cluster: "),
        ("completions tcsh", "invalid value 'tcsh' for '<SHELL>'"),
        ("completions", "<SHELL>"),
        ("man /dev/null/x", "Not a directory"),
    ]);
}
