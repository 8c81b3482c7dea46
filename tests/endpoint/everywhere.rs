//! Volumes that every node has (`swarm.volumes=all`).

use serde_json::{Value, json};
use testkit::Fault;
use testkit::manager::Cluster;

use crate::with;

async fn all() -> Cluster {
    with(3, &["--cluster-opt", "swarm.volumes=all"]).await
}

async fn names(cluster: &Cluster) -> Vec<String> {
    let list = cluster.manager.get("/volumes").await.json();
    let volumes = list["Volumes"].as_array().cloned().unwrap_or_default();
    let name = |volume: &Value| volume["Name"].as_str().unwrap_or_default().to_owned();
    let mut names: Vec<String> = volumes.iter().map(name).collect();
    names.sort();
    names
}

#[tokio::test]
async fn a_volume_is_made_and_removed_on_every_node() {
    let cluster = all().await;
    let body = json!({ "Name": "data", "Labels": { "a": "b" } });
    let made = cluster.manager.post("/volumes/create", body).await;
    assert_eq!(made.status, 201, "{}", made.text());
    assert_eq!(made.json()["Name"], "data");
    let everywhere = ["node-1/data", "node-2/data", "node-3/data"];
    assert_eq!(names(&cluster).await, everywhere);
    let inspected = cluster.manager.get("/volumes/data").await;
    assert_eq!(inspected.status, 200, "{}", inspected.text());
    assert_eq!(inspected.json()["Labels"]["a"], "b");
    let one = cluster.manager.delete("/volumes/node-2/data").await;
    assert_eq!(one.status, 204, "{}", one.text());
    assert_eq!(names(&cluster).await, ["node-1/data", "node-3/data"]);
    let rest = cluster.manager.delete("/volumes/data").await;
    assert_eq!(rest.status, 204, "{}", rest.text());
    assert!(names(&cluster).await.is_empty());
    assert_eq!(cluster.manager.delete("/volumes/data").await.status, 404);
}

#[tokio::test]
async fn a_volume_without_a_name_has_one_name_on_all_nodes() {
    let cluster = all().await;
    let made = cluster.manager.post("/volumes/create", json!({})).await;
    let name = made.json()["Name"].as_str().unwrap().to_owned();
    let expected = [1, 2, 3].map(|number| format!("node-{number}/{name}"));
    assert_eq!(names(&cluster).await, expected);
}

#[tokio::test]
async fn a_volume_with_a_node_before_its_name_is_made_there_alone() {
    let cluster = all().await;
    let body = json!({ "Name": "node-2/data" });
    let made = cluster.manager.post("/volumes/create", body).await;
    assert_eq!(made.status, 201, "{}", made.text());
    assert_eq!(names(&cluster).await, ["node-2/data"]);
}

#[tokio::test]
async fn one_node_is_enough_to_make_it_and_one_that_refuses_keeps_it() {
    let cluster = all().await;
    let refusing = |route: &str, status| Fault::Status {
        route: route.into(),
        status,
        message: "not today".into(),
    };
    cluster
        .engine("node-1")
        .inject(refusing("POST /volumes/create", 500));
    let body = json!({ "Name": "data" });
    let made = cluster.manager.post("/volumes/create", body).await;
    assert_eq!(made.status, 201, "{}", made.text());
    assert_eq!(names(&cluster).await, ["node-2/data", "node-3/data"]);
    cluster
        .engine("node-2")
        .inject(refusing("DELETE /volumes/{name}", 409));
    let kept = cluster.manager.delete("/volumes/data").await;
    assert_eq!(kept.status, 409);
    assert_eq!(kept.json()["message"], "node-2: not today");
    assert_eq!(names(&cluster).await, ["node-2/data"]);
}
