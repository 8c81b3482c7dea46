//! Saves of several images, lazy pulls, plugins.

use serde_json::{Value, json};
use testkit::Fault;
use testkit::manager::Cluster;

use super::{engine, have};
use crate::{SWARM, cluster, with};

/// `node-1` has `a`, `node-2` has `b` and `c`.
async fn spread(args: &[&str]) -> Cluster {
    let engines = [engine("node-1", &["a"]), engine("node-2", &["b", "c"])];
    Cluster::start(SWARM, engines, args).await.unwrap()
}

#[tokio::test]
async fn several_images_come_from_one_node_that_has_them_all() {
    let cluster = spread(&[]).await;
    let saved = cluster
        .manager
        .get("/v1.41/images/get?names=b&names=c")
        .await;
    assert_eq!(saved.status, 200, "{}", saved.text());
    assert_eq!(saved.headers["content-type"], "application/x-tar");
    let text = saved.text();
    assert!(text.contains("b:latest") && text.contains("c:latest"));
    assert_eq!(cluster.requests("POST /images/load"), 0);
}

#[tokio::test]
async fn images_on_different_nodes_are_copied_together_first() {
    let cluster = spread(&[]).await;
    let saved = cluster
        .manager
        .get("/v1.41/images/get?names=a&names=b&names=c")
        .await;
    assert_eq!(saved.status, 200, "{}", saved.text());
    let text = saved.text();
    for image in ["a:latest", "b:latest", "c:latest"] {
        assert!(text.contains(image), "{image}");
    }
    // One copy was enough.
    assert_eq!(cluster.requests("POST /images/load"), 1);
    assert_eq!(have(&cluster, "a").await, ["node-1", "node-2"]);
}

#[tokio::test]
async fn an_image_that_nobody_has_is_named_by_an_engine() {
    let cluster = spread(&[]).await;
    let saved = cluster
        .manager
        .get("/v1.41/images/get?names=a&names=b&names=nope")
        .await;
    assert_eq!(saved.status, 404);
    assert_eq!(saved.json()["message"], "No such image: nope:latest");
    assert_eq!(cluster.requests("POST /images/load"), 0);
}

#[tokio::test]
async fn without_copies_a_spread_save_says_why_it_cannot_be() {
    let cluster = spread(&["--cluster-opt", "swarm.image-transfer=off"]).await;
    let saved = cluster
        .manager
        .get("/v1.41/images/get?names=a&names=b")
        .await;
    assert_eq!(saved.status, 409);
    let message = saved.json()["message"].as_str().unwrap().to_owned();
    assert!(message.contains("swarm.image-transfer is off"), "{message}");
}

#[tokio::test]
async fn a_lazy_pull_is_done_on_one_node() {
    let cluster = with(3, &["--cluster-opt", "swarm.pull=lazy"]).await;
    let target = "/v1.41/images/create?fromImage=alpine&tag=3";
    let answer = cluster.manager.post(target, Value::Null).await;
    assert!(
        answer.text().contains("Pulling alpine:3: downloaded"),
        "{}",
        answer.text()
    );
    assert_eq!(have(&cluster, "alpine:3").await.len(), 1);
    assert_eq!(cluster.requests("POST /images/create"), 1);
}

#[tokio::test]
async fn plugins_are_those_of_every_node() {
    let cluster = cluster(2).await;
    for one in &cluster.engines {
        let plugin =
            json!([{ "Id": one.engine().name(), "Name": "sshfs:latest", "Enabled": true }]);
        one.engine().inject(Fault::Body {
            route: "GET /plugins".into(),
            body: plugin.to_string(),
        });
    }
    let list = cluster.manager.get("/v1.41/plugins").await.json();
    let list = list.as_array().unwrap();
    assert_eq!(list.len(), 2);
    for plugin in list {
        assert_eq!(plugin["Name"], "sshfs:latest");
        assert_eq!(plugin["Node"]["Name"], plugin["Id"]);
    }
    let refused = cluster
        .manager
        .post("/v1.41/plugins/pull?remote=x", Value::Null)
        .await;
    assert_eq!(refused.status, 501);
    let message = refused.json()["message"].as_str().unwrap().to_owned();
    assert!(
        message.contains("plugins are managed on each engine"),
        "{message}"
    );
}
