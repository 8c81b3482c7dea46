//! Builds: where they go, both streams at once, and which connections share a node.

use serde_json::{Value, json};
use testkit::manager::{Cluster, PATIENCE};
use testkit::talk::Talk;
use testkit::{EngineOptions, Fault, wait};

use crate::SWARM;

const BUILD: &str = "POST /build";

async fn cluster(engines: usize) -> Cluster {
    let options = (1..=engines).map(|number| EngineOptions {
        record: true,
        ..EngineOptions::named(format!("node-{number}"))
    });
    Cluster::start(SWARM, options, &[]).await.unwrap()
}

/// The nodes that were asked so, one entry per request.
fn asked(cluster: &Cluster, path: &str) -> Vec<String> {
    let engines = cluster.engines.iter().enumerate();
    let hits = engines.flat_map(|(at, one)| {
        let requests = one.engine().requests().into_iter();
        let hits = requests.filter(|request| request.target.contains(path));
        hits.map(move |_| format!("node-{}", at + 1))
    });
    hits.collect()
}

fn build(query: &str, more: &str) -> String {
    format!("POST /v1.41/build?{query} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n{more}\r\n")
}

fn build_args(args: &Value) -> String {
    let args = args.to_string();
    form_urlencoded::Serializer::new(String::new())
        .append_pair("t", "app")
        .append_pair("buildargs", &args)
        .finish()
}

/// A build with an empty context; the whole answer.
async fn built(cluster: &Cluster, query: &str) -> String {
    let mut talk = cluster.manager.talk().await;
    talk.say(build(query, "Content-Length: 0\r\n")).await;
    talk.rest().await
}

async fn connect(cluster: &Cluster, path: &str, more: &str) -> Talk {
    let mut talk = cluster.manager.talk().await;
    talk.say(format!(
        "POST {path} HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n{more}\r\n"
    ))
    .await;
    let head = talk.head().await;
    assert!(head.starts_with("HTTP/1.1 101 "), "{head}");
    assert!(head.contains("Upgrade: h2c\r\n"), "{head}");
    talk
}

#[tokio::test]
async fn the_engine_answers_while_the_context_is_still_on_its_way() {
    let cluster = cluster(2).await;
    let mut talk = cluster.manager.talk().await;
    let more = "Transfer-Encoding: chunked\r\nX-Registry-Config: e30=\r\n";
    talk.say(build("t=app", more)).await;
    let head = talk.head().await;
    assert!(head.starts_with("HTTP/1.1 200 "), "{head}");
    talk.until("Step 1/1").await;
    for _ in 0..64 {
        talk.say(format!("10000\r\n{}\r\n", "x".repeat(0x10000)))
            .await;
    }
    talk.say("0\r\n\r\n").await;
    talk.until("Successfully read 4194304 bytes").await;
    talk.rest().await;
    // The end of the answer means that the image is known.
    let images = cluster.manager.get("/images/json").await.json().to_string();
    assert!(images.contains("app:latest"), "{images}");
    let engines = cluster.engines.iter();
    let sent = engines.flat_map(|one| one.engine().requests());
    let sent = sent.filter(|request| request.target.contains("/build"));
    let sent: Vec<_> = sent.flat_map(|request| request.headers).collect();
    assert!(sent.contains(&("x-registry-config".into(), "e30=".into())));
    cluster.manager.until_quiet().await;
}

#[tokio::test]
async fn wishes_choose_the_node_and_do_not_reach_it() {
    let cluster = cluster(3).await;
    let args = json!({ "constraint:node": "=node-2", "FOO": "bar" });
    for _ in 0..3 {
        let answer = built(&cluster, &build_args(&args)).await;
        assert!(answer.contains("Successfully"), "{answer}");
    }
    assert_eq!(asked(&cluster, "/build"), ["node-2"; 3]);
    let requests = cluster.engine("node-2").requests();
    let sent = requests.iter().find(|one| one.target.contains("/build"));
    let target = &sent.unwrap().target;
    assert!(target.contains("FOO"), "{target}");
    assert!(!target.contains("constraint"), "{target}");
    // A container of that image may go anywhere: the image goes with it.
    let on = json!({ "Image": "app", "Cmd": ["top"], "Env": ["constraint:node==node-3"] });
    cluster.manager.create("web", on).await;
    assert_eq!(cluster.holders("web"), ["node-3"]);
}

#[tokio::test]
async fn what_cannot_be_placed_is_built_nowhere() {
    let cluster = cluster(2).await;
    for (args, status) in [
        (json!({ "constraint:node": "=nowhere" }), "500"),
        (json!({ "constraint:node": null }), "400"),
        (json!({ "whitelist:node!": "node-1" }), "400"),
    ] {
        let answer = built(&cluster, &build_args(&args)).await;
        let wanted = format!("HTTP/1.1 {status} ");
        assert!(answer.starts_with(&wanted), "{args}: {answer}");
    }
    let answer = built(&cluster, "t=app&memory=99999999999999").await;
    assert!(answer.contains("no resources available"), "{answer}");
    assert_eq!(cluster.requests(BUILD), 0);
}

#[tokio::test]
async fn builds_under_way_hold_their_memory_and_those_that_ended_do_not() {
    let cluster = cluster(2).await;
    let info = cluster.manager.get("/info").await.json();
    let most = info["MemTotal"].as_u64().unwrap() / 2 * 3 / 4;
    let mut talks = Vec::new();
    for _ in 0..2 {
        let mut talk = cluster.manager.talk().await;
        let query = format!("t=app&memory={most}");
        talk.say(build(&query, "Transfer-Encoding: chunked\r\n"))
            .await;
        talk.until("Step 1/1").await;
        talks.push(talk);
    }
    let mut nodes = asked(&cluster, "/build");
    nodes.sort();
    assert_eq!(nodes, ["node-1", "node-2"]);
    let third = format!("memory={most}");
    let refused = built(&cluster, &third).await;
    assert!(refused.contains("no resources available"), "{refused}");
    drop(talks);
    cluster.manager.until_quiet().await;
    let taken = built(&cluster, &third).await;
    assert!(taken.starts_with("HTTP/1.1 200 "), "{taken}");
}

#[tokio::test]
async fn a_build_ends_with_its_client_and_a_failed_one_says_so() {
    let cluster = cluster(1).await;
    let failed = built(&cluster, "t=bad&dockerfile=Fail").await;
    assert!(failed.contains("returned a non-zero code: 1"), "{failed}");
    let cases = [
        ("Transfer-Encoding: chunked\r\n", 2),
        ("Content-Length: 0\r\n", 3),
    ];
    for (more, requests) in cases {
        // The first leaves in the middle of its context, the second while the engine works.
        if requests == 3 {
            let route = BUILD.into();
            cluster.engine("node-1").inject(Fault::Hang { route });
        }
        let mut talk = cluster.manager.talk().await;
        talk.say(build("t=app", more)).await;
        let begun = || async { cluster.requests(BUILD) == requests };
        wait::eventually(PATIENCE, begun).await;
        drop(talk);
        let idle = || async { cluster.engine("node-1").counters().in_flight == 1 };
        wait::eventually(PATIENCE, idle).await;
        cluster.manager.until_quiet().await;
    }
}

#[tokio::test]
async fn all_connections_of_a_client_go_to_one_node() {
    let cluster = cluster(3).await;
    // The probe that clients close at once pins too.
    drop(connect(&cluster, "/grpc", "").await);
    let mut control = connect(&cluster, "/grpc", "").await;
    let session = "X-Docker-Expose-Session-Uuid: s1\r\n";
    let mut talk = connect(&cluster, "/session", session).await;
    for talk in [&mut control, &mut talk] {
        talk.say("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n").await;
        talk.until("SM\r\n\r\n").await;
    }
    let by_session = "version=2&session=s1&buildid=b1&remote=client-session&t=app";
    let answer = built(&cluster, by_session).await;
    assert!(answer.contains("Successfully"), "{answer}");
    built(&cluster, "version=2&buildid=upload-request:b1").await;
    cluster
        .manager
        .post("/build/cancel?id=b1", Value::Null)
        .await;
    let mut nodes = asked(&cluster, "/grpc");
    nodes.extend(asked(&cluster, "/session"));
    nodes.extend(asked(&cluster, "/build"));
    assert_eq!(nodes.len(), 6, "{nodes:?}");
    nodes.dedup();
    assert_eq!(nodes.len(), 1, "{nodes:?}");
    // An engine knows these paths by version too, and is always asked so.
    assert_eq!(asked(&cluster, "/v1.41/grpc").len(), 2);
    drop((control, talk));
    cluster.manager.until_quiet().await;
}

#[tokio::test]
async fn what_was_built_behind_a_tunnel_is_found_by_the_next_container() {
    let cluster = cluster(2).await;
    let tunnel = connect(&cluster, "/grpc", "").await;
    let pinned = asked(&cluster, "/grpc").remove(0);
    let at = usize::from(pinned == "node-2");
    // Its events are told at once, but its images are read slowly.
    cluster.engine(&pinned).inject(Fault::Delay {
        route: "GET /images/json".into(),
        millis: 500,
    });
    let sent = build("t=app", "Content-Length: 0\r\n");
    let answer = testkit::client::raw(cluster.engines[at].addr, sent.as_bytes()).await;
    let answer = String::from_utf8(answer.unwrap()).unwrap();
    assert!(answer.contains("Successfully"), "{answer}");
    let other = ["node-2", "node-1"][at];
    let on = json!({ "Image": "app", "Cmd": ["top"],
        "Env": [format!("constraint:node=={other}")] });
    cluster.manager.create("web", on).await;
    assert_eq!(cluster.holders("web"), [other]);
    drop(tunnel);
}
