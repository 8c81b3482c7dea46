//! Engines that hang, die, flap and come back.

use std::time::Duration;

use serde_json::Value;
use testkit::manager::{Cluster, PATIENCE};
use testkit::{Fault, wait};
use tokio::time::Instant;

use crate::{top, top_on, with};

/// What must not wait for a hung engine is done in a small part of that engine's deadline.
const QUICK: Duration = Duration::from_secs(3);

pub(crate) async fn impatient(engines: usize) -> Cluster {
    with(engines, &["--engine-failure-retry=1"]).await
}

fn everything() -> Fault {
    Fault::Hang {
        route: String::new(),
    }
}

pub(crate) fn hang(route: &str) -> Fault {
    Fault::Hang {
        route: route.into(),
    }
}

async fn status(cluster: &Cluster, node: &str) -> Value {
    cluster.manager.counters().await["nodes"][node]["status"].clone()
}

pub(crate) async fn until_status(cluster: &Cluster, node: &str, wanted: &str) {
    wait::eventually(PATIENCE, || async {
        status(cluster, node).await == *wanted
    })
    .await;
}

#[tokio::test]
async fn a_hung_engine_slows_nobody_else() {
    let cluster = impatient(3).await;
    for node in ["node-1", "node-2", "node-3"] {
        cluster
            .manager
            .create(&format!("on-{node}"), top_on(node))
            .await;
    }
    cluster.engine("node-2").inject(everything());
    let begun = Instant::now();
    for round in 0..5 {
        let listed = cluster.manager.get("/containers/json?all=1").await.json();
        assert!(listed.as_array().unwrap().len() >= 2, "{listed}");
        for target in [
            "/info",
            "/version",
            "/_ping",
            "/images/json",
            "/containers/on-node-1/json",
            "/containers/on-node-3/changes",
        ] {
            assert_eq!(cluster.manager.get(target).await.status, 200, "{target}");
        }
        cluster
            .manager
            .create(&format!("new-{round}"), top_on("node-1"))
            .await;
    }
    assert!(begun.elapsed() < QUICK, "{:?}", begun.elapsed());
}

#[tokio::test]
async fn requests_that_wait_for_a_frozen_engine_fail_in_bounded_time() {
    let cluster = impatient(2).await;
    cluster.manager.create("web", top_on("node-1")).await;
    cluster.engine("node-1").inject(everything());
    let targets = [
        "/containers/web/json",
        "/containers/web/top",
        "/containers/web/logs?stdout=1",
    ];
    let waiting = targets.map(|target| cluster.manager.get(target));
    // Suspected after 5 s, given up after a probe of 5 s.
    let answers = wait::within(
        Duration::from_secs(18),
        futures_util::future::join_all(waiting),
    )
    .await;
    for answer in &answers {
        assert_eq!(answer.status, 503, "{}", answer.text());
        assert!(answer.text().contains("node node-1"), "{}", answer.text());
    }
    assert_eq!(status(&cluster, "node-1").await, "Unhealthy");
    let listed = cluster.manager.get("/containers/json?all=1").await.json();
    assert_eq!(listed[0]["Status"], "Host Down", "{listed}");
    let shown = cluster.manager.get("/containers/json").await.json();
    assert_eq!(shown.as_array().unwrap().len(), 0, "{shown}");
    cluster.engine("node-1").clear_faults();
    until_status(&cluster, "node-1", "Healthy").await;
    assert_eq!(
        cluster.manager.get("/containers/web/json").await.status,
        200
    );
}

#[tokio::test]
async fn an_engine_that_was_killed_is_used_again_when_it_is_back() {
    let mut cluster = impatient(2).await;
    cluster.manager.create("web", top_on("node-1")).await;
    cluster.engines[0].stop().await;
    until_status(&cluster, "node-1", "Unhealthy").await;
    let down = cluster
        .manager
        .post("/containers/web/start", Value::Null)
        .await;
    assert_eq!(down.status, 503, "{}", down.text());
    assert!(down.text().contains("node-1"), "{}", down.text());
    cluster.manager.create("elsewhere", top()).await;
    assert_eq!(cluster.holders("elsewhere"), ["node-2"]);
    let nowhere = cluster
        .manager
        .post("/containers/create", top_on("node-1"))
        .await;
    assert_eq!(nowhere.status, 500, "{}", nowhere.text());
    assert!(nowhere.text().contains("health: 1"), "{}", nowhere.text());
    // Its names stay taken while nobody can ask it.
    let taken = cluster
        .manager
        .post("/containers/create?name=web", top())
        .await;
    assert_eq!(taken.status, 409, "{}", taken.text());
    cluster.engines[0]
        .engine()
        .create("meanwhile", &top())
        .unwrap();
    cluster.engines[0].restart().await.unwrap();
    until_status(&cluster, "node-1", "Healthy").await;
    assert_eq!(
        cluster
            .manager
            .get("/containers/meanwhile/json")
            .await
            .status,
        200
    );
    let started = cluster
        .manager
        .post("/containers/web/start", Value::Null)
        .await;
    assert_eq!(started.status, 204, "{}", started.text());
}

#[tokio::test]
async fn as_many_failures_as_allowed_make_a_node_unhealthy_and_no_fewer() {
    let cluster = with(1, &["--engine-failure-retry=4"]).await;
    cluster.engine("node-1").inject(Fault::RefuseConnections);
    until_status(&cluster, "node-1", "Unhealthy").await;
    let seen = cluster.manager.counters().await["nodes"]["node-1"]["failures"].clone();
    assert!(seen.as_u64() >= Some(4), "{seen}");
    let log = cluster.manager.log();
    let before: Vec<&str> = log
        .lines()
        .take_while(|line| !line.contains("Node is unhealthy"))
        .collect();
    let counted = before
        .iter()
        .filter(|line| line.contains("Node failed"))
        .count();
    assert_eq!(counted, 3, "{log}");
    cluster.engine("node-1").clear_faults();
    until_status(&cluster, "node-1", "Healthy").await;
}

#[tokio::test]
async fn a_flapping_engine_does_not_end_the_others_service() {
    let cluster = impatient(2).await;
    cluster.manager.create("steady", top_on("node-2")).await;
    cluster.engine("node-1").inject(Fault::Flap {
        up_millis: 40,
        down_millis: 40,
    });
    cluster.manager.until_logged("Node is unhealthy", 1).await;
    for number in 0..20 {
        let name = format!("c{number}");
        let made = cluster
            .manager
            .post(&format!("/containers/create?name={name}"), top())
            .await;
        let status = made.status.as_u16();
        assert!([201, 502, 503].contains(&status), "{}", made.text());
        assert_eq!(
            cluster.manager.get("/containers/steady/json").await.status,
            200
        );
    }
    cluster.engine("node-1").clear_faults();
    until_status(&cluster, "node-1", "Healthy").await;
    cluster.manager.until_quiet().await;
    let listed = cluster.manager.get("/containers/json?all=1").await.json();
    let made: usize = ["node-1", "node-2"]
        .map(|node| cluster.names_on(node).len())
        .iter()
        .sum();
    assert_eq!(listed.as_array().unwrap().len(), made);
    let holders = (0..20).map(|number| cluster.holders(&format!("c{number}")).len());
    assert!(
        holders.clone().all(|count| count <= 1),
        "{:?}",
        holders.collect::<Vec<_>>()
    );
}

#[tokio::test]
async fn cloned_engine_ids_are_two_nodes_and_warned_of() {
    let cluster = impatient(2).await;
    cluster.engine("node-2").inject(Fault::RefuseConnections);
    until_status(&cluster, "node-2", "Unhealthy").await;
    let id = cluster.engine("node-1").id();
    cluster.engine("node-2").clear_faults();
    cluster.engine("node-2").inject(Fault::CloneId { id });
    until_status(&cluster, "node-2", "Healthy").await;
    for node in ["node-1", "node-2"] {
        cluster
            .manager
            .create(&format!("on-{node}"), top_on(node))
            .await;
        assert_eq!(cluster.holders(&format!("on-{node}")), [node]);
    }
    let log = cluster.manager.log();
    let warned = log
        .lines()
        .any(|line| line.contains("WARN") && line.contains("node-1") && line.contains("node-2"));
    assert!(warned, "{log}");
}
