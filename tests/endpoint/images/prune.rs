//! Prunes: on every node, told as one.

use serde_json::{Value, json};
use testkit::manager::Cluster;
use testkit::{EngineOptions, Fault};

use crate::{SWARM, cluster};

/// Nodes that serve an API in which pruning volumes spares the named ones.
async fn newer() -> Cluster {
    let options = (1..=2).map(|number| EngineOptions {
        api: "1.43".into(),
        ..EngineOptions::named(format!("node-{number}"))
    });
    Cluster::start(SWARM, options, &[]).await.unwrap()
}

async fn names(cluster: &Cluster, list: &str, key: &str) -> Vec<String> {
    let answer = cluster.manager.get(list).await.json();
    let list = answer.get(key).unwrap_or(&answer);
    let names = list.as_array().unwrap().iter();
    let mut names: Vec<_> = names
        .map(|one| one["Name"].as_str().unwrap().to_owned())
        .collect();
    names.sort();
    names
}

/// A volume on each node, by a container that is gone.
async fn volumes(cluster: &Cluster) {
    for node in ["node-1", "node-2"] {
        let engine = cluster.engine(node);
        let body =
            json!({ "Image": "busybox", "HostConfig": { "Binds": [format!("of-{node}:/data")] } });
        engine.create(node, &body).unwrap();
        let path = format!("/containers/{node}?force=1");
        testkit::wait::eventually(testkit::manager::PATIENCE, || async {
            cluster
                .manager
                .get(&format!("/containers/{node}/json"))
                .await
                .status
                == 200
        })
        .await;
        assert_eq!(cluster.manager.delete(&path).await.status, 204);
    }
    testkit::wait::eventually(testkit::manager::PATIENCE, || async {
        names(cluster, "/volumes", "Volumes").await == ["of-node-1", "of-node-2"]
    })
    .await;
}

#[tokio::test]
async fn unused_images_go_from_every_node_and_the_next_list_shows_it() {
    let cluster = cluster(3).await;
    let answer = cluster
        .manager
        .post(
            "/v1.41/images/prune?filters=%7B%22dangling%22%3A%5B%22false%22%5D%7D",
            Value::Null,
        )
        .await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    // The same image on three nodes is told of once.
    let deleted = answer.json()["ImagesDeleted"].clone();
    assert_eq!(deleted.as_array().unwrap().len(), 2, "{deleted}");
    assert_eq!(deleted[0], json!({ "Untagged": "busybox:latest" }));
    assert_eq!(cluster.requests("POST /images/prune"), 3);
    let left = cluster.manager.get("/images/json").await.json();
    assert_eq!(left, json!([]));
}

#[tokio::test]
async fn networks_go_from_every_node() {
    let cluster = cluster(2).await;
    for name in ["one", "two"] {
        let made = cluster
            .manager
            .post("/networks/create", json!({ "Name": name }))
            .await;
        assert_eq!(made.status, 201, "{}", made.text());
    }
    let answer = cluster
        .manager
        .post("/networks/prune", Value::Null)
        .await
        .json();
    let mut deleted: Vec<&str> = answer["NetworksDeleted"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(Value::as_str)
        .collect();
    deleted.sort_unstable();
    assert_eq!(deleted, ["one", "two"]);
    let left = names(&cluster, "/networks", "").await;
    assert!(
        left.iter()
            .all(|name| !["one", "two"].contains(&name.as_str())),
        "{left:?}"
    );
}

#[tokio::test]
async fn a_prune_of_volumes_means_what_the_clients_version_says() {
    let cluster = newer().await;
    volumes(&cluster).await;
    let spared = cluster
        .manager
        .post("/v1.42/volumes/prune", Value::Null)
        .await
        .json();
    assert_eq!(spared["VolumesDeleted"], json!([]));
    let gone = cluster
        .manager
        .post("/v1.41/volumes/prune", Value::Null)
        .await
        .json();
    let mut gone = gone["VolumesDeleted"].as_array().unwrap().clone();
    gone.sort_by_key(Value::to_string);
    assert_eq!(gone, ["of-node-1", "of-node-2"]);
    assert!(names(&cluster, "/volumes", "Volumes").await.is_empty());
}

#[tokio::test]
async fn build_caches_are_pruned_everywhere_and_add_up() {
    let cluster = cluster(2).await;
    for engine in &cluster.engines {
        engine.engine().inject(Fault::Body {
            route: "POST /build/prune".into(),
            body: json!({ "CachesDeleted": ["a"], "SpaceReclaimed": 5 }).to_string(),
        });
    }
    let answer = cluster
        .manager
        .post("/v1.41/build/prune?all=1", Value::Null)
        .await;
    assert_eq!(
        answer.json(),
        json!({ "CachesDeleted": ["a", "a"], "SpaceReclaimed": 10 })
    );
    assert_eq!(cluster.requests("POST /build/prune"), 2);
}

#[tokio::test]
async fn a_node_that_fails_is_named_and_the_others_prune() {
    let cluster = newer().await;
    volumes(&cluster).await;
    let fail = |node: &str, message: &str| {
        cluster.engine(node).inject(Fault::Status {
            route: "POST /volumes/prune".into(),
            status: 409,
            message: message.into(),
        });
    };
    fail("node-1", "a prune operation is already running");
    let answer = cluster
        .manager
        .post("/v1.41/volumes/prune", Value::Null)
        .await;
    assert_eq!(answer.json()["VolumesDeleted"], json!(["of-node-2"]));
    let warning = answer.headers["warning"].to_str().unwrap();
    assert_eq!(
        warning,
        "199 - \"node-1: a prune operation is already running\""
    );
    cluster
        .manager
        .until_logged("a prune operation is already running", 1)
        .await;
    // Nobody did it: one refusal, with everybody's reason.
    fail("node-2", "busy");
    let answer = cluster
        .manager
        .post("/v1.41/volumes/prune", Value::Null)
        .await;
    assert_eq!(answer.status, 409);
    assert_eq!(
        answer.json()["message"],
        "node-1: a prune operation is already running; node-2: busy"
    );
}
