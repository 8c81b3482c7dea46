//! What clients see of a cluster that changes under them.

use std::collections::HashSet;

use futures_util::FutureExt;
use serde_json::{Value, json};
use testkit::manager::{Cluster, Manager, PATIENCE, addresses};
use testkit::{Engine, EngineOptions, Fault, wait};

use crate::{SWARM, cluster, top, top_on};

async fn odd() -> Cluster {
    let options = EngineOptions {
        odd: true,
        record: true,
        containers: 3,
        ..EngineOptions::named("node-1")
    };
    Cluster::start(SWARM, [options], &[]).await.unwrap()
}

/// The object without the keys that the endpoint edits.
fn without(object: &Value, keys: &[&str]) -> Value {
    let mut object = object.clone();
    for key in keys {
        object.as_object_mut().unwrap().remove(*key);
    }
    object
}

#[tokio::test]
async fn what_no_client_has_heard_of_survives_lists_and_inspects() {
    let cluster = odd().await;
    let created = json!({ "Image": "busybox", "Invented": { "a": [1, null] }, "HostConfig": { "Newer": true } });
    cluster.manager.create("new", created.clone()).await;
    let requests = cluster.engine("node-1").requests();
    let sent = requests.iter().rfind(|one| one.method == "POST").unwrap();
    let sent = sent.body.as_ref().unwrap();
    assert_eq!(without(sent, &["Labels"]), created);
    let engine = cluster.engines[0].addr;
    let direct = async |target: &str| {
        let answer = testkit::client::send(engine, "GET", target, None).await;
        answer.unwrap().json()
    };
    let lists = [
        (
            "/v1.41/containers/json?all=1",
            &["Names", "Status", "Ports"][..],
        ),
        ("/v1.41/images/json", &[]),
    ];
    for (target, edited) in lists {
        let (ours, theirs) = (
            cluster.manager.get(target).await.json(),
            direct(target).await,
        );
        let (ours, theirs) = (ours.as_array().unwrap(), theirs.as_array().unwrap());
        assert_eq!(ours.len(), theirs.len(), "{target}");
        for theirs in theirs {
            let ours = ours.iter().find(|one| one["Id"] == theirs["Id"]).unwrap();
            assert_eq!(without(ours, edited), without(theirs, edited), "{target}");
        }
    }
    assert!(
        direct("/v1.41/containers/json?all=1")
            .await
            .to_string()
            .contains("Future")
    );
    let target = "/v1.41/containers/new/json";
    let (ours, theirs) = (
        cluster.manager.get(target).await.json(),
        direct(target).await,
    );
    assert_eq!(ours["Node"]["Name"], "node-1");
    assert_eq!(without(&ours, &["Node"]), theirs);
}

#[tokio::test]
async fn what_was_created_is_there_at_once() {
    let cluster = cluster(3).await;
    for number in 0..20 {
        let name = format!("web-{number}");
        let id = cluster.manager.create(&name, top()).await;
        let listed = cluster
            .manager
            .get("/containers/json?all=1&limit=1")
            .await
            .json();
        assert_eq!(listed[0]["Id"], json!(id));
        let inspected = cluster
            .manager
            .get(&format!("/containers/{name}/json"))
            .await
            .json();
        assert_eq!(inspected["Id"], json!(id));
        let started = cluster
            .manager
            .post(&format!("/containers/{}/start", &id[..12]), Value::Null)
            .await;
        assert_eq!(started.status, 204, "{}", started.text());
        let running = cluster.manager.get("/containers/json").await.json();
        assert_eq!(running.as_array().unwrap().len(), number + 1);
    }
    let gone = cluster.manager.delete("/containers/web-7?force=1").await;
    assert_eq!(gone.status, 204);
    assert_eq!(
        cluster.manager.get("/containers/web-7/json").await.status,
        404
    );
    let renamed = cluster
        .manager
        .post("/containers/web-8/rename?name=web-7", Value::Null)
        .await;
    assert_eq!(renamed.status, 204, "{}", renamed.text());
    assert_eq!(
        cluster.manager.get("/containers/web-7/json").await.status,
        200
    );
    assert_eq!(
        cluster.manager.get("/containers/web-8/json").await.status,
        404
    );
}

#[tokio::test]
async fn spread_puts_equal_containers_evenly() {
    let cluster = cluster(3).await;
    let names: Vec<String> = (0..12).map(|number| format!("c{number}")).collect();
    let creates = names.iter().map(|name| cluster.manager.create(name, top()));
    futures_util::future::join_all(creates).await;
    for node in ["node-1", "node-2", "node-3"] {
        assert_eq!(cluster.names_on(node).len(), 4, "{node}");
    }
}

#[tokio::test]
async fn a_create_that_comes_while_its_node_is_read_waits_for_it() {
    let engine = Engine::start(EngineOptions::named("node-1")).await.unwrap();
    engine.engine().inject(Fault::Delay {
        route: "GET /containers/json".into(),
        millis: 500,
    });
    let manager = Manager::start(SWARM, &addresses(std::slice::from_ref(&engine)), &[]).await;
    let manager = manager.unwrap();
    wait::eventually(PATIENCE, || async {
        engine
            .engine()
            .counters()
            .requests
            .contains_key("GET /containers/json")
    })
    .await;
    manager.create("early", top()).await;
}

#[tokio::test]
async fn what_happens_behind_the_managers_back_is_seen() {
    let cluster = cluster(2).await;
    let engine = cluster.engines[1].addr;
    let direct = async |method: &str, target: &str, body: Value| {
        let sent = testkit::client::send(engine, method, target, Some(&body)).await;
        assert!(sent.unwrap().status.is_success(), "{target}");
    };
    let status = async |target: &str| cluster.manager.get(target).await.status.as_u16();
    direct("POST", "/containers/create?name=behind", top()).await;
    wait::eventually(PATIENCE, || async {
        status("/containers/behind/json").await == 200
    })
    .await;
    direct("POST", "/containers/behind/rename?name=ahead", json!({})).await;
    wait::eventually(PATIENCE, || async {
        status("/containers/ahead/json").await == 200
    })
    .await;
    assert_eq!(status("/containers/behind/json").await, 404);
    let taken = cluster
        .manager
        .post("/containers/create?name=ahead", top_on("node-1"))
        .await;
    assert_eq!(taken.status, 409, "{}", taken.text());
    assert!(taken.text().contains("node-2"), "{}", taken.text());
    direct("DELETE", "/containers/ahead", json!({})).await;
    wait::eventually(PATIENCE, || async {
        status("/containers/ahead/json").await == 404
    })
    .await;
    cluster.manager.create("ahead", top_on("node-1")).await;
}

#[tokio::test]
async fn events_since_a_moment_come_once_and_none_is_missing() {
    let cluster = cluster(2).await;
    let mut expected = HashSet::new();
    for number in 0..5 {
        let node = format!("node-{}", number % 2 + 1);
        expected.insert(
            cluster
                .manager
                .create(&format!("e{number}"), top_on(&node))
                .await,
        );
    }
    let mut talk = cluster.manager.talk().await;
    talk.say("GET /v1.41/events?since=1 HTTP/1.1\r\nHost: a\r\n\r\n")
        .await;
    // While the past is told, more happens.
    for number in 5..15 {
        let node = format!("node-{}", number % 2 + 1);
        expected.insert(
            cluster
                .manager
                .create(&format!("e{number}"), top_on(&node))
                .await,
        );
    }
    let mut told = talk.head().await;
    while told.matches("\"Action\":\"create\"").count() < 15 {
        told.push_str(&talk.until("}\n").await);
    }
    let listed = cluster
        .manager
        .get("/v1.41/events?since=1&until=9999999999.5")
        .now_or_never();
    assert!(listed.is_none(), "an end in the future is waited for");
    let seconds = std::time::SystemTime::now()
        .duration_since(std::time::UNIX_EPOCH)
        .unwrap()
        .as_secs()
        + 1;
    let replayed = cluster
        .manager
        .get(&format!("/v1.41/events?since=1&until={seconds}"))
        .await
        .text();
    for text in [&told, &replayed] {
        let lines = text
            .lines()
            .filter(|line| line.contains("\"Action\":\"create\""));
        let events: Vec<Value> = lines
            .map(|line| serde_json::from_str(line).unwrap())
            .collect();
        let ids: Vec<String> = events
            .iter()
            .map(|one| one["Actor"]["ID"].as_str().unwrap().to_owned())
            .collect();
        assert_eq!(ids.len(), 15, "{text}");
        assert_eq!(ids.iter().cloned().collect::<HashSet<_>>(), expected);
        for event in &events {
            let node = event["Actor"]["Attributes"]["node.name"].as_str().unwrap();
            assert!(node.starts_with("node-"), "{event}");
        }
    }
    let times: Vec<i64> = replayed
        .lines()
        .map(|line| {
            serde_json::from_str::<Value>(line).unwrap()["timeNano"]
                .as_i64()
                .unwrap()
        })
        .collect();
    assert!(times.is_sorted(), "{times:?}");
    let none = cluster.manager.get("/v1.41/events?since=5&until=2").await;
    assert_eq!(none.status, 400, "{}", none.text());
}
