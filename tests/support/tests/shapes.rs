//! The simulator against recorded replies of a real engine: the same requests in the same order, and the same
//! status, kind of content, keys and error messages in the answers.

use std::{collections::BTreeSet, net::SocketAddr};

use serde_json::{Value, json};
use testkit::{Engine, EngineOptions, client, wait};

/// Objects whose keys are data.
const OPEN: [&str; 9] = [
    "Labels",
    "Ports",
    "Networks",
    "Containers",
    "Attributes",
    "ExposedPorts",
    "PortBindings",
    "Options",
    "networks",
];

fn recorded(name: &str) -> Value {
    let path = format!(
        "{}/../../fixtures/engine/{name}.json",
        env!("CARGO_MANIFEST_DIR")
    );
    let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"));
    serde_json::from_str(&text).unwrap()
}

/// Every path to a key; list items count as one, and so do the keys of open objects.
fn keys(value: &Value, path: &str, open: bool, out: &mut BTreeSet<String>) {
    match value {
        Value::Object(map) => {
            for (key, value) in map {
                let shown = if open { "*" } else { key.as_str() };
                let path = format!("{path}.{shown}");
                // `null`, `{}` and `[]` say the same, so what is below them cannot be compared.
                out.insert(path.clone());
                keys(value, &path, OPEN.contains(&key.as_str()), out);
            }
        }
        Value::Array(items) => items
            .iter()
            .for_each(|item| keys(item, &format!("{path}[]"), false, out)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

fn key_set(value: &Value) -> BTreeSet<String> {
    let mut out = BTreeSet::new();
    keys(value, "", false, &mut out);
    out
}

/// A message with every id replaced.
fn without_ids(message: &Value) -> String {
    let text = message.as_str().unwrap_or_default();
    let words = text
        .split_inclusive(|c: char| !c.is_ascii_alphanumeric())
        .map(|word| {
            let bare = word.trim_end_matches(|c: char| !c.is_ascii_alphanumeric());
            let id =
                matches!(bare.len(), 12 | 64) && bare.bytes().all(|byte| byte.is_ascii_hexdigit());
            if id {
                word.replace(bare, "ID")
            } else {
                word.to_owned()
            }
        });
    words.collect()
}

struct Replay {
    addr: SocketAddr,
    exec: String,
    compared: usize,
    differences: Vec<String>,
}

impl Replay {
    /// Sends the recorded request and compares the answer.
    async fn same(&mut self, name: &str) -> client::Answer {
        let recorded = recorded(name);
        let mut path = recorded["path"].as_str().unwrap().to_owned();
        if let Some((_, rest)) = path.split_once("/exec/")
            && rest.len() > 64
            && let Some(id) = rest.get(..64)
        {
            path = path.replace(id, &self.exec);
        }
        let method = recorded["method"].as_str().unwrap();
        let answer = client::send(self.addr, method, &path, recorded.get("request"))
            .await
            .unwrap();
        if name.starts_with("exec-create") {
            self.exec = answer.json()["Id"].as_str().unwrap_or_default().to_owned();
        }
        let mut differ = |what: &str, ours: String, theirs: String| {
            if ours != theirs {
                self.differences
                    .push(format!("{name}: {what}: {ours} for {theirs}"));
            }
        };
        differ(
            "status",
            answer.status.as_u16().to_string(),
            recorded["status"].to_string(),
        );
        for key in [
            "Content-Type",
            "Api-Version",
            "Ostype",
            "Docker-Experimental",
            "Server",
        ] {
            let ours = answer
                .headers
                .get(key)
                .map_or("", |value| value.to_str().unwrap());
            differ(
                key,
                ours.to_owned(),
                recorded["headers"][key]
                    .as_str()
                    .unwrap_or_default()
                    .to_owned(),
            );
        }
        if let Some(message) = recorded["body"].get("message") {
            differ(
                "message",
                without_ids(&answer.json()["message"]),
                without_ids(message),
            );
        } else if let Some(body) = recorded
            .get("body")
            .filter(|body| body.is_object() || body.is_array())
        {
            let (ours, theirs) = (key_set(&answer.json()), key_set(body));
            let only = |a: &BTreeSet<String>, b: &BTreeSet<String>| {
                format!("{:?}", a.difference(b).collect::<Vec<_>>())
            };
            differ("keys", only(&ours, &theirs), only(&theirs, &ours));
        }
        self.compared += 1;
        answer
    }

    async fn also(&self, method: &str, path: &str, body: Value) {
        let body = (!body.is_null()).then_some(body);
        let answer = client::send(self.addr, method, path, body.as_ref())
            .await
            .unwrap();
        assert!(
            answer.status.is_success(),
            "{method} {path}: {}",
            answer.text()
        );
    }
}

#[tokio::test]
async fn replies_have_the_recorded_shapes() {
    let engine = Engine::start(EngineOptions::default()).await.unwrap();
    let mut replay = Replay {
        addr: engine.addr,
        exec: String::new(),
        compared: 0,
        differences: Vec::new(),
    };
    let before_stop = [
        "ping-head",
        "ping",
        "version",
        "info",
        "error-too-new",
        "error-too-old",
        "error-page",
        "error-text",
        "container-create",
        "container-inspect-created",
        "containers-list-created",
        "error-name-conflict",
        "error-no-image",
        "error-bad-name",
        "error-empty-body",
        "container-start",
        "container-start-again",
        "container-inspect",
        "container-inspect-size",
        "containers-list",
        "error-filter",
        "error-filter-status",
        "container-top",
        "container-stats",
        "container-resize",
        "container-update",
        "container-rename",
        "container-rename-back",
        "error-rename-same",
        "error-rename-none",
        "container-pause",
        "containers-list-paused",
        "error-pause-paused",
        "error-exec-paused",
        "container-unpause",
        "error-unpause",
        "exec-create",
        "exec-inspect-created",
        "exec-start-raw",
        "exec-inspect",
        "error-no-exec",
        "error-exec-no-cmd",
        "error-delete-running",
        "container-kill",
        "error-kill-signal",
        "container-stop",
        "container-stop-again",
        "error-kill-stopped",
        "error-exec-stopped",
        "error-pause-stopped",
        "error-top-stopped",
        "container-stats-stopped",
        "container-inspect-exited",
        "error-no-container",
        "error-no-container-inspect",
    ];
    for name in before_stop {
        replay.same(name).await;
    }
    replay
        .also("POST", "/v1.41/containers/web/restart?t=0", Value::Null)
        .await;
    let out = json!({ "Image": "busybox", "Cmd": ["sh", "-c", "echo out; echo err >&2; exit 3"] });
    replay
        .also("POST", "/v1.41/containers/create?name=out", out)
        .await;
    replay
        .also("POST", "/v1.41/containers/out/start", Value::Null)
        .await;
    let ended = replay.same("container-wait").await;
    assert_eq!(ended.json()["StatusCode"], 3);
    let logs = replay.same("container-logs").await;
    assert_eq!(logs.text(), recorded("container-logs")["text"]);
    let attached = replay.same("error-logs-none").await;
    assert!(attached.status.is_client_error());
    let objects = [
        "error-archive-nopath",
        "error-archive",
        "error-archive-head",
        "commit",
        "images-list",
        "image-inspect",
        "image-inspect-saved",
        "error-no-image-inspect",
        "image-tag",
        "error-image-tag",
        "image-delete-untag",
        "error-image-in-use",
        "error-image-delete",
        "networks-list",
        "network-inspect-bridge",
        "network-create",
        "error-network-conflict",
        "error-network-driver",
        "error-network-overlay",
        "network-inspect",
        "network-connect",
        "error-network-connected",
        "network-inspect-connected",
        "container-inspect-networks",
        "containers-list-networks",
        "error-network-in-use",
        "network-disconnect",
        "error-network-disconnect",
        "error-network-connect",
        "network-delete",
        "error-no-network",
        "error-network-predefined",
        "error-no-network-inspect",
        "container-create-nonet",
        "error-start-nonet",
        "error-volumes-from",
        "error-link",
        "networks-prune",
        "volumes-list",
        "volume-inspect",
        "volume-create",
        "error-volume-driver",
        "error-no-volume",
        "error-volume-in-use",
        "volume-delete",
        "error-no-volume-delete",
        "volumes-prune",
        "error-swarm",
        "error-services",
        "error-nodes",
        "error-tasks",
        "error-secrets",
        "error-configs",
        "plugins",
        "error-swarm-leave",
        "build-prune",
        "container-delete",
        "containers-prune",
        "images-prune",
        "error-events",
    ];
    for name in objects {
        replay.same(name).await;
    }
    assert!(replay.differences.is_empty(), "{:#?}", replay.differences);
    assert_eq!(replay.compared, before_stop.len() + objects.len() + 3);
}

#[tokio::test]
async fn events_have_the_recorded_shapes() {
    let engine = Engine::start(EngineOptions::default()).await.unwrap();
    let send = async |method: &str, path: &str, body: Value| {
        let body = (!body.is_null()).then_some(body);
        client::send(engine.addr, method, path, body.as_ref())
            .await
            .unwrap()
    };
    let body = json!({ "Image": "busybox", "Cmd": ["sh", "-c", "exit 3"], "Labels": { "tier": "web" },
        "HostConfig": { "Binds": ["data:/data"] } });
    send("POST", "/containers/create?name=web", body).await;
    send("POST", "/containers/web/start", Value::Null).await;
    send("POST", "/containers/web/wait", Value::Null).await;
    send("DELETE", "/containers/web", Value::Null).await;
    let answer = wait::within(
        std::time::Duration::from_secs(10),
        send("GET", "/events?since=1&until=0s", Value::Null),
    )
    .await;
    let parse = |line: &str| serde_json::from_str::<Value>(line).unwrap();
    let ours: Vec<Value> = answer.text().lines().map(parse).collect();
    let name = |event: &Value| {
        format!(
            "{} {}",
            event["Type"].as_str().unwrap(),
            event["Action"].as_str().unwrap()
        )
    };
    let names: Vec<String> = ours.iter().map(name).collect();
    let expected = [
        "volume create",
        "container create",
        "network connect",
        "volume mount",
        "container start",
        "container die",
        "network disconnect",
        "volume unmount",
        "container destroy",
    ];
    assert_eq!(names, expected);
    let theirs = recorded("events");
    for event in &ours {
        let same = theirs["lines"]
            .as_array()
            .unwrap()
            .iter()
            .find(|line| name(line) == name(event))
            .unwrap();
        assert_eq!(key_set(event), key_set(same), "{}", name(event));
    }
}
