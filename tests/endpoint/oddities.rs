//! Odd clients, odd engines, and what they have in common: they are served.

use futures_util::future::join_all;
use serde_json::{Value, json};
use testkit::manager::{Cluster, Manager, PATIENCE, addresses};
use testkit::{Engine, EngineOptions, Fault, wait};

use crate::bad_requests::raw;
use crate::{SWARM, cluster, top, top_on, with};

#[tokio::test]
async fn one_name_on_two_nodes_is_told_apart_by_its_node() {
    let mut engines = Vec::new();
    for node in ["node-1", "node-2"] {
        let engine = Engine::start(EngineOptions::named(node)).await.unwrap();
        engine.engine().create("web", &top()).unwrap();
        engines.push(engine);
    }
    let manager = Manager::start(SWARM, &addresses(&engines), &[])
        .await
        .unwrap();
    manager.until_healthy(2).await;
    let both = manager.get("/containers/web/json").await;
    assert_eq!(both.status, 409, "{}", both.text());
    for node in ["node-1", "node-2"] {
        assert!(both.text().contains(node), "{}", both.text());
        let one = manager.get(&format!("/containers/{node}/web/json")).await;
        assert_eq!(
            (one.status.as_u16(), &one.json()["Node"]["Name"]),
            (200, &json!(node))
        );
    }
    let taken = manager.post("/containers/create?name=web", top()).await;
    assert_eq!(taken.status, 409, "{}", taken.text());
    assert_eq!(manager.delete("/containers/node-2/web").await.status, 204);
    assert_eq!(
        manager.get("/containers/web/json").await.json()["Node"]["Name"],
        "node-1"
    );
}

#[tokio::test]
async fn list_entries_of_strange_types_are_kept_and_break_nothing() {
    let cluster = with(
        2,
        &[
            "--engine-refresh-min-interval=1s",
            "--engine-refresh-max-interval=1s",
        ],
    )
    .await;
    let id = "a".repeat(64);
    let strange = json!([
        { "Id": id, "Names": null, "Created": "yesterday", "Ports": {}, "Labels": [], "State": 7,
          "Status": null, "Mounts": "x", "NetworkSettings": [], "Image": {}, "ImageID": 1 },
        { "Id": "b".repeat(64), "Names": ["", "/", "//", "/x/y/z"], "Created": -1, "Ports": [null, 7, {"IP": 5}],
          "Labels": { "a": 1 }, "State": "levitating", "Mounts": [null], "NetworkSettings": { "Networks": [] } },
        { "Id": "short", "Created": 1e300 },
    ]);
    cluster.engine("node-1").inject(Fault::Body {
        route: "GET /containers/json".into(),
        body: strange.to_string(),
    });
    // What is listed has to be there when it is looked at, or it is taken for gone.
    cluster.engine("node-1").inject(Fault::Body {
        route: "GET /containers/{name}/json".into(),
        body: "{\"State\":[],\"Name\":null,\"HostConfig\":7}".into(),
    });
    let listed = wait::value(PATIENCE, || async {
        let listed = cluster.manager.get("/containers/json?all=1").await.json();
        let all = listed.as_array().is_some_and(|all| all.len() == 3);
        all.then_some(listed)
    })
    .await;
    let of = |id: &str| {
        listed
            .as_array()
            .unwrap()
            .iter()
            .find(|one| one["Id"] == *id)
            .unwrap()
            .clone()
    };
    assert_eq!(of(&id)["State"], 7);
    assert_eq!(of(&"b".repeat(64))["State"], "levitating");
    assert_eq!(of("short")["Created"], json!(1e300));
    for target in [
        "/info",
        "/containers/json?all=1&filters=%7B%22status%22%3A%5B%22running%22%5D%7D",
        "/system/df",
    ] {
        assert_eq!(cluster.manager.get(target).await.status, 200, "{target}");
    }
    cluster.manager.create("web", top_on("node-2")).await;
}

#[tokio::test]
async fn an_old_client_is_served_in_its_own_version() {
    let recorded = EngineOptions {
        record: true,
        ..EngineOptions::named("node-1")
    };
    let cluster = Cluster::start(SWARM, [recorded], &[]).await.unwrap();
    let created = cluster
        .manager
        .post("/v1.12/containers/create?name=old", top())
        .await;
    assert_eq!(created.status, 201, "{}", created.text());
    let config = json!({ "PortBindings": { "80/tcp": [{ "HostPort": "8080" }] } });
    let started = cluster
        .manager
        .post("/v1.12/containers/old/start", config.clone())
        .await;
    assert_eq!(started.status, 204, "{}", started.text());
    let requests = cluster.engine("node-1").requests();
    let sent = requests
        .iter()
        .rfind(|one| one.target.ends_with("/start"))
        .unwrap();
    assert_eq!(
        (sent.target.as_str(), sent.body.as_ref()),
        ("/v1.12/containers/old/start", Some(&config))
    );
    let listed = cluster
        .manager
        .get("/v1.12/containers/json?all=1&limit=-1&trunc_cmd=1&size=0")
        .await;
    assert_eq!(listed.json()[0]["Names"][0], "/old", "{}", listed.text());
    let old = raw(&cluster, "GET /_ping HTTP/1.0\r\n\r\n").await;
    assert!(old.contains(" 200 OK\r\n") && old.ends_with("OK"), "{old}");
}

#[tokio::test]
async fn requests_behind_one_another_and_bodies_that_ask_first_are_answered() {
    let cluster = cluster(1).await;
    cluster.manager.create("web", top()).await;
    let pipelined = "GET /_ping HTTP/1.1\r\nHost: a\r\n\r\n\r\nGET /containers/nope/json HTTP/1.1\r\nHost: a\r\n\r\n\
                     GET /version HTTP/1.1\nHost: a\nConnection: close\n\n";
    let answers = raw(&cluster, pipelined).await;
    let statuses: Vec<&str> = answers
        .lines()
        .filter(|line| line.contains("HTTP/1.1 "))
        .collect();
    assert_eq!(statuses.len(), 3, "{answers}");
    assert!(
        answers.contains("No such container: nope") && answers.contains("ApiVersion"),
        "{answers}"
    );
    let body = top().to_string();
    let mut talk = cluster.manager.talk().await;
    talk.say(format!(
        "POST /containers/create?name=asked HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: {}\r\n\r\n",
        body.len()
    ))
    .await;
    assert!(talk.head().await.starts_with("HTTP/1.1 100 "));
    talk.say(body).await;
    assert!(talk.head().await.starts_with("HTTP/1.1 201 "));
}

#[tokio::test]
async fn names_with_a_node_in_a_body_are_what_the_engine_knows() {
    let recorded = |name: &str| EngineOptions {
        record: true,
        ..EngineOptions::named(name)
    };
    let cluster = Cluster::start(SWARM, [recorded("node-1"), recorded("node-2")], &[])
        .await
        .unwrap();
    cluster.manager.create("web", top_on("node-1")).await;
    let network = cluster
        .manager
        .post("/networks/create", json!({ "Name": "node-1/net" }))
        .await;
    assert_eq!(network.status, 201, "{}", network.text());
    let joined = cluster
        .manager
        .post(
            "/networks/net/connect",
            json!({ "Container": "node-1/web", "New": 1 }),
        )
        .await;
    assert_eq!(joined.status, 200, "{}", joined.text());
    let left = cluster
        .manager
        .post(
            "/networks/net/disconnect",
            json!({ "Container": "/node-1/web" }),
        )
        .await;
    assert_eq!(left.status, 200, "{}", left.text());
    let volumes = json!({ "Image": "busybox", "HostConfig": { "VolumesFrom": ["node-1/web:ro"], "Links": ["node-1/web:db"] } });
    cluster.manager.create("after", volumes).await;
    assert_eq!(cluster.holders("after"), ["node-1"]);
    let sent = cluster
        .engine("node-1")
        .requests()
        .into_iter()
        .rfind(|one| one.target.contains("name=after"))
        .unwrap();
    assert_eq!(
        sent.body.unwrap()["HostConfig"],
        json!({ "VolumesFrom": ["web:ro"], "Links": ["web:db"] })
    );
}

#[tokio::test]
async fn a_hundred_short_lives_at_once_lose_and_double_nothing() {
    let cluster = cluster(3).await;
    let manager = &cluster.manager;
    let lives = (0..100).map(|number| async move {
        let brief = json!({ "Image": "busybox", "Cmd": ["true"], "HostConfig": { "AutoRemove": true } });
        let id = manager.create(&format!("brief-{number}"), brief).await;
        let mut waiting = manager.talk().await;
        waiting
            .say(format!("POST /containers/{id}/wait?condition=removed HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"))
            .await;
        let head = waiting.head().await;
        assert!(head.starts_with("HTTP/1.1 200 "), "{head}");
        let started = manager.post(&format!("/containers/{id}/start"), Value::Null).await;
        (started.status.as_u16(), waiting.rest().await)
    });
    for (started, ended) in join_all(lives).await {
        assert_eq!(started, 204);
        assert!(ended.contains("\"StatusCode\":0"), "{ended}");
    }
    assert_eq!(cluster.requests("POST /containers/create"), 100);
    wait::eventually(PATIENCE, || async {
        manager.get("/containers/json?all=1").await.json() == json!([])
    })
    .await;
    manager.until_quiet().await;
}

#[tokio::test]
async fn a_pull_succeeds_if_one_node_did_and_names_those_that_did_not() {
    let cluster = cluster(2).await;
    let refuse = |node: &str| {
        cluster.engine(node).inject(Fault::Status {
            route: "POST /images/create".into(),
            status: 500,
            message: "disk full".into(),
        });
    };
    refuse("node-2");
    let pulled = cluster
        .manager
        .post("/images/create?fromImage=alpine&tag=3", Value::Null)
        .await;
    assert_eq!(pulled.status, 200, "{}", pulled.text());
    assert!(!pulled.text().contains("\"error\""), "{}", pulled.text());
    let lines: Vec<Value> = pulled
        .text()
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert!(
        lines
            .iter()
            .any(|line| line["id"] == "node-2" && line.to_string().contains("disk full")),
        "{lines:?}"
    );
    refuse("node-1");
    let failed = cluster
        .manager
        .post("/images/create?fromImage=alpine&tag=4", Value::Null)
        .await;
    assert!(failed.text().contains("disk full"), "{}", failed.text());
    assert!(
        failed.status == 500 || failed.text().contains("\"error\""),
        "{}",
        failed.text()
    );
}
