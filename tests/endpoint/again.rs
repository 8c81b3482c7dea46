//! Creates that fail for a reason of their node.

use serde_json::json;
use testkit::Fault;
use testkit::client::Answer;
use testkit::manager::Cluster;

use crate::{cluster, top, top_on, with};

const CREATE: &str = "POST /containers/create";

async fn create(cluster: &Cluster, name: &str) -> Answer {
    let target = format!("/containers/create?name={name}");
    cluster.manager.post(&target, top()).await
}

fn failing() -> Fault {
    Fault::Status {
        route: CREATE.into(),
        status: 500,
        message: "no space left on device".into(),
    }
}

/// Three nodes, of which `node-1` is chosen first.
async fn retrying(retries: &str) -> Cluster {
    let option = format!("swarm.createretry={retries}");
    let cluster = with(3, &["--cluster-opt", &option]).await;
    for node in ["node-2", "node-3"] {
        cluster
            .manager
            .create(&format!("on-{node}"), top_on(node))
            .await;
    }
    cluster
}

#[tokio::test]
async fn a_create_that_its_node_fails_goes_to_another() {
    let cluster = retrying("2").await;
    cluster.engine("node-1").inject(failing());
    let before = cluster.requests(CREATE);
    let made = create(&cluster, "web").await;
    assert_eq!(made.status, 201, "{}", made.text());
    assert_eq!(cluster.requests(CREATE) - before, 2);
    assert_eq!(cluster.holders("web").len(), 1);
    assert_ne!(cluster.holders("web"), ["node-1"]);
    cluster.manager.until_quiet().await;
}

#[tokio::test]
async fn it_is_placed_again_so_many_times_and_no_more() {
    let cluster = retrying("1").await;
    for engine in &cluster.engines {
        engine.engine().inject(failing());
    }
    let before = cluster.requests(CREATE);
    let made = create(&cluster, "web").await;
    assert_eq!(made.status, 500);
    assert_eq!(made.json()["message"], json!("no space left on device"));
    assert_eq!(cluster.requests(CREATE) - before, 2);
    cluster.manager.until_quiet().await;
}

#[tokio::test]
async fn without_the_option_a_failure_is_the_answer() {
    let cluster = cluster(2).await;
    for engine in &cluster.engines {
        engine.engine().inject(failing());
    }
    assert_eq!(create(&cluster, "web").await.status, 500);
    assert_eq!(cluster.requests(CREATE), 1);
}

#[tokio::test]
async fn a_node_that_refuses_connections_is_passed_over() {
    let cluster = retrying("1").await;
    cluster.engine("node-1").inject(Fault::RefuseConnections);
    let made = create(&cluster, "web").await;
    assert_eq!(made.status, 201, "{}", made.text());
    assert_ne!(cluster.holders("web"), ["node-1"]);
}

#[tokio::test]
async fn a_create_that_may_have_been_done_is_not_done_again() {
    let cluster = retrying("2").await;
    let before = cluster.requests(CREATE);
    cluster.engine("node-1").inject(Fault::LoseAnswer {
        route: CREATE.into(),
    });
    let made = create(&cluster, "web").await;
    assert_eq!(made.status, 502, "{}", made.text());
    assert_eq!(cluster.requests(CREATE) - before, 1);
    cluster.engine("node-1").clear_faults();
    cluster.manager.until_quiet().await;
    assert_eq!(cluster.holders("web"), ["node-1"]);
    assert_eq!(create(&cluster, "web").await.status, 409);
}

#[tokio::test]
async fn a_volume_ties_also_the_second_try() {
    let cluster = retrying("2").await;
    let body =
        json!({ "Image": "busybox", "Cmd": ["top"], "HostConfig": { "Binds": ["data:/d"] } });
    cluster.manager.create("first", body.clone()).await;
    let held = cluster.holders("first");
    cluster.engine(&held[0]).inject(failing());
    let made = cluster.manager.post("/containers/create", body).await;
    assert_eq!(made.status, 500, "{}", made.text());
    assert_eq!(made.json()["message"], json!("no space left on device"));
}
