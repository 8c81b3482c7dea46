//! The same requests in the same order as were recorded from a real engine: the same status, kind of content, keys
//! and error messages in the answers.

use serde_json::{Value, json};
use testkit::{Engine, EngineOptions, client, wait};

use crate::replay::{Replay, key_set, recorded};

/// A container's life.
const CONTAINER: [&str; 55] = [
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

/// Its files and image, networks, volumes, and what an engine outside a swarm refuses.
const OBJECTS: [&str; 60] = [
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

#[tokio::test]
async fn replies_have_the_recorded_shapes() {
    let engine = Engine::start(EngineOptions::default()).await.unwrap();
    let mut replay = Replay {
        addr: engine.addr,
        exec: String::new(),
        compared: 0,
        differences: Vec::new(),
    };

    for name in CONTAINER {
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

    for name in OBJECTS {
        replay.same(name).await;
    }
    assert!(replay.differences.is_empty(), "{:#?}", replay.differences);
    assert_eq!(replay.compared, CONTAINER.len() + OBJECTS.len() + 3);
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
