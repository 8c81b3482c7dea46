//! Variables, and what an operator is warned of.

use crate::{refused, run, warned};

#[test]
fn variables_stand_in_for_flags() {
    let said = refused("manage a:1", &[("SWARM_HOST", "127.0.0.1:1,fd://")]);
    assert!(
        said.contains("invalid value 'fd://' for '--host'"),
        "{said}"
    );
    let said = refused("manage", &[("SWARM_DISCOVERY", "ftp://a")]);
    assert!(said.contains("unknown discovery scheme \"ftp\""), "{said}");
    let said = refused("manage ftp2://b", &[("SWARM_DISCOVERY", "ftp://a")]);
    assert!(said.contains("\"ftp2\""), "{said}");
    let said = refused("join --heartbeat 0s a:1", &[("SWARM_ADVERTISE", "a:1")]);
    assert!(said.contains("--heartbeat"), "{said}");
    let said = refused("create", &[("SWARM_DISCOVERY_URL", "http://h")]);
    assert!(said.contains("not available yet"), "{said}");
    let listed = run(&["l"], &[("SWARM_DISCOVERY", "nodes://b:1,a:1")]);
    assert_eq!((listed.code, &listed.stdout[..]), (Some(0), "a:1\nb:1\n"));
    let empty = ["SWARM_HOST", "SWARM_ADVERTISE", "SWARM_DISCOVERY"].map(|name| (name, ""));
    assert_eq!(warned(&[], &empty), "");
}

#[test]
fn a_docker_client_s_certificates_serve_engines_only() {
    let env = [
        ("DOCKER_TLS_VERIFY", "1"),
        ("DOCKER_CERT_PATH", "/none/client"),
    ];
    let said = refused("manage a:1", &env);
    assert!(
        said.starts_with("cannot read /none/client/cert.pem: "),
        "{said}"
    );
    let said = refused(
        "manage a:1",
        &[("DOCKER_TLS_VERIFY", "1"), ("HOME", "/none/home")],
    );
    assert!(
        said.starts_with("cannot read /none/home/.docker/cert.pem: "),
        "{said}"
    );
    let nowhere = refused("manage a:1", &[("DOCKER_TLS_VERIFY", "1")]);
    assert!(
        nowhere.starts_with("DOCKER_TLS_VERIFY needs DOCKER_CERT_PATH"),
        "{nowhere}"
    );
}

#[test]
fn what_an_operator_should_know_is_logged() {
    for (args, wanted) in [
        (
            &["--engine-refresh-retry=5"][..],
            "--engine-refresh-retry is deprecated: use --engine-failure-retry",
        ),
        (
            &["-H", "0.0.0.0:2375"],
            "listening on tcp://0.0.0.0:2375 without --tlsverify",
        ),
        (&["--cors"], "any web page"),
        (
            &["--tlscacert=/none/a"],
            "--tlscacert has no effect without --tlsverify",
        ),
        (&["-experimental"], "nothing is experimental"),
    ] {
        let said = warned(args, &[]);
        assert!(
            said.contains(wanted) && said.contains("WARN"),
            "{args:?}: {said}"
        );
        assert_eq!(warned(&[args, &["-l", "error"]].concat(), &[]), "");
    }
    assert_eq!(
        warned(
            &[
                "-H",
                "127.0.0.1:2375",
                "-H",
                "unix:///s",
                "--cors=https://o"
            ],
            &[]
        ),
        ""
    );
}
