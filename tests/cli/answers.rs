//! What is asked for is printed to standard output.

use std::path::Path;

use crate::{refused, run};

#[test]
fn help_and_version_are_answers() {
    for args in [
        &["--help"][..],
        &["-h"],
        &["-help"],
        &["manage", "--help"],
        &["help", "m"],
        &[],
    ] {
        let outcome = run(args, &[]);
        assert_eq!(outcome.code, Some(0), "{args:?}");
        assert!(outcome.stdout.contains("Usage: swarm"), "{args:?}");
        assert_eq!(outcome.stderr, "", "{args:?}");
    }
    for flag in ["--version", "-v", "-version"] {
        let outcome = run(&[flag], &[]);
        assert_eq!(outcome.code, Some(0));
        let version = concat!("swarm version ", env!("CARGO_PKG_VERSION"), " (");
        assert!(outcome.stdout.starts_with(version), "{outcome:?}");
    }
}

#[test]
fn help_names_every_flag_and_variable() {
    let help = run(&["manage", "--help"], &[]).stdout;
    for name in [
        "-H, --host",
        "--strategy",
        "-f, --filter",
        "-c, --cluster-driver",
        "--heartbeat",
        "--engine-refresh-min-interval",
        "--engine-refresh-max-interval",
        "--engine-failure-retry",
        "--tls",
        "--tlsverify",
        "--tlscacert",
        "--tlscert",
        "--tlskey",
        "--replication",
        "--replication-ttl",
        "--advertise",
        "--addr",
        "--cluster-opt",
        "--discovery-opt",
        "--cors",
        "--api-enable-cors",
        "--refresh-on-node-filter",
        "--container-name-refresh-filter",
        "--state",
        "--debug",
        "-l, --log-level",
        "--experimental",
        "--discovery",
        "SWARM_HOST",
        "SWARM_DISCOVERY",
        "SWARM_ADVERTISE",
    ] {
        assert!(help.contains(name), "{name}");
    }
    let help = run(&["join", "--help"], &[]).stdout;
    for name in [
        "--advertise",
        "--addr",
        "--heartbeat",
        "--ttl",
        "--delay",
        "180s",
        "SWARM_ADVERTISE",
    ] {
        assert!(help.contains(name), "{name}");
    }
    assert!(
        run(&["create", "--help"], &[])
            .stdout
            .contains("SWARM_DISCOVERY_URL")
    );
    assert!(run(&["list", "--help"], &[]).stdout.contains("--timeout"));
}

#[test]
fn list_prints_addresses_from_files_and_ranges() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("cluster");
    std::fs::write(&path, "# nodes\nnode[09:10]:2375\nunix:///run/d.sock\n").unwrap();
    let uri = format!("file://{}", path.display());
    let listed = run(&["list", "--timeout=5s", &uri], &[]);
    assert_eq!(listed.code, Some(0), "{listed:?}");
    assert_eq!(
        listed.stdout,
        "node09:2375\nnode10:2375\nunix:///run/d.sock\n"
    );
    std::fs::write(&path, "a:1\nb\n").unwrap();
    let said = refused(&format!("list {uri}"), &[]);
    assert!(
        said.contains("cluster, line 2: ") && said.contains("the port is missing"),
        "{said}"
    );
}

#[test]
fn completions_and_pages_come_from_the_same_definition() {
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        let script = run(&["completions", shell], &[]);
        assert_eq!(script.code, Some(0));
        assert!(script.stdout.contains("engine-failure-retry"), "{shell}");
    }
    let page = run(&["man"], &[]);
    assert_eq!(page.code, Some(0));
    assert!(page.stdout.contains(".TH swarm 1"), "{}", page.stdout);
    let dir = tempfile::tempdir().unwrap();
    let pages = dir.path().join("new/man1");
    assert_eq!(run(&["man", pages.to_str().unwrap()], &[]).code, Some(0));
    for name in [
        "swarm",
        "swarm-manage",
        "swarm-join",
        "swarm-create",
        "swarm-list",
    ] {
        assert!(
            Path::new(&pages).join(format!("{name}.1")).is_file(),
            "{name}"
        );
    }
    let manage = std::fs::read_to_string(pages.join("swarm-manage.1")).unwrap();
    assert!(manage.contains("cluster\\-driver"), "{manage}");
}
