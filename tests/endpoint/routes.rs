//! Every row of the route table, and what stands in none.

use serde_json::{Value, json};
use swarm_middleware::api::{Operation, Route, Treatment};
use swarm_middleware::parse::routes::TABLES;
use testkit::client::Answer;
use testkit::manager::Cluster;

use crate::{cluster, top};

/// A path of the row: about things that exist, or about nothing that does.
fn path(route: &Route, name: &str) -> String {
    let query = match route.operation {
        Operation::ContainerArchiveInfo | Operation::ContainerArchiveGet => "?path=/etc/hosts",
        Operation::ContainerRename => "?name=web",
        Operation::ContainerStats => "?stream=0",
        Operation::ContainerResize | Operation::ExecResize => "?h=1&w=1",
        Operation::ImageSave if !route.pattern.contains("{name}") => {
            return format!("/v1.41/images/get?names={name}");
        }
        Operation::Events => "?since=1&until=2",
        Operation::Commit => return format!("/v1.41/commit?container={name}&repo=made"),
        _ => "",
    };
    let path = route.pattern.replace("{name}", name);
    format!("/v1.41{}{query}", path.replace("{extra}", "x"))
}

async fn send(cluster: &Cluster, route: &Route, name: &str) -> Answer {
    let method = route.method.as_str();
    let body = (method == "POST").then(|| json!({}));
    let path = path(route, name);
    cluster.manager.send(method, &path, body.as_ref()).await
}

/// How often engines were asked by somebody else than the manager itself.
fn asked(cluster: &Cluster) -> u64 {
    let own = [
        "GET /_ping",
        "GET /info",
        "GET /version",
        "GET /events",
        "GET /containers/json",
        "GET /containers/{name}/json",
        "GET /images/json",
        "GET /networks",
        "GET /volumes",
    ];
    let engines = cluster.engines.iter();
    let counters = engines.flat_map(|one| one.engine().counters().requests);
    let theirs = counters.filter(|(route, _)| !own.contains(&route.as_str()));
    theirs.map(|(_, count)| count).sum()
}

fn rows(wanted: impl Fn(&Route) -> bool) -> impl Iterator<Item = &'static Route> {
    let all = TABLES.iter().copied().flatten();
    all.filter(move |route| wanted(route))
}

#[track_caller]
fn assert_says(answer: &Answer, status: u16, text: &str, what: &dyn std::fmt::Debug) {
    assert_eq!(answer.status, status, "{what:?}: {}", answer.text());
    let message = answer.json()["message"].as_str().map(str::to_owned);
    let message = message.unwrap_or_else(|| panic!("{what:?}: no JSON: {}", answer.text()));
    assert!(message.contains(text), "{what:?}: {message}");
    assert_eq!(answer.headers["content-type"], "application/json");
}

#[tokio::test]
async fn what_is_no_operation_of_a_cluster_says_so_and_reaches_no_engine() {
    let cluster = cluster(2).await;
    let mut count = 0;
    for route in rows(|route| route.treatment == Treatment::NotImplemented) {
        let answer = send(&cluster, route, "x").await;
        assert_says(&answer, 501, "is not supported", route);
        count += 1;
    }
    assert!(count > 0);
    assert_eq!(asked(&cluster), 0);
}

#[tokio::test]
async fn local_and_merged_rows_are_answered() {
    let cluster = cluster(2).await;
    for route in rows(|route| matches!(route.treatment, Treatment::Local | Treatment::Aggregate)) {
        let answer = send(&cluster, route, "x").await;
        assert_eq!(answer.status, 200, "{route:?}: {}", answer.text());
        assert!(answer.headers.contains_key("api-version"), "{route:?}");
    }
}

#[tokio::test]
async fn rows_about_an_object_that_nobody_has_are_not_found() {
    let cluster = cluster(2).await;
    let of_one = |route: &Route| {
        use Treatment::{Container, Exec, Image, Network, Volume};
        matches!(route.treatment, Container | Exec | Image | Network | Volume)
    };
    for route in rows(of_one) {
        let answer = send(&cluster, route, "nope").await;
        // An engine says so of a push in its stream, and of the routes it does not have.
        if route.operation == Operation::ImagePush {
            assert_eq!(answer.status, 200, "{route:?}");
            continue;
        }
        assert_eq!(answer.status, 404, "{route:?}: {}", answer.text());
        let wanted = match route.treatment {
            Treatment::Container => "No such container: nope",
            Treatment::Exec => "No such exec instance: nope",
            _ => "",
        };
        if route.method != "HEAD" {
            assert_says(&answer, 404, wanted, route);
        }
    }
    assert_eq!(cluster.requests("unknown"), 1, "only /attestations");
}

#[tokio::test]
async fn rows_about_a_container_go_to_its_engine_alone() {
    let cluster = cluster(3).await;
    cluster.manager.create("web", top()).await;
    cluster
        .manager
        .post("/containers/web/start", Value::Null)
        .await;
    let holder = cluster.holders("web").remove(0);
    let lasts = |route: &Route| {
        route.treatment == Treatment::Container
            && !matches!(
                route.operation,
                Operation::ContainerAttach
                    | Operation::ContainerAttachWebSocket
                    | Operation::ContainerWait
                    | Operation::ContainerRemove
            )
    };
    for route in rows(lasts) {
        let elsewhere = |cluster: &Cluster| {
            let name = format!("{} {}", route.method, route.pattern);
            let others = cluster.engines.iter().map(|one| one.engine());
            let others = others.filter(|engine| engine.name() != holder);
            let seen = others.filter_map(|engine| engine.counters().requests.get(&name).copied());
            seen.sum::<u64>()
        };
        let answer = send(&cluster, route, "web").await;
        assert!(answer.status.as_u16() < 501, "{route:?}: {}", answer.text());
        assert_eq!(elsewhere(&cluster), 0, "{route:?}");
    }
    let answer = cluster.manager.delete("/containers/web?force=1").await;
    assert_eq!(answer.status, 204, "{}", answer.text());
    assert_eq!(cluster.holders("web"), Vec::<String>::new());
}

#[tokio::test]
async fn what_stands_in_no_row_is_not_found_and_reaches_no_engine() {
    let cluster = cluster(2).await;
    for (method, path) in [
        ("GET", "/"),
        ("GET", "/v1.41"),
        ("GET", "/v1.41/"),
        ("GET", "/unknown"),
        ("GET", "/v1.41/unknown/thing"),
        ("GET", "/v1.x/info"),
        ("GET", "/vv1.41/info"),
        ("POST", "/info"),
        ("PATCH", "/containers/web/json"),
        ("PUT", "/containers/create"),
        ("DELETE", "/_ping"),
        ("TRACE", "/info"),
        ("BREW", "/containers/json"),
        ("GET", "/_control/counters"),
        ("GET", "/debug/pprof/heap"),
    ] {
        let answer = cluster.manager.send(method, path, None).await;
        assert_says(&answer, 404, "page not found", &(method, path));
    }
    assert_eq!((asked(&cluster), cluster.requests("unknown")), (0, 0));
}

#[tokio::test]
async fn swarm_mode_is_refused_as_an_engine_outside_one_refuses_it() {
    let cluster = cluster(1).await;
    for (method, path) in [
        ("POST", "/swarm/init"),
        ("GET", "/v1.41/swarm"),
        ("GET", "/services"),
        ("GET", "/services/x/logs"),
        ("POST", "/v1.30/services/create"),
        ("GET", "/tasks"),
        ("GET", "/nodes"),
        ("DELETE", "/secrets/x"),
        ("POST", "/configs/create"),
    ] {
        let answer = cluster.manager.send(method, path, None).await;
        assert_says(&answer, 503, "This node is not a swarm manager", &path);
    }
    assert_eq!(cluster.requests("swarm"), 0);
}
