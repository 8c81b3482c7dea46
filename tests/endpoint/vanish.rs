//! Clients that leave in the middle.

use serde_json::{Value, json};
use testkit::manager::{Cluster, PATIENCE};
use testkit::{Fault, wait};

use crate::{cluster, top};

fn in_flight(cluster: &Cluster) -> u64 {
    let engines = cluster.engines.iter();
    engines.map(|one| one.engine().counters().in_flight).sum()
}

/// Waits until engines have nothing left to do but to tell events.
async fn until_idle(cluster: &Cluster) {
    let streams = cluster.engines.len() as u64;
    wait::eventually(PATIENCE, || async { in_flight(cluster) == streams }).await;
    cluster.manager.until_quiet().await;
}

async fn until_requested(cluster: &Cluster, route: &str, times: u64) {
    wait::eventually(PATIENCE, || async { cluster.requests(route) >= times }).await;
}

fn delay(route: &str, millis: u64) -> Fault {
    Fault::Delay {
        route: route.into(),
        millis,
    }
}

fn hang(route: &str) -> Fault {
    Fault::Hang {
        route: route.into(),
    }
}

fn create(name: &str) -> String {
    let body = top().to_string();
    format!(
        "POST /v1.41/containers/create?name={name} HTTP/1.1\r\nHost: a\r\n\
         Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    )
}

#[tokio::test]
async fn a_create_whose_client_vanishes_is_done_once_and_whole() {
    let cluster = cluster(2).await;
    for engine in &cluster.engines {
        engine
            .engine()
            .inject(delay("POST /containers/create", 200));
    }
    let mut talk = cluster.manager.talk().await;
    talk.say(create("left")).await;
    until_requested(&cluster, "POST /containers/create", 1).await;
    drop(talk);
    wait::eventually(PATIENCE, || async { cluster.holders("left").len() == 1 }).await;
    until_idle(&cluster).await;
    assert_eq!(cluster.requests("POST /containers/create"), 1);
    let shown = cluster.manager.get("/containers/json?all=1").await.json();
    assert_eq!(shown.as_array().unwrap().len(), 1, "{shown}");
    let again = cluster
        .manager
        .post("/containers/create?name=left", top())
        .await;
    assert_eq!(again.status, 409, "{}", again.text());
}

#[tokio::test]
async fn a_create_whose_client_vanishes_at_any_moment_is_done_once_or_not_at_all() {
    let cluster = cluster(2).await;
    let names: Vec<String> = (0..24).map(|number| format!("left-{number}")).collect();
    for (number, name) in names.iter().enumerate() {
        let mut talk = cluster.manager.talk().await;
        let request = create(name);
        // Some leave before the end of their body, some right behind it.
        let sent = request.len() - if number % 3 == 0 { 1 + number } else { 0 };
        talk.say(&request[..sent]).await;
        if number % 2 == 0 {
            tokio::task::yield_now().await;
        }
        drop(talk);
    }
    until_idle(&cluster).await;
    for (number, name) in names.iter().enumerate() {
        let made = cluster.holders(name).len();
        assert!(made <= 1, "{name}: {made}");
        assert!(number % 3 != 0 || made == 0, "{name} was never asked for");
        // What was not made can be made now: no promise is left behind.
        let again = cluster
            .manager
            .post(&format!("/containers/create?name={name}"), top())
            .await;
        assert_eq!(
            again.status.as_u16(),
            if made == 1 { 409 } else { 201 },
            "{name}"
        );
    }
}

#[tokio::test]
async fn a_body_that_stops_half_way_makes_nothing() {
    let cluster = cluster(1).await;
    for (head, part) in [
        ("Content-Length: 100", "{\"Image\": \"busybox\""),
        ("Transfer-Encoding: chunked", "10\r\n{\"Image\": \"bu"),
    ] {
        let mut talk = cluster.manager.talk().await;
        let head = format!(
            "POST /containers/create?name=half HTTP/1.1\r\nHost: a\r\n{head}\r\n\r\n{part}"
        );
        talk.say(head).await;
        talk.end().await;
        let answer = talk.rest().await;
        let told = answer.starts_with("HTTP/1.1 400 ") && answer.contains("\"message\"");
        assert!(answer.is_empty() || told, "{answer}");
    }
    until_idle(&cluster).await;
    assert_eq!(cluster.requests("POST /containers/create"), 0);
}

#[tokio::test]
async fn a_stream_to_an_engine_that_stops_half_way_ends_there_too() {
    let cluster = cluster(1).await;
    cluster.manager.create("web", top()).await;
    let mut talk = cluster.manager.talk().await;
    talk.say(
        "PUT /v1.41/containers/web/archive?path=/tmp HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\n\r\nabc",
    )
    .await;
    until_requested(&cluster, "PUT /containers/{name}/archive", 1).await;
    drop(talk);
    until_idle(&cluster).await;
}

#[tokio::test]
async fn a_pull_stops_on_every_engine_when_its_client_vanishes() {
    let cluster = cluster(3).await;
    for engine in &cluster.engines {
        engine.engine().inject(hang("POST /images/create"));
    }
    let mut talk = cluster.manager.talk().await;
    talk.say("POST /v1.41/images/create?fromImage=alpine&tag=3 HTTP/1.1\r\nHost: a\r\n\r\n")
        .await;
    until_requested(&cluster, "POST /images/create", 3).await;
    drop(talk);
    until_idle(&cluster).await;
}

#[tokio::test]
async fn a_pull_that_has_begun_stops_on_the_engines_that_go_on() {
    let cluster = cluster(2).await;
    cluster.engine("node-2").inject(hang("POST /images/create"));
    let mut talk = cluster.manager.talk().await;
    talk.say("POST /v1.41/images/create?fromImage=alpine&tag=3 HTTP/1.1\r\nHost: a\r\n\r\n")
        .await;
    talk.until("\"id\":\"node-1\"").await;
    until_requested(&cluster, "POST /images/create", 2).await;
    drop(talk);
    until_idle(&cluster).await;
}

#[tokio::test]
async fn followers_that_leave_free_their_engine() {
    let cluster = cluster(1).await;
    cluster.manager.create("web", top()).await;
    cluster
        .manager
        .post("/containers/web/start", Value::Null)
        .await;
    let routes = [
        ("GET", "/containers/web/logs?follow=1&stdout=1"),
        ("GET", "/containers/web/stats"),
        ("POST", "/containers/web/wait"),
        ("GET", "/events"),
    ];
    let mut talks = Vec::new();
    for (method, target) in routes {
        let mut talk = cluster.manager.talk().await;
        talk.say(format!(
            "{method} /v1.41{target} HTTP/1.1\r\nHost: a\r\n\r\n"
        ))
        .await;
        let head = talk.head().await;
        assert!(head.starts_with("HTTP/1.1 200 "), "{target}: {head}");
        talks.push(talk);
    }
    // Heads come at once; what lasts waits at the engine, beside the manager's own stream.
    wait::eventually(PATIENCE, || async { in_flight(&cluster) == 4 }).await;
    drop(talks);
    until_idle(&cluster).await;
}

#[tokio::test]
async fn a_start_whose_client_vanishes_is_carried_out() {
    let cluster = cluster(1).await;
    cluster.manager.create("web", top()).await;
    cluster
        .engine("node-1")
        .inject(delay("POST /containers/{name}/start", 150));
    let mut talk = cluster.manager.talk().await;
    talk.say("POST /containers/web/start HTTP/1.1\r\nHost: a\r\n\r\n")
        .await;
    until_requested(&cluster, "POST /containers/{name}/start", 1).await;
    drop(talk);
    wait::eventually(PATIENCE, || async {
        cluster.manager.get("/containers/web/json").await.json()["State"]["Running"] == json!(true)
    })
    .await;
    until_idle(&cluster).await;
}
