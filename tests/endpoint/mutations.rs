//! Requests and engines' answers with random faults: nothing may panic, hang, or end the service.
//!
//! A failure prints its seed; `SWARM_TEST_SEED` repeats it.

use std::time::Duration;

use serde_json::{Value, json};
use testkit::manager::{Cluster, Manager, PATIENCE, addresses};
use testkit::{Engine, EngineOptions, Fault, RunningEngine, client, wait};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

use crate::{SWARM, cluster, top};

/// Managers, and engines in front of which each runs.
const ROUNDS: usize = 6;
const ENGINES: usize = 24;

/// A generator, and its seed for the report of a failure.
fn random(what: &str) -> fastrand::Rng {
    let given = std::env::var("SWARM_TEST_SEED").ok();
    let seed = given
        .and_then(|seed| seed.parse().ok())
        .unwrap_or_else(|| fastrand::u64(..));
    eprintln!("{what}: SWARM_TEST_SEED={seed}");
    fastrand::Rng::with_seed(seed)
}

const REQUESTS: &[&str] = &[
    "GET /_ping HTTP/1.1\r\nHost: a\r\n\r\n",
    "GET /v1.41/containers/json?all=1&filters=%7B%22label%22%3A%5B%22a%3Db%22%5D%7D HTTP/1.1\r\nHost: a\r\n\r\n",
    "GET /v1.41/containers/web/json HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
    "POST /v1.41/containers/create?name=made HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 51\r\n\r\n{\"Image\": \"busybox\", \"Env\": [\"constraint:node==*\"]}",
    "POST /containers/create HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n14\r\n{\"Image\": \"busybox\"}\r\n0\r\n\r\n",
    "POST /v1.41/containers/web/attach?stream=1&stdout=1 HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\n",
    "POST /v1.41/exec/0123456789abcdef/start HTTP/1.1\nHost: a\nUpgrade: tcp\nConnection: Upgrade\nContent-Length: 16\n\n{\"Detach\":false}\n",
    "GET /events?since=1&until=2&filters=%7B%7D HTTP/1.1\r\nHost: a\r\n\r\n",
    "GET /images/json?all=1 HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\n\r\n",
    "PUT /containers/web/archive?path=/tmp HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\nabcd",
    "DELETE /containers/nope?force=1&v=1 HTTP/1.1\r\nHost: a\r\n\r\n",
];

const TOKENS: &[&[u8]] = &[
    b"\r\n",
    b"\n",
    b"\0",
    b"%",
    b"%00",
    b"%2e%2e/",
    b"/",
    b"//",
    b"?",
    b"&filters={",
    b":",
    b" ",
    b"\t",
    b"Content-Length: 9\r\n",
    b"Transfer-Encoding: chunked\r\n",
    b"Upgrade: h2c\r\n",
    b"Connection: close, Upgrade\r\n",
    b"/v1.41",
    b"/v9.99",
    b"HTTP/1.0",
    b"HTTP/2.0",
    b"{",
    b"}",
    b"[[",
    b"\"",
    b"\xff\xfe",
    b"node-1/",
    b"-1",
    b"99999999999999999999",
];

fn mutated(rng: &mut fastrand::Rng) -> Vec<u8> {
    let mut bytes = REQUESTS[rng.usize(..REQUESTS.len())].as_bytes().to_vec();
    for _ in 0..rng.usize(1..5) {
        let at = rng.usize(..=bytes.len());
        match rng.u8(..5) {
            0 if at < bytes.len() => bytes[at] = rng.u8(..),
            1 if at < bytes.len() => drop(bytes.remove(at)),
            2 => bytes.truncate(at),
            _ => {
                let token = TOKENS[rng.usize(..TOKENS.len())];
                bytes.splice(at..at, token.iter().copied());
            }
        }
    }
    bytes
}

/// Sends bytes, and leaves when an answer has come or none does.
async fn throw(cluster: &Cluster, bytes: &[u8]) {
    let thrown = async {
        let mut stream = TcpStream::connect(cluster.manager.addr).await?;
        stream.write_all(bytes).await?;
        let mut answer = [0; 4096];
        stream.read(&mut answer).await.map(drop)
    };
    // A refusal may come as a reset; silence is the right answer to half a request.
    let _ = timeout(Duration::from_millis(40), thrown).await;
}

#[tokio::test]
async fn requests_with_random_faults_end_nothing_but_themselves() {
    let mut rng = random("requests");
    let cluster = cluster(2).await;
    cluster.manager.create("web", top()).await;
    for _ in 0..60 {
        let batch: Vec<Vec<u8>> = (0..24).map(|_| mutated(&mut rng)).collect();
        futures_util::future::join_all(batch.iter().map(|bytes| throw(&cluster, bytes))).await;
        assert_eq!(cluster.manager.get("/_ping").await.status, 200);
    }
    assert_eq!(
        cluster.manager.get("/containers/json?all=1").await.status,
        200
    );
    let leases = || async { cluster.manager.counters().await["leases"] == 0 };
    wait::eventually(PATIENCE, leases).await;
}

/// Puts something strange somewhere into a value.
fn disturb(value: &mut Value, rng: &mut fastrand::Rng) {
    let inside = rng.u8(..8) > 0;
    match value {
        Value::Object(object) if inside && !object.is_empty() => {
            let at = rng.usize(..object.len());
            if let Some((_, inner)) = object.iter_mut().nth(at) {
                return disturb(inner, rng);
            }
        }
        Value::Array(array) if inside && !array.is_empty() => {
            let at = rng.usize(..array.len());
            return disturb(&mut array[at], rng);
        }
        _ => {}
    }
    let strange = [
        json!(null),
        json!(-1),
        json!(1e300),
        json!(u64::MAX),
        json!(""),
        json!("/"),
        json!("a".repeat(5000)),
        json!([]),
        json!({}),
        json!([[]]),
        json!({ "": null }),
        json!(true),
        json!("9999-99-99T99:99:99Z"),
        json!("\u{0}\u{10ffff}"),
    ];
    value.clone_from(&strange[rng.usize(..strange.len())]);
}

const ANSWERS: [(&str, &str); 7] = [
    ("GET /info", "/info"),
    ("GET /version", "/version"),
    ("GET /containers/json", "/containers/json?all=1"),
    ("GET /containers/{name}/json", "/containers/web/json"),
    ("GET /images/json", "/images/json"),
    ("GET /networks", "/networks"),
    ("GET /volumes", "/volumes"),
];

/// An engine with a container, one of whose answers has faults; and which one.
async fn disturbed(rng: &mut fastrand::Rng) -> (RunningEngine, String) {
    let engine = Engine::start(EngineOptions::default()).await.unwrap();
    let body = json!({
        "Image": "busybox", "Labels": { "a": "b" },
        "HostConfig": { "PortBindings": { "80/tcp": [{ "HostPort": "80" }] }, "Binds": ["v:/v"] },
    });
    engine.engine().create("web", &body).unwrap();
    let (route, target) = ANSWERS[rng.usize(..ANSWERS.len())];
    let honest = client::send(engine.addr, "GET", target, None).await;
    let mut answer = honest.unwrap().json();
    for _ in 0..rng.usize(1..4) {
        disturb(&mut answer, rng);
    }
    let (route, body) = (route.to_owned(), answer.to_string());
    let what = format!("{route} {body}");
    engine.engine().inject(Fault::Body { route, body });
    (engine, what)
}

fn nodes(counters: &Value) -> Vec<Value> {
    let nodes = counters["nodes"].as_object().cloned();
    nodes
        .unwrap_or_default()
        .into_iter()
        .map(|(_, node)| node)
        .collect()
}

#[tokio::test]
async fn answers_with_random_faults_never_stop_the_service() {
    let mut rng = random("answers");
    for _ in 0..ROUNDS {
        let mut engines = vec![Engine::start(EngineOptions::named("steady")).await.unwrap()];
        engines[0].engine().create("steady", &top()).unwrap();
        let mut faults = Vec::new();
        for _ in 0..ENGINES {
            let (engine, fault) = disturbed(&mut rng).await;
            engines.push(engine);
            faults.push(fault);
        }
        let manager =
            Manager::start(SWARM, &addresses(&engines), &["--engine-failure-retry=99"]).await;
        let manager = manager.unwrap();
        let tried = |node: &Value| node["status"] == "Healthy" || node["failures"] != 0;
        wait::eventually(PATIENCE, || async {
            nodes(&manager.counters().await).iter().all(tried)
        })
        .await;
        for target in [
            "/containers/json?all=1",
            "/info",
            "/version",
            "/images/json",
            "/networks",
            "/volumes",
        ] {
            let answer = manager.get(target).await;
            let told = answer.status == 200 && answer.json() != Value::Null;
            assert!(told, "{target}: {}\n{faults:#?}", answer.text());
        }
        assert_eq!(
            manager.get("/containers/steady/json").await.status,
            200,
            "{faults:#?}"
        );
        for engine in &engines {
            engine.engine().clear_faults();
        }
        wait::eventually(PATIENCE, || async {
            let healthy = nodes(&manager.counters().await);
            healthy
                .iter()
                .filter(|node| node["status"] == "Healthy")
                .count()
                == ENGINES + 1
        })
        .await;
    }
}
