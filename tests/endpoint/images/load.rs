//! Loads and imports: one body to all nodes.

use std::time::Duration;

use serde_json::Value;
use testkit::Fault;
use testkit::manager::PATIENCE;
use testkit::wait::eventually;
use tokio::time::Instant;

use super::{archive, have, send};
use crate::cluster;

const LOAD: &str = "POST /images/load";

fn status(route: &str, message: &str) -> Fault {
    Fault::Status {
        route: route.into(),
        status: 500,
        message: message.into(),
    }
}

#[tokio::test]
async fn a_load_reaches_every_node_and_is_told_once() {
    let cluster = cluster(3).await;
    let answer = send(&cluster, "/v1.41/images/load", &archive(300_000).await).await;
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    assert_eq!(
        answer.matches("Loaded image: app:latest").count(),
        1,
        "{answer}"
    );
    for node in ["node-1", "node-2", "node-3"] {
        assert!(answer.contains(&format!("\"id\":\"{node}\"")), "{answer}");
    }
    assert_eq!(have(&cluster, "app").await.len(), 3);
    // The state shows it at once.
    let list = cluster.manager.get("/images/json").await.json();
    let tags: Vec<&Value> = list
        .as_array()
        .unwrap()
        .iter()
        .map(|one| &one["RepoTags"])
        .collect();
    assert!(tags.iter().any(|tags| tags[0] == "app:latest"), "{tags:?}");
}

#[tokio::test]
async fn a_quiet_load_tells_only_what_was_loaded() {
    let cluster = cluster(2).await;
    let answer = send(&cluster, "/v1.41/images/load?quiet=1", &archive(1000).await).await;
    assert!(answer.contains("Loaded image: app:latest"), "{answer}");
    assert!(!answer.contains("node-1"), "{answer}");
}

#[tokio::test]
async fn a_load_succeeds_if_one_node_did_and_names_the_others() {
    let cluster = cluster(2).await;
    cluster
        .engine("node-1")
        .inject(status(LOAD, "no space left on device"));
    let answer = send(&cluster, "/v1.41/images/load", &archive(1000).await).await;
    assert!(
        answer.contains("Loading: no space left on device"),
        "{answer}"
    );
    assert!(answer.contains("Loaded image: app:latest"), "{answer}");
    assert!(!answer.contains("errorDetail"), "{answer}");
    assert_eq!(have(&cluster, "app").await, ["node-2"]);
}

#[tokio::test]
async fn a_load_fails_when_no_node_takes_it() {
    let cluster = cluster(2).await;
    let answer = send(&cluster, "/v1.41/images/load", b"this is no archive").await;
    assert_eq!(answer.matches("errorDetail").count(), 1, "{answer}");
    for engine in &cluster.engines {
        engine
            .engine()
            .inject(status(LOAD, "no space left on device"));
    }
    let answer = send(&cluster, "/v1.41/images/load", &archive(1000).await).await;
    assert!(answer.starts_with("HTTP/1.1 500"), "{answer}");
    assert!(answer.contains("no space left on device"), "{answer}");
}

#[tokio::test]
async fn a_node_that_stalls_is_left_behind_and_gets_the_image_afterwards() {
    let cluster = cluster(3).await;
    cluster
        .engine("node-2")
        .inject(Fault::Hang { route: LOAD.into() });
    let archive = archive(48 << 20).await;
    let begun = Instant::now();
    // The request that hangs goes on hanging; the copy afterwards does not.
    let heal = async {
        let seen = || async {
            cluster
                .engine("node-2")
                .counters()
                .requests
                .contains_key(LOAD)
        };
        eventually(PATIENCE, seen).await;
        cluster.engine("node-2").clear_faults();
    };
    let (answer, ()) = tokio::join!(send(&cluster, "/v1.41/images/load", &archive), heal);
    assert!(begun.elapsed() >= Duration::from_secs(10));
    assert!(answer.contains("Loading: no progress for 10 s"), "{answer}");
    assert!(answer.contains("Loaded image: app:latest"), "{answer}");
    assert!(!answer.contains("errorDetail"), "{answer}");
    eventually(PATIENCE, || async {
        have(&cluster, "app").await.len() == 3
    })
    .await;
    cluster.manager.until_quiet().await;
}

#[tokio::test]
async fn a_node_that_dies_on_the_way_is_named_and_gets_the_image_once_it_is_back() {
    let cluster = cluster(2).await;
    let fault = Fault::CloseBeforeHead { route: LOAD.into() };
    cluster.engine("node-1").inject(fault);
    let answer = send(&cluster, "/v1.41/images/load", &archive(300_000).await).await;
    assert!(answer.contains("\"id\":\"node-1\""), "{answer}");
    assert!(answer.contains("Loaded image: app:latest"), "{answer}");
    cluster.engine("node-1").clear_faults();
    eventually(PATIENCE, || async {
        have(&cluster, "app").await.len() == 2
    })
    .await;
    cluster
        .manager
        .until_logged("Image brought afterwards", 1)
        .await;
}

#[tokio::test]
async fn a_client_that_leaves_ends_the_load_everywhere() {
    let cluster = cluster(2).await;
    let archive = archive(300_000).await;
    let mut talk = cluster.manager.talk().await;
    talk.say("POST /v1.41/images/load HTTP/1.1\r\nHost: a\r\nContent-Length: 900000\r\n\r\n")
        .await;
    talk.say(&archive).await;
    eventually(PATIENCE, || async { cluster.requests(LOAD) == 2 }).await;
    drop(talk);
    cluster.manager.until_quiet().await;
    assert!(have(&cluster, "app").await.is_empty());
}

#[tokio::test]
async fn an_import_of_a_stream_reaches_every_node() {
    let cluster = cluster(2).await;
    let target = "/v1.41/images/create?fromSrc=-&repo=made&tag=1";
    let answer = send(&cluster, target, &archive(1000).await).await;
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    assert!(answer.contains("Importing: imported"), "{answer}");
    assert_eq!(
        answer.matches("{\"status\":\"sha256:").count(),
        1,
        "{answer}"
    );
    assert_eq!(have(&cluster, "made:1").await, ["node-1", "node-2"]);
}

#[tokio::test]
async fn an_import_from_an_address_is_fetched_by_every_node() {
    let cluster = cluster(2).await;
    let target = "/v1.41/images/create?fromSrc=http://x/y.tar&repo=made&tag=1";
    let answer = cluster.manager.post(target, Value::Null).await;
    assert!(
        answer.text().contains("Importing http://x/y.tar: imported"),
        "{}",
        answer.text()
    );
    assert_eq!(have(&cluster, "made:1").await, ["node-1", "node-2"]);
}
