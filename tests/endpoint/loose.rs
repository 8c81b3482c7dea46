//! Volumes and networks that no container has named yet go where the first one goes.

use serde_json::{Value, json};
use testkit::Fault;
use testkit::client::{self, Answer};
use testkit::manager::{Cluster, Manager, addresses};

use crate::{SWARM, cluster, top, top_on};

/// The nodes whose engines have it.
async fn nodes_with(cluster: &Cluster, kind: &str, name: &str) -> Vec<String> {
    let mut nodes = Vec::new();
    for engine in &cluster.engines {
        let target = format!("/v1.41/{kind}/{name}");
        let answer = client::send(engine.addr, "GET", &target, None).await;
        if answer.unwrap().status == 200 {
            nodes.push(engine.engine().name());
        }
    }
    nodes
}

async fn make(cluster: &Cluster, kind: &str, body: Value) -> Value {
    let target = format!("/{kind}/create");
    let made = cluster.manager.post(&target, body).await;
    assert_eq!(made.status, 201, "{}", made.text());
    made.json()
}

async fn volume(cluster: &Cluster, name: &str) -> String {
    let body = json!({ "Name": name, "Labels": { "a": "b" } });
    make(cluster, "volumes", body).await;
    only(nodes_with(cluster, "volumes", name).await)
}

/// Its id and its node.
async fn network(cluster: &Cluster, name: &str) -> (String, String) {
    let made = make(
        cluster,
        "networks",
        json!({ "Name": name, "Labels": { "a": "b" } }),
    )
    .await;
    let id = made["Id"].as_str().unwrap().to_owned();
    (id, only(nodes_with(cluster, "networks", name).await))
}

fn only(nodes: Vec<String>) -> String {
    assert_eq!(nodes.len(), 1, "{nodes:?}");
    nodes.into_iter().next().unwrap()
}

fn other(node: &str) -> &'static str {
    if node == "node-1" { "node-2" } else { "node-1" }
}

fn with(mut body: Value, host: Value) -> Value {
    body["HostConfig"] = host;
    body
}

async fn create(cluster: &Cluster, name: &str, body: Value) -> Answer {
    let target = format!("/containers/create?name={name}");
    cluster.manager.post(&target, body).await
}

#[tokio::test]
async fn a_volume_goes_to_the_first_container_and_stays() {
    let cluster = cluster(2).await;
    let first = volume(&cluster, "data").await;
    let second = other(&first);
    let host = json!({ "Binds": ["data:/d"] });
    cluster
        .manager
        .create("web", with(top_on(second), host.clone()))
        .await;
    assert_eq!(nodes_with(&cluster, "volumes", "data").await, [second]);
    let listed = cluster.manager.get("/volumes").await.json();
    assert_eq!(
        listed["Volumes"].as_array().map(Vec::len),
        Some(1),
        "{listed}"
    );
    assert_eq!(listed["Volumes"][0]["Name"], "data");
    assert_eq!(listed["Volumes"][0]["Labels"]["a"], "b");
    // It is in use now: whoever names it follows it.
    let refused = create(&cluster, "there", with(top_on(&first), host.clone())).await;
    assert_eq!(refused.status, 500);
    let message = format!("volume data is on {second}");
    assert!(refused.text().contains(&message), "{}", refused.text());
    cluster.manager.create("too", with(top(), host)).await;
    assert_eq!(cluster.holders("too"), [second]);
}

#[tokio::test]
async fn a_network_that_moved_answers_to_its_first_id() {
    let cluster = cluster(2).await;
    let (id, first) = network(&cluster, "back").await;
    let second = other(&first);
    let host = json!({ "NetworkMode": id });
    cluster
        .manager
        .create("web", with(top_on(second), host.clone()))
        .await;
    assert_eq!(nodes_with(&cluster, "networks", "back").await, [second]);
    let shown = cluster.manager.get("/networks/back").await.json();
    assert_ne!(shown["Id"], json!(id));
    assert_eq!(shown["Labels"]["a"], "b");
    for reference in [&id[..], &id[..12]] {
        let found = cluster.manager.get(&format!("/networks/{reference}")).await;
        assert_eq!(found.status, 200, "{}", found.text());
        assert_eq!(found.json()["Id"], shown["Id"]);
    }
    cluster.manager.create("too", with(top(), host)).await;
    assert_eq!(cluster.holders("too"), [second]);
    cluster.manager.create("apart", top_on(second)).await;
    let target = format!("/networks/{id}/connect");
    let joined = cluster
        .manager
        .post(&target, json!({ "Container": "apart" }))
        .await;
    assert_eq!(joined.status, 200, "{}", joined.text());
    for name in ["web", "too", "apart"] {
        let target = format!("/containers/{name}?force=1");
        assert_eq!(cluster.manager.delete(&target).await.status, 204);
    }
    let removed = cluster.manager.delete(&format!("/networks/{id}")).await;
    assert_eq!(removed.status, 204, "{}", removed.text());
    assert!(nodes_with(&cluster, "networks", "back").await.is_empty());
}

#[tokio::test]
async fn what_is_loose_comes_together() {
    let cluster = cluster(2).await;
    for name in ["one", "two", "three"] {
        volume(&cluster, name).await;
    }
    network(&cluster, "back").await;
    let host = json!({ "Binds": ["one:/1", "two:/2", "three:/3"], "NetworkMode": "back" });
    cluster
        .manager
        .create("web", with(top_on("node-2"), host))
        .await;
    for name in ["one", "two", "three"] {
        assert_eq!(nodes_with(&cluster, "volumes", name).await, ["node-2"]);
    }
    assert_eq!(nodes_with(&cluster, "networks", "back").await, ["node-2"]);
}

#[tokio::test]
async fn two_in_use_apart_fail_by_name_and_node() {
    let cluster = cluster(2).await;
    for (name, node) in [("one", "node-1"), ("two", "node-2")] {
        volume(&cluster, name).await;
        let host = json!({ "Binds": [format!("{name}:/d")] });
        let user = format!("uses-{name}");
        cluster
            .manager
            .create(&user, with(top_on(node), host))
            .await;
    }
    let host = json!({ "Binds": ["one:/1", "two:/2"] });
    let refused = create(&cluster, "web", with(top(), host)).await;
    assert_eq!(refused.status, 500);
    for said in ["volume one is on node-1", "volume two is on node-2"] {
        assert!(refused.text().contains(said), "{}", refused.text());
    }
}

#[tokio::test]
async fn a_refused_removal_undoes_the_move_and_fails_the_create() {
    let cluster = cluster(2).await;
    let first = volume(&cluster, "data").await;
    cluster.engine(&first).inject(Fault::Status {
        route: "DELETE /volumes/{name}".into(),
        status: 409,
        message: "volume is in use".into(),
    });
    let body = with(top_on(other(&first)), json!({ "Binds": ["data:/d"] }));
    let refused = create(&cluster, "web", body.clone()).await;
    assert_eq!(refused.status, 409);
    assert_eq!(refused.json()["message"], "volume is in use");
    assert_eq!(nodes_with(&cluster, "volumes", "data").await, [&*first]);
    assert!(cluster.holders("web").is_empty());
    cluster.engine(&first).clear_faults();
    let made = create(&cluster, "web", body).await;
    assert_eq!(made.status, 201, "{}", made.text());
    assert_eq!(
        nodes_with(&cluster, "volumes", "data").await,
        [other(&first)]
    );
    cluster.manager.until_quiet().await;
}

#[tokio::test]
async fn a_move_without_an_answer_leaves_one() {
    for (kind, body) in [
        ("volumes", json!({ "Binds": ["data:/d"] })),
        ("networks", json!({ "NetworkMode": "data" })),
    ] {
        let cluster = cluster(2).await;
        make(&cluster, kind, json!({ "Name": "data" })).await;
        let first = only(nodes_with(&cluster, kind, "data").await);
        let second = other(&first);
        cluster.engine(second).inject(Fault::LoseAnswer {
            route: format!("POST /{kind}/create"),
        });
        let body = with(top_on(second), body);
        let lost = create(&cluster, "web", body.clone()).await;
        assert_eq!(lost.status, 502, "{}", lost.text());
        assert_eq!(nodes_with(&cluster, kind, "data").await, [&*first]);
        cluster.engine(second).clear_faults();
        cluster.manager.until_quiet().await;
        let made = create(&cluster, "web", body).await;
        assert_eq!(made.status, 201, "{}", made.text());
        assert_eq!(nodes_with(&cluster, kind, "data").await, [second]);
    }
}

#[tokio::test]
async fn a_create_that_fails_leaves_them_loose() {
    let cluster = cluster(2).await;
    let first = volume(&cluster, "data").await;
    let mut body = with(top_on(other(&first)), json!({ "Binds": ["data:/d"] }));
    body["Image"] = "nowhere".into();
    assert_eq!(create(&cluster, "web", body).await.status, 404);
    let body = with(top_on(&first), json!({ "Binds": ["data:/d"] }));
    cluster.manager.create("web", body).await;
    assert_eq!(nodes_with(&cluster, "volumes", "data").await, [first]);
}

#[tokio::test]
async fn racing_creates_share_one_network() {
    let cluster = cluster(3).await;
    for round in 0..4 {
        let name = format!("back-{round}");
        network(&cluster, &name).await;
        let names: Vec<String> = (0..8)
            .map(|number| format!("web-{round}-{number}"))
            .collect();
        let body = with(top(), json!({ "NetworkMode": name }));
        let creates = names.iter().map(|one| create(&cluster, one, body.clone()));
        for made in futures_util::future::join_all(creates).await {
            assert_eq!(made.status, 201, "{}", made.text());
        }
        let at = nodes_with(&cluster, "networks", &name).await;
        assert_eq!(at.len(), 1, "{at:?}");
        for one in &names {
            assert_eq!(cluster.holders(one), at);
        }
    }
    cluster.manager.until_quiet().await;
}

#[tokio::test]
async fn a_container_that_is_connected_brings_the_network_to_it() {
    let cluster = cluster(2).await;
    let (id, first) = network(&cluster, "back").await;
    let second = other(&first);
    cluster.manager.create("web", top_on(second)).await;
    let target = format!("/networks/{id}/connect");
    let joined = cluster
        .manager
        .post(&target, json!({ "Container": "web" }))
        .await;
    assert_eq!(joined.status, 200, "{}", joined.text());
    assert_eq!(nodes_with(&cluster, "networks", "back").await, [second]);
}

#[tokio::test]
async fn what_was_made_on_a_named_node_does_not_move() {
    let cluster = cluster(2).await;
    make(&cluster, "volumes", json!({ "Name": "node-1/data" })).await;
    make(&cluster, "networks", json!({ "Name": "node-1/back" })).await;
    for host in [
        json!({ "Binds": ["data:/d"] }),
        json!({ "NetworkMode": "back" }),
    ] {
        let refused = create(&cluster, "web", with(top_on("node-2"), host)).await;
        assert_eq!(refused.status, 500, "{}", refused.text());
    }
    assert_eq!(nodes_with(&cluster, "volumes", "data").await, ["node-1"]);
    assert_eq!(nodes_with(&cluster, "networks", "back").await, ["node-1"]);
}

#[tokio::test]
async fn nothing_is_loose_for_a_manager_that_did_not_make_it() {
    let cluster = cluster(2).await;
    let first = volume(&cluster, "data").await;
    let engines = addresses(&cluster.engines);
    let another = Manager::start(SWARM, &engines, &[]).await.unwrap();
    another.until_healthy(2).await;
    let body = with(top_on(other(&first)), json!({ "Binds": ["data:/d"] }));
    let refused = another.post("/containers/create?name=web", body).await;
    assert_eq!(refused.status, 500, "{}", refused.text());
    assert_eq!(nodes_with(&cluster, "volumes", "data").await, [first]);
}
