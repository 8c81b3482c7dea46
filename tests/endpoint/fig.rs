//! Clients as old as fig: what they ask of the host comes with the start.

use serde_json::{Value, json};
use testkit::EngineOptions;
use testkit::Fault;
use testkit::client::Answer;
use testkit::manager::Cluster;

use crate::{SWARM, top, top_on};

/// Two nodes that remember what they were sent.
async fn two() -> Cluster {
    let engines = ["node-1", "node-2"].map(|name| EngineOptions {
        record: true,
        ..EngineOptions::named(name)
    });
    Cluster::start(SWARM, engines, &[]).await.unwrap()
}

/// A container on the node that holds fewer: made by fig, not started.
async fn create(cluster: &Cluster, name: &str) -> String {
    let body =
        json!({ "Image": "busybox", "Cmd": ["top"], "Volumes": { "/data": {} }, "Memory": 0 });
    let target = format!("/v1.12/containers/create?name={name}");
    let made = cluster.manager.post(&target, body).await;
    assert_eq!(made.status, 201, "{}", made.text());
    made.json()["Id"].as_str().unwrap().to_owned()
}

async fn start(cluster: &Cluster, id: &str, host: Value) -> Answer {
    let target = format!("/v1.12/containers/{id}/start");
    cluster.manager.post(&target, host).await
}

/// `db` runs on `node-1`, and `web` was created on `node-2`; the id of `web`.
async fn db_and_web(cluster: &Cluster) -> String {
    cluster.manager.create("db", top_on("node-1")).await;
    let id = create(cluster, "web").await;
    assert_eq!(cluster.holders("web"), ["node-2"]);
    id
}

#[tokio::test]
async fn a_container_goes_where_its_links_are_and_answers_to_its_first_id() {
    let cluster = two().await;
    let first = db_and_web(&cluster).await;
    let host = json!({ "Links": ["/db:db_1", "db:db"], "PortBindings": null, "Binds": ["/x:/x"] });
    let started = start(&cluster, &first, host).await;
    assert_eq!(started.status, 204, "{}", started.text());
    assert_eq!(cluster.holders("web"), ["node-1"]);
    assert_eq!(cluster.names_on("node-2"), Vec::<String>::new());
    for reference in [&first[..], &first[..12], "web", "/web"] {
        let target = format!("/v1.12/containers/{reference}/json");
        let found = cluster.manager.get(&target).await;
        assert_eq!(found.status, 200, "{reference}: {}", found.text());
        let found = found.json();
        assert_eq!(found["Name"], "/web", "{reference}");
        assert_eq!(found["State"]["Running"], true, "{reference}");
        assert_ne!(found["Id"], json!(first), "{reference}");
    }
    let requests = cluster.engine("node-1").requests();
    let start = requests.iter().rfind(|one| one.target.ends_with("/start"));
    let sent = start.unwrap().body.clone().unwrap();
    assert_eq!(sent["Links"], json!(["db:db_1", "db:db"]));
    let stop = format!("/v1.12/containers/{first}/stop");
    let stopped = cluster.manager.post(&stop, Value::Null).await;
    assert_eq!(stopped.status, 204, "{}", stopped.text());
    let removed = cluster
        .manager
        .delete(&format!("/v1.12/containers/{first}"))
        .await;
    assert_eq!(removed.status, 204, "{}", removed.text());
    cluster.manager.until_quiet().await;
}

#[tokio::test]
async fn a_container_whose_node_does_stays() {
    let cluster = two().await;
    let id = db_and_web(&cluster).await;
    let host = json!({ "PortBindings": { "80/tcp": [{ "HostIp": "", "HostPort": "8080" }] } });
    let started = start(&cluster, &id, host).await;
    assert_eq!(started.status, 204, "{}", started.text());
    assert_eq!(cluster.holders("web"), ["node-2"]);
    let found = cluster
        .manager
        .get("/v1.12/containers/web/json")
        .await
        .json();
    assert_eq!(found["Id"], json!(id));
}

#[tokio::test]
async fn a_host_port_that_is_taken_moves_it_and_one_taken_everywhere_refuses_it() {
    let cluster = two().await;
    let ports = json!({ "80/tcp": [{ "HostPort": "8080" }] });
    let host = json!({ "PortBindings": ports });
    let mut on_two = top_on("node-2");
    on_two["HostConfig"] = host.clone();
    cluster.manager.create("taken", on_two).await;
    cluster.manager.create("one", top_on("node-1")).await;
    cluster.manager.create("other", top_on("node-1")).await;
    let first = create(&cluster, "web").await;
    assert_eq!(cluster.holders("web"), ["node-2"]);
    let started = start(&cluster, &first, host.clone()).await;
    assert_eq!(started.status, 204, "{}", started.text());
    assert_eq!(cluster.holders("web"), ["node-1"]);
    let second = create(&cluster, "late").await;
    let before = cluster.holders("late");
    let refused = start(&cluster, &second, host).await;
    assert_eq!(refused.status, 500);
    assert!(refused.text().contains("port"), "{}", refused.text());
    assert_eq!(cluster.holders("late"), before);
    // Asked for less, it starts where it is.
    let started = start(&cluster, &second, json!({ "Binds": [] })).await;
    assert_eq!(started.status, 204, "{}", started.text());
    assert_eq!(cluster.holders("late"), before);
}

#[tokio::test]
async fn what_cannot_be_moved_whole_stays_whole() {
    let cluster = two().await;
    let id = db_and_web(&cluster).await;
    let host = || json!({ "VolumesFrom": ["db"] });
    let refuse = |route: &str| Fault::Status {
        route: route.into(),
        status: 500,
        message: "not today".into(),
    };
    cluster
        .engine("node-1")
        .inject(refuse("POST /containers/create"));
    let refused = start(&cluster, &id, host()).await;
    assert_eq!(
        (refused.status.as_u16(), refused.text().trim()),
        (500, "not today")
    );
    assert_eq!(cluster.holders("web"), ["node-2"]);
    cluster.engine("node-1").clear_faults();
    cluster
        .engine("node-2")
        .inject(refuse("DELETE /containers/{name}"));
    let refused = start(&cluster, &id, host()).await;
    assert_eq!(
        (refused.status.as_u16(), refused.text().trim()),
        (500, "not today")
    );
    assert_eq!(cluster.holders("web"), ["node-2"]);
    cluster.engine("node-2").clear_faults();
    let started = start(&cluster, &id, host()).await;
    assert_eq!(started.status, 204, "{}", started.text());
    assert_eq!(cluster.holders("web"), ["node-1"]);
    cluster.manager.until_quiet().await;
}

#[tokio::test]
async fn a_move_whose_create_gets_no_answer_leaves_one_container() {
    let cluster = two().await;
    let id = db_and_web(&cluster).await;
    cluster.engine("node-1").inject(Fault::LoseAnswer {
        route: "POST /containers/create".into(),
    });
    let host = json!({ "Links": ["db:db"] });
    let lost = start(&cluster, &id, host.clone()).await;
    assert_eq!(lost.status, 502, "{}", lost.text());
    assert_eq!(cluster.holders("web"), ["node-2"]);
    cluster.engine("node-1").clear_faults();
    let started = start(&cluster, &id, host).await;
    assert_eq!(started.status, 204, "{}", started.text());
    assert_eq!(cluster.holders("web"), ["node-1"]);
}

#[tokio::test]
async fn a_container_of_a_newer_client_never_moves() {
    let cluster = two().await;
    cluster.manager.create("db", top_on("node-1")).await;
    let made = cluster
        .manager
        .post("/v1.18/containers/create?name=web", top())
        .await;
    assert_eq!(made.status, 201, "{}", made.text());
    assert_eq!(cluster.holders("web"), ["node-2"]);
    let target = "/v1.18/containers/web/start";
    let host = json!({ "Links": ["db:db"] });
    let sent = cluster.manager.post(target, host.clone()).await;
    // Its engine got what was asked, and says itself what it thinks of it.
    let requests = cluster.engine("node-2").requests();
    let start = requests.iter().rfind(|one| one.target.ends_with("/start"));
    assert_eq!(start.unwrap().body, Some(host), "{}", sent.text());
    assert_eq!(cluster.holders("web"), ["node-2"]);
    assert_eq!(cluster.requests("POST /containers/create"), 2);
}
