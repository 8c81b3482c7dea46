//! Engines that do not speak as engines do.

use serde_json::{Value, json};
use testkit::manager::PATIENCE;
use testkit::{Fault, wait};

use crate::{cluster, top_on, with};

fn faults(route: &str) -> Vec<(Fault, &'static str)> {
    let route = || route.to_owned();
    vec![
        (Fault::Garbage { route: route() }, "not HTTP"),
        (
            Fault::CloseBeforeHead { route: route() },
            "closed the connection",
        ),
        (
            Fault::HugeHead {
                route: route(),
                bytes: 2 << 30,
            },
            "not HTTP",
        ),
    ]
}

#[tokio::test]
async fn an_answer_that_is_none_ends_in_502_and_names_the_node() {
    let cluster = cluster(2).await;
    cluster.manager.create("web", top_on("node-1")).await;
    for (method, path) in [
        ("GET", "/containers/{name}/top"),
        ("GET", "/containers/{name}/logs"),
        ("POST", "/containers/{name}/stop"),
        ("POST", "/containers/{name}/attach"),
        ("GET", "/containers/{name}/export"),
        ("DELETE", "/containers/{name}"),
    ] {
        for (fault, said) in faults(&format!("{method} {path}")) {
            cluster.engine("node-1").inject(fault.clone());
            let target = format!("{}?stdout=1&stream=1", path.replace("{name}", "web"));
            let answer = cluster.manager.send(method, &target, None).await;
            let what = format!("{method} {path} {fault:?}: {}", answer.text());
            assert_eq!(answer.status, 502, "{what}");
            let message = answer.json()["message"]
                .as_str()
                .unwrap_or_default()
                .to_owned();
            assert!(
                message.starts_with("node node-1: ") && message.contains(said),
                "{what}"
            );
            cluster.engine("node-1").clear_faults();
        }
    }
    assert_eq!(cluster.holders("web"), ["node-1"]);
    cluster.manager.until_quiet().await;
}

#[tokio::test]
async fn an_answer_that_breaks_off_breaks_off_for_the_client() {
    let cluster = cluster(1).await;
    cluster.manager.create("web", top_on("node-1")).await;
    cluster.engine("node-1").inject(Fault::ResetMidBody {
        route: "GET /containers/{name}/top".into(),
    });
    let mut talk = cluster.manager.talk().await;
    talk.say("GET /containers/web/top HTTP/1.1\r\nHost: a\r\n\r\n")
        .await;
    assert!(talk.head().await.starts_with("HTTP/1.1 200 OK\r\n"));
    let rest = talk.rest().await;
    assert!(!rest.contains("Titles"), "{rest}");
    // What is read whole is not answered half.
    cluster.engine("node-1").inject(Fault::ResetMidBody {
        route: "GET /containers/{name}/json".into(),
    });
    let answer = cluster.manager.get("/containers/web/json").await;
    assert_eq!(answer.status, 502, "{}", answer.text());
    assert!(answer.text().contains("node node-1"), "{}", answer.text());
    cluster.manager.until_quiet().await;
}

#[tokio::test]
async fn an_inspect_that_is_no_json_is_not_passed_on_as_one() {
    let cluster = cluster(1).await;
    cluster.manager.create("web", top_on("node-1")).await;
    for body in ["", "{\"Id\":", "[]", "\u{1}"] {
        cluster.engine("node-1").inject(Fault::Body {
            route: "GET /containers/{name}/json".into(),
            body: body.into(),
        });
        let answer = cluster.manager.get("/containers/web/json").await;
        assert_eq!(answer.status, 502, "{body:?}: {}", answer.text());
        assert!(answer.text().contains("node node-1"), "{}", answer.text());
        cluster.engine("node-1").clear_faults();
    }
    assert_eq!(
        cluster.manager.get("/containers/web/json").await.status,
        200
    );
}

#[tokio::test]
async fn a_create_that_gets_no_answer_is_not_sent_twice() {
    let cluster = cluster(2).await;
    let mut sent = 0;
    for (fault, _) in faults("POST /containers/create") {
        cluster.engine("node-1").inject(fault);
        let answer = cluster
            .manager
            .post("/containers/create?name=once", top_on("node-1"))
            .await;
        assert_eq!(answer.status, 502, "{}", answer.text());
        assert!(answer.text().contains("node node-1"), "{}", answer.text());
        sent += 1;
        assert_eq!(cluster.requests("POST /containers/create"), sent);
        cluster.engine("node-1").clear_faults();
        // Its promise ends with the next complete list, which is asked for at once.
        cluster.manager.until_quiet().await;
    }
    cluster.manager.create("once", top_on("node-1")).await;
}

#[tokio::test]
async fn lists_that_are_garbage_cost_their_node_and_nobody_else() {
    let lists = [
        ("GET /containers/json", "[{\"Id\":7}]"),
        ("GET /containers/json", "{\"message\":\"hello\"}"),
        ("GET /images/json", "null!"),
        ("GET /networks", "[[[["),
        ("GET /volumes", "[]"),
    ];
    let each = lists.map(|(route, body)| garbage_costs_its_node(route, body));
    futures_util::future::join_all(each).await;
}

async fn garbage_costs_its_node(route: &str, body: &str) {
    let intervals = [
        "--engine-refresh-min-interval=1s",
        "--engine-refresh-max-interval=1s",
        "--engine-failure-retry=2",
    ];
    let cluster = with(2, &intervals).await;
    cluster.manager.create("one", top_on("node-1")).await;
    cluster.manager.create("two", top_on("node-2")).await;
    cluster.engine("node-1").inject(Fault::Body {
        route: route.into(),
        body: body.into(),
    });
    cluster.manager.until_logged("Node is unhealthy", 1).await;
    let listed = cluster.manager.get("/containers/json?all=1").await.json();
    assert_eq!(names(&listed), ["one", "two"], "{route}");
    let two = cluster.manager.get("/containers/two/json").await;
    assert_eq!(two.status, 200, "{}", two.text());
    let down = cluster.manager.get("/containers/one/top").await;
    assert_eq!(down.status, 503, "{}", down.text());
    assert!(down.text().contains("node-1"), "{}", down.text());
    cluster.engine("node-1").clear_faults();
    cluster.manager.until_healthy(2).await;
}

fn names(list: &Value) -> Vec<&str> {
    let all = list.as_array().into_iter().flatten();
    let name = |one| Value::pointer(one, "/Names/0").and_then(Value::as_str);
    let mut names: Vec<&str> = all
        .filter_map(name)
        .map(|name| name.trim_start_matches('/'))
        .collect();
    names.sort_unstable();
    names
}

#[tokio::test]
async fn events_that_are_garbage_do_not_end_what_is_seen() {
    let cluster = cluster(1).await;
    cluster.engine("node-1").inject(Fault::Body {
        route: "GET /events".into(),
        body: "{]\nnull\n{\"Type\":7}\n".into(),
    });
    cluster.engine("node-1").inject(Fault::RefuseConnections);
    cluster.manager.until_logged("Node failed", 1).await;
    cluster.engine("node-1").clear_faults();
    cluster
        .engine("node-1")
        .create("behind", &json!({ "Image": "busybox" }))
        .unwrap();
    wait::eventually(PATIENCE, || async {
        cluster.manager.get("/containers/behind/json").await.status == 200
    })
    .await;
}
