//! Several listeners, and how a manager stops.

use std::path::Path;

use serde_json::Value;
use testkit::manager::{Manager, PATIENCE, addresses, free_address};
use testkit::talk::Talk;
use testkit::{Engine, EngineOptions, Fault, wait};
use tokio::net::{TcpStream, UnixStream};

use crate::{SWARM, cluster, top, with};

#[tokio::test]
async fn every_listener_serves_the_same() {
    let dir = tempfile::tempdir().unwrap();
    let socket = dir.path().join("swarm.sock");
    let second = free_address();
    let (unix, tcp) = (format!("unix://{}", socket.display()), second.to_string());
    let cluster = with(1, &["-H", &unix, "-H", &tcp]).await;
    cluster.manager.create("web", top()).await;
    let mut talks = vec![
        Talk::new(TcpStream::connect(second).await.unwrap()),
        Talk::new(UnixStream::connect(&socket).await.unwrap()),
        cluster.manager.talk().await,
    ];
    for talk in &mut talks {
        talk.say("GET /containers/json?all=1 HTTP/1.1\r\nHost: a\r\n\r\n")
            .await;
        talk.until("/web").await;
    }
    let mode = std::os::unix::fs::PermissionsExt::mode(&socket.metadata().unwrap().permissions());
    assert_eq!(mode & 0o777, 0o660);
}

/// Waits until nobody listens there any more.
async fn until_closed(manager: &Manager, socket: &Path) {
    wait::eventually(PATIENCE, || async {
        TcpStream::connect(manager.addr).await.is_err() && !socket.exists()
    })
    .await;
}

#[tokio::test]
async fn told_to_stop_it_finishes_requests_and_tunnels_and_ends_well() {
    for signal in ["TERM", "INT"] {
        let dir = tempfile::tempdir().unwrap();
        let socket = dir.path().join("swarm.sock");
        let mut cluster = with(1, &["-H", &format!("unix://{}", socket.display())]).await;
        let body = serde_json::json!({ "Image": "busybox", "Cmd": ["cat"], "OpenStdin": true, "StdinOnce": true });
        cluster.manager.create("cat", body).await;
        cluster
            .manager
            .post("/containers/cat/start", Value::Null)
            .await;
        cluster.engine("node-1").inject(Fault::Delay {
            route: "GET /containers/{name}/top".into(),
            millis: 600,
        });
        let mut tunnel = cluster.manager.talk().await;
        tunnel
            .say("POST /containers/cat/attach?stream=1&stdin=1&stdout=1 HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\n")
            .await;
        tunnel.head().await;
        let mut idle = cluster.manager.talk().await;
        idle.say("GET /_ping HTTP/1.1\r\nHost: a\r\n\r\n").await;
        idle.until("\r\n\r\nOK").await;
        let mut slow = cluster.manager.talk().await;
        slow.say("GET /containers/cat/top HTTP/1.1\r\nHost: a\r\n\r\n")
            .await;
        wait::eventually(PATIENCE, || async {
            cluster.requests("GET /containers/{name}/top") == 1
        })
        .await;
        cluster.manager.signal(signal).unwrap();
        until_closed(&cluster.manager, &socket).await;
        assert_eq!(idle.rest().await, "", "an idle connection ends at once");
        let answer = slow.rest().await;
        assert!(
            answer.starts_with("HTTP/1.1 200 OK\r\n") && answer.contains("Titles"),
            "{answer}"
        );
        assert!(cluster.manager.runs(), "a tunnel is open");
        tunnel.say("still here\n").await;
        tunnel.until("still here\n").await;
        tunnel.end().await;
        assert_eq!(tunnel.rest().await, "");
        assert_eq!(
            cluster.manager.exit().await,
            Some(0),
            "{}",
            cluster.manager.log()
        );
        assert_eq!(cluster.manager.logged("Connections were cut"), 0);
    }
}

#[tokio::test]
async fn what_does_not_end_is_cut_and_the_end_is_still_a_good_one() {
    let mut cluster = cluster(1).await;
    cluster.engine("node-1").inject(Fault::Hang {
        route: "GET /containers/{name}/top".into(),
    });
    cluster.manager.create("web", top()).await;
    let mut stuck = cluster.manager.talk().await;
    stuck
        .say("GET /containers/web/top HTTP/1.1\r\nHost: a\r\n\r\n")
        .await;
    let mut listener = cluster.manager.talk().await;
    listener
        .say("GET /events HTTP/1.1\r\nHost: a\r\n\r\n")
        .await;
    listener.head().await;
    cluster.manager.signal("TERM").unwrap();
    assert_eq!(
        cluster.manager.exit().await,
        Some(0),
        "{}",
        cluster.manager.log()
    );
    assert_eq!(cluster.manager.logged("Connections were cut"), 1);
}

#[tokio::test]
async fn a_listener_that_cannot_be_opened_stops_the_start() {
    let engine = Engine::start(EngineOptions::named("node-1")).await.unwrap();
    let taken = free_address();
    let _holder = tokio::net::TcpListener::bind(taken).await.unwrap();
    let args = ["-H", &taken.to_string()];
    // The first listener may have let somebody in before the second could not be opened.
    let said = match Manager::start(SWARM, &addresses(&[engine]), &args).await {
        Err(error) => error.to_string(),
        Ok(mut manager) => {
            assert_eq!(manager.exit().await, Some(1));
            manager.until_logged("cannot listen", 1).await;
            format!("exit status: 1: {}", manager.log())
        }
    };
    assert!(
        said.contains("exit status: 1") && said.contains(&taken.to_string()),
        "{said}"
    );
}
