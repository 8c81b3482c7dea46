//! TLS at the front and towards engines: who gets in, and what is said to whom does not.

use testkit::certs::{Authority, Files, Pair, Usage};
use testkit::client;
use testkit::manager::{Cluster, Manager, addresses};
use testkit::talk::{Talk, client_config, server_config};
use testkit::{Engine, EngineOptions, RunningEngine};
use tokio::net::TcpStream;

use crate::{SWARM, top};

const PING: &str = "GET /_ping HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";

/// An engine behind TLS that wants certificates of `authority`.
async fn engine(authority: &Authority, usage: Usage) -> RunningEngine {
    let pair = authority.issue("engine", usage).unwrap();
    let config = server_config(&pair, authority).unwrap();
    let anywhere = "127.0.0.1:0".parse().unwrap();
    let options = EngineOptions::named("node-1");
    Engine::start_at(options, anywhere, Some(config))
        .await
        .unwrap()
}

fn flags(files: &Files) -> [String; 4] {
    let path = |path: &std::path::Path| path.display().to_string();
    [
        "--tlsverify".to_owned(),
        format!("--tlscacert={}", path(&files.ca)),
        format!("--tlscert={}", path(&files.cert)),
        format!("--tlskey={}", path(&files.key)),
    ]
}

async fn manage(files: &Files, engines: &[RunningEngine], more: &[&str]) -> Manager {
    let flags = flags(files);
    let mut args: Vec<&str> = flags.iter().map(String::as_str).collect();
    args.extend_from_slice(more);
    Manager::start(SWARM, &addresses(engines), &args)
        .await
        .unwrap()
}

/// A manager with mutual TLS on both sides, in front of one engine.
pub(crate) async fn secured(files: &Files, authority: &Authority, more: &[&str]) -> Cluster {
    let engines = vec![engine(authority, Usage::Server).await];
    let manager = manage(files, &engines, more).await;
    manager.until_logged("Node is healthy", 1).await;
    Cluster { engines, manager }
}

struct Site {
    authority: Authority,
    files: Files,
    _dir: tempfile::TempDir,
}

impl Site {
    fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let authority = Authority::new("ca").unwrap();
        let both = authority.issue("manager", Usage::Both).unwrap();
        let files = Files::write(dir.path(), &authority, &both).unwrap();
        Self {
            authority,
            files,
            _dir: dir,
        }
    }

    /// What a client with this certificate gets; in TLS 1.3 a refusal shows when it reads.
    async fn ping(&self, manager: &Manager, pair: Option<&Pair>) -> Result<String, std::io::Error> {
        let config = client_config(&self.authority, pair)?;
        let tcp = TcpStream::connect(manager.addr).await?;
        let mut talk = Talk::tls(tcp, config).await?;
        talk.try_say(PING).await?;
        let rest = talk.try_rest().await?;
        Ok(String::from_utf8_lossy(&rest).into_owned())
    }
}

#[tokio::test]
async fn only_certificates_of_the_authority_get_in() {
    let site = Site::new();
    let cluster = secured(&site.files, &site.authority, &[]).await;
    let alice = site.authority.issue("alice", Usage::Client).unwrap();
    let pong = site.ping(&cluster.manager, Some(&alice)).await.unwrap();
    assert!(
        pong.starts_with("HTTP/1.1 200 OK\r\n") && pong.ends_with("OK"),
        "{pong}"
    );
    let other = Authority::new("ca").unwrap();
    let stranger = other.issue("alice", Usage::Client).unwrap();
    let expired = site.authority.issue("alice", Usage::ExpiredClient).unwrap();
    let wrong_use = site.authority.issue("alice", Usage::Server).unwrap();
    cluster.manager.until_logged("Answered", 1).await;
    let answered = cluster.manager.logged("Answered");
    // The test itself has knocked without a handshake, to see that somebody listens.
    cluster
        .manager
        .until_logged("TLS handshake failed", 1)
        .await;
    let cases = [
        ("another authority's", Some(&stranger)),
        ("expired", Some(&expired)),
        ("for servers", Some(&wrong_use)),
        ("none", None),
    ];
    for (number, (what, pair)) in cases.into_iter().enumerate() {
        let refused = site.ping(&cluster.manager, pair).await;
        assert!(refused.is_err(), "{what}: {refused:?}");
        cluster
            .manager
            .until_logged("TLS handshake failed", number + 2)
            .await;
    }
    let plain = client::raw(cluster.manager.addr, PING.as_bytes())
        .await
        .unwrap_or_default();
    assert!(
        !String::from_utf8_lossy(&plain).contains("HTTP/1.1 2"),
        "{plain:?}"
    );
    cluster
        .manager
        .until_logged("TLS handshake failed", 6)
        .await;
    let log = cluster.manager.log();
    let failed = log
        .lines()
        .filter(|line| line.contains("TLS handshake failed"));
    assert!(
        failed.clone().all(|line| line.contains("peer=127.0.0.1:")),
        "{log}"
    );
    assert_eq!(
        cluster.manager.logged("Answered"),
        answered,
        "nothing reached a route"
    );
    assert!(site.ping(&cluster.manager, Some(&alice)).await.is_ok());
}

#[tokio::test]
async fn tls_alone_asks_nobody_for_a_certificate() {
    let site = Site::new();
    let engines = [Engine::start(EngineOptions::named("node-1")).await.unwrap()];
    let args = flags(&site.files);
    let args: Vec<&str> = std::iter::once("--tls")
        .chain(args[2..].iter().map(String::as_str))
        .collect();
    let manager = Manager::start(SWARM, &addresses(&engines), &args)
        .await
        .unwrap();
    let pong = site.ping(&manager, None).await.unwrap();
    assert!(pong.ends_with("OK"), "{pong}");
    // Engines are reached over TLS then, which this one does not speak.
    manager.until_logged("Node failed", 1).await;
}

#[tokio::test]
async fn engines_are_verified_too() {
    let site = Site::new();
    for (usage, healthy) in [
        (Usage::Server, true),
        (Usage::ExpiredServer, false),
        (Usage::CommonNameOnly, false),
        (Usage::Client, false),
    ] {
        let engines = [engine(&site.authority, usage).await];
        let manager = manage(&site.files, &engines, &[]).await;
        let text = if healthy {
            "Node is healthy"
        } else {
            "Node failed"
        };
        manager.until_logged(text, 1).await;
        assert_eq!(
            manager.logged("Node is healthy"),
            usize::from(healthy),
            "{usage:?}"
        );
        let requests = engines[0].engine().counters().requests;
        assert_eq!(requests.is_empty(), !healthy, "{usage:?}: {requests:?}");
    }
    let other = Authority::new("another").unwrap();
    let engines = [engine(&other, Usage::Server).await];
    let manager = manage(&site.files, &engines, &[]).await;
    manager.until_logged("Node failed", 1).await;
    let log = manager.log();
    assert!(
        log.lines()
            .any(|line| line.contains("Node failed") && line.contains("UnknownIssuer")),
        "{log}"
    );
}

#[tokio::test]
async fn requests_pass_through_tls_on_both_sides() {
    let site = Site::new();
    let cluster = secured(&site.files, &site.authority, &[]).await;
    let alice = site.authority.issue("alice", Usage::Client).unwrap();
    let config = client_config(&site.authority, Some(&alice)).unwrap();
    let tcp = TcpStream::connect(cluster.manager.addr).await.unwrap();
    let mut talk = Talk::tls(tcp, config).await.unwrap();
    let body = top().to_string();
    let length = body.len();
    talk.say(format!("POST /containers/create?name=web HTTP/1.1\r\nHost: a\r\nContent-Length: {length}\r\n\r\n{body}")).await;
    let head = talk.head().await;
    assert!(head.starts_with("HTTP/1.1 201 "), "{head}");
    talk.until("}").await;
    talk.say("GET /containers/web/export HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
        .await;
    let export = talk.try_rest().await.unwrap();
    assert!(export.len() > 1 << 20, "{}", export.len());
    assert_eq!(cluster.holders("web"), ["node-1"]);
}
