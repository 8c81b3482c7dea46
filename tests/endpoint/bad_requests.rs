//! Requests that no honest client sends.

use serde_json::{Value, json};
use testkit::client::Answer;
use testkit::manager::Cluster;

use crate::{cluster, top};

#[track_caller]
fn assert_refused(answer: &Answer, status: u16, text: &str, what: &str) {
    assert_eq!(answer.status, status, "{what}: {}", answer.text());
    let json = answer.json();
    let message = json["message"].as_str().unwrap_or_default();
    assert!(message.contains(text), "{what}: {}", answer.text());
    assert_eq!(answer.headers["content-type"], "application/json", "{what}");
}

/// What comes back for these bytes, up to the end of the connection.
pub(crate) async fn raw(cluster: &Cluster, bytes: impl AsRef<[u8]>) -> String {
    let mut talk = cluster.manager.talk().await;
    // One that is refused early may be cut while it still sends.
    let _ = talk.try_say(bytes).await;
    talk.rest().await
}

#[tokio::test]
async fn json_that_is_none_is_refused_wherever_json_is_read() {
    let cluster = cluster(1).await;
    cluster.manager.create("web", top()).await;
    for target in [
        "/containers/create",
        "/containers/web/update",
        "/containers/web/exec",
        "/networks/create",
        "/networks/bridge/connect",
        "/volumes/create",
    ] {
        for body in [
            "{",
            "{\"Image\": \"busybox\",}",
            "\u{0}",
            "{} {}",
            "nul",
            "{\"a\": 1e999}x",
        ] {
            let head = format!(
                "POST {target} HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n\
                 Connection: close\r\nContent-Length: {}\r\n\r\n{body}",
                body.len()
            );
            let answer = raw(&cluster, head).await;
            let what = format!("{target} {body:?}: {answer}");
            assert!(answer.starts_with("HTTP/1.1 400 "), "{what}");
            assert!(answer.contains("{\"message\":\"invalid JSON: "), "{what}");
        }
    }
    assert_eq!(cluster.requests("POST /containers/create"), 1);
    assert_eq!(cluster.requests("POST /volumes/create"), 0);
}

#[tokio::test]
async fn a_create_that_is_no_object_or_holds_wrong_types_is_refused() {
    let cluster = cluster(1).await;
    for body in [json!([]), json!("busybox"), json!(7)] {
        let answer = cluster
            .manager
            .post("/containers/create", body.clone())
            .await;
        assert_refused(&answer, 400, "", &body.to_string());
    }
    // Nesting that would exhaust a stack is refused by its depth.
    let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    let answer = raw(&cluster, post("/containers/create", &deep)).await;
    assert!(answer.starts_with("HTTP/1.1 400 "), "{answer}");
    assert_eq!(cluster.names_on("node-1"), Vec::<String>::new());
}

fn post(target: &str, body: &str) -> String {
    let length = body.len();
    format!(
        "POST {target} HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n\
         Connection: close\r\nContent-Length: {length}\r\n\r\n{body}"
    )
}

#[tokio::test]
async fn twenty_megabytes_of_json_get_an_answer_that_arrives() {
    let cluster = cluster(1).await;
    let body = format!(
        "{{\"Image\": \"busybox\", \"Labels\": {{\"a\": \"{}\"}}}}",
        "x".repeat(20 << 20)
    );
    let answer = raw(&cluster, post("/containers/create", &body)).await;
    assert!(answer.starts_with("HTTP/1.1 400 "), "{answer}");
    assert!(answer.contains("request body too large"), "{answer}");
    let mut chunked =
        b"POST /containers/create HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n"
            .to_vec();
    for piece in body.as_bytes().chunks(1 << 20) {
        chunked.extend_from_slice(format!("{:x}\r\n", piece.len()).as_bytes());
        chunked.extend_from_slice(piece);
        chunked.extend_from_slice(b"\r\n");
    }
    chunked.extend_from_slice(b"0\r\n\r\n");
    let answer = raw(&cluster, chunked).await;
    assert!(answer.contains("request body too large"), "{answer}");
    assert_eq!(cluster.requests("POST /containers/create"), 0);
}

#[tokio::test]
async fn a_refusal_arrives_though_nobody_wanted_the_body() {
    let cluster = cluster(1).await;
    let mut put = format!(
        "PUT /containers/nobody/archive?path=/ HTTP/1.1\r\nHost: a\r\nContent-Length: {}\r\n\r\n",
        16 << 20
    )
    .into_bytes();
    put.resize(put.len() + (16 << 20), b'x');
    // The connection is whole behind it, and serves another request.
    put.extend_from_slice(b"GET /_ping HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
    let answer = raw(&cluster, put).await;
    assert!(answer.starts_with("HTTP/1.1 404 "), "{answer}");
    assert!(answer.contains("No such container: nobody"), "{answer}");
    assert!(answer.ends_with("OK"), "{answer}");
}

#[tokio::test]
async fn expressions_that_make_no_sense_are_refused() {
    let cluster = cluster(1).await;
    for wish in [
        "constraint:node=node-1",
        "constraint:node==",
        "constraint:1node==a",
        "constraint:no de==a",
        "constraint:node==/[/",
        "constraint:==a",
        "affinity:image",
        "affinity:container==",
        "whitelist:node!=node-1",
        "reschedule:always",
    ] {
        let body = json!({ "Image": "busybox", "Env": [wish] });
        let answer = cluster.manager.post("/containers/create", body).await;
        assert_refused(&answer, 400, "", wish);
        assert!(
            answer.json()["message"].as_str().unwrap().len() > 10,
            "{wish}"
        );
    }
    let label = json!({ "Image": "busybox", "Labels": { "com.docker.swarm.constraints": "[" } });
    let answer = cluster.manager.post("/containers/create", label).await;
    assert_refused(&answer, 400, "com.docker.swarm.constraints", "label");
    assert_eq!(cluster.requests("POST /containers/create"), 0);
}

#[tokio::test]
async fn filters_that_cannot_be_read_or_are_not_known_are_refused() {
    let cluster = cluster(1).await;
    for path in [
        "/containers/json",
        "/images/json",
        "/networks",
        "/volumes",
        "/events",
    ] {
        for filters in [
            "{",
            "[]",
            "7",
            "%7B%22label%22%3A7%7D",
            "%7B%22nonsense%22%3A%5B%22x%22%5D%7D",
        ] {
            if path == "/events" && filters.contains("nonsense") {
                continue; // engines ignore it there
            }
            let target = format!("{path}?filters={filters}");
            assert_refused(&cluster.manager.get(&target).await, 400, "filter", &target);
        }
    }
    for path in [
        "/containers/json?limit=x",
        "/containers/json?filters=%7B%22status%22%3A%5B%22x%22%5D%7D",
    ] {
        assert_refused(&cluster.manager.get(path).await, 400, "", path);
    }
    let pruned = cluster
        .manager
        .post("/containers/prune?filters=%7B", Value::Null)
        .await;
    assert_refused(&pruned, 400, "filter", "prune");
}

#[tokio::test]
async fn names_that_could_leave_their_place_are_refused() {
    let cluster = cluster(2).await;
    for path in [
        "/containers/../json",
        "/containers/%2e%2e/json",
        "/containers/a%2f..%2fb/json",
        "/containers/..%2f..%2finfo/json",
        "/containers/a%00b/json",
        "/containers/a%0d%0aHost:%20b/json",
        "/containers/%ff/json",
        "/images/../../info/json",
        "/volumes/..",
        "/networks/%2e",
        "/exec/../json",
    ] {
        let answer = cluster.manager.get(&format!("/v1.41{path}")).await;
        assert_refused(&answer, 400, "invalid name in the path", path);
    }
    for name in ["a/b", "..", "../x", "a b", "%2e%2e", "%00", "-x", "a%0ab"] {
        let target = format!("/containers/create?name={}", name.replace(' ', "%20"));
        let answer = cluster.manager.post(&target, top()).await;
        assert_refused(&answer, 400, "nvalid", name);
    }
    assert_eq!(cluster.requests("GET /containers/{name}/json"), 0);
    assert!(cluster.names_on("node-1").is_empty() && cluster.names_on("node-2").is_empty());
}

#[tokio::test]
async fn a_slash_in_front_of_a_name_and_a_node_before_it_are_names() {
    let cluster = cluster(2).await;
    let id = cluster.manager.create("web", top()).await;
    let node = cluster.holders("web").remove(0);
    for name in [
        "web",
        "/web",
        "%2fweb",
        &format!("{node}/web"),
        &format!("{node}%2Fweb"),
        &id[..7],
    ] {
        let answer = cluster
            .manager
            .get(&format!("/containers/{name}/json"))
            .await;
        assert_eq!(
            (answer.status.as_u16(), &answer.json()["Id"]),
            (200, &json!(id)),
            "{name}"
        );
    }
}
