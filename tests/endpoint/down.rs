//! Containers of nodes that do not answer.

use std::time::Duration;

use testkit::Fault;
use testkit::manager::Cluster;
use tokio::time::Instant;

use crate::{top_on, with};

/// Nobody waits longer than this for an answer about a node that is down.
const AT_ONCE: Duration = Duration::from_secs(5);

/// `node-1` and `node-2`, of which a container called `web` is on `node-1`.
async fn with_web() -> Cluster {
    let cluster = with(2, &["--engine-failure-retry", "1"]).await;
    cluster.manager.create("web", top_on("node-1")).await;
    cluster
}

#[tokio::test]
async fn what_is_on_a_node_that_is_down_cannot_be_removed_and_nobody_hangs() {
    let cluster = with_web().await;
    cluster.engine("node-1").inject(Fault::RefuseConnections);
    cluster.manager.until_healthy(1).await;
    for target in ["/containers/web?force=1", "/containers/web?force=1&v=1"] {
        let began = Instant::now();
        let answer = cluster.manager.delete(target).await;
        assert_eq!(answer.status, 503, "{}", answer.text());
        let message = answer.json()["message"].as_str().unwrap().to_owned();
        assert!(message.starts_with("node node-1 ("), "{message}");
        assert!(began.elapsed() < AT_ONCE);
    }
    let listed = cluster.manager.get("/containers/json?all=1").await.json();
    assert_eq!(listed[0]["Status"], "Host Down", "{listed}");
    cluster.engine("node-1").clear_faults();
    cluster.manager.until_healthy(2).await;
    let answer = cluster.manager.delete("/containers/web?force=1").await;
    assert_eq!(answer.status, 204, "{}", answer.text());
}

#[tokio::test]
async fn a_removal_under_way_ends_when_its_node_goes_down() {
    let cluster = with_web().await;
    let route = "DELETE /containers/{name}";
    cluster.engine("node-1").inject(Fault::Hang {
        route: route.into(),
    });
    let removal = cluster.manager.delete("/containers/web?force=1");
    let fall = async {
        while cluster.requests(route) == 0 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        cluster.engine("node-1").inject(Fault::RefuseConnections);
    };
    let (answer, ()) = tokio::join!(removal, fall);
    assert!(answer.status.is_server_error(), "{}", answer.text());
    assert!(answer.text().contains("node-1"), "{}", answer.text());
    cluster.manager.until_quiet().await;
}
