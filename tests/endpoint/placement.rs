//! Where containers go, and what keeps them from going there.

use std::collections::BTreeMap;

use futures_util::future::join_all;
use serde_json::{Value, json};
use testkit::client::Answer;
use testkit::manager::Cluster;
use testkit::{EngineOptions, Fault};

use crate::{SWARM, cluster, top, with};

/// How often each status came.
pub(crate) fn statuses(answers: &[Answer]) -> BTreeMap<u16, usize> {
    let mut all = BTreeMap::new();
    for answer in answers {
        *all.entry(answer.status.as_u16()).or_default() += 1;
    }
    all
}

pub(crate) async fn race(cluster: &Cluster, names: &[String], body: &Value) -> Vec<Answer> {
    let targets = names
        .iter()
        .map(|name| format!("/containers/create?name={name}"));
    join_all(targets.map(|target| async move { cluster.manager.post(&target, body.clone()).await }))
        .await
}

pub(crate) fn all_names(cluster: &Cluster) -> Vec<String> {
    let engines = cluster.engines.iter();
    engines
        .flat_map(|one| one.engine().containers())
        .map(|(_, name)| name)
        .collect()
}

fn wishes(wishes: &[&str]) -> Value {
    json!({ "Image": "busybox", "Cmd": ["top"], "Env": wishes })
}

#[tokio::test]
async fn a_host_port_goes_once_to_each_node_however_many_race() {
    let cluster = cluster(3).await;
    let publish = |ip: &str, port: &str| {
        let bindings = json!({ "80/tcp": [{ "HostIp": ip, "HostPort": port }] });
        json!({ "Image": "busybox", "Cmd": ["top"], "HostConfig": { "PortBindings": bindings } })
    };
    let names: Vec<String> = (0..10).map(|number| format!("p{number}")).collect();
    let answers = race(&cluster, &names, &publish("", "8080")).await;
    assert_eq!(statuses(&answers), BTreeMap::from([(201, 3), (500, 7)]));
    let refused = answers.iter().find(|answer| answer.status == 500).unwrap();
    assert!(refused.text().contains("port: 3"), "{}", refused.text());
    for node in ["node-1", "node-2", "node-3"] {
        assert_eq!(cluster.names_on(node).len(), 1, "{node}");
    }
    for name in all_names(&cluster) {
        let started = cluster
            .manager
            .post(&format!("/containers/{name}/start"), Value::Null)
            .await;
        assert_eq!(started.status, 204, "{}", started.text());
    }
    let udp = json!({ "Image": "busybox", "HostConfig": { "PortBindings": { "80/udp": [{ "HostPort": "8080" }] } } });
    cluster.manager.create("udp", udp).await;
    let gone = cluster
        .holders("p0")
        .first()
        .map_or_else(|| all_names(&cluster)[0].clone(), |_| "p0".into());
    cluster
        .manager
        .delete(&format!("/containers/{gone}?force=1"))
        .await;
    cluster
        .manager
        .create("again", publish("0.0.0.0", "8080"))
        .await;
}

#[tokio::test]
async fn constraints_affinities_and_soft_wishes_hold() {
    let named =
        |name: &str, storage: &str| EngineOptions::named(name).label(format!("storage={storage}"));
    let engines = [
        named("node-1", "ssd"),
        named("node-2", "disk"),
        named("node-3", "disk"),
    ];
    let cluster = Cluster::start(SWARM, engines, &[]).await.unwrap();
    let put = async |name: &str, body: Value| {
        cluster.manager.create(name, body).await;
        cluster.holders(name).remove(0)
    };
    for number in 0..3 {
        assert_eq!(
            put(
                &format!("ssd-{number}"),
                wishes(&["constraint:storage==ssd"])
            )
            .await,
            "node-1"
        );
    }
    assert_ne!(
        put("not", wishes(&["constraint:storage!=ssd"])).await,
        "node-1"
    );
    assert_eq!(
        put("glob", wishes(&["constraint:node==*-3"])).await,
        "node-3"
    );
    assert_eq!(
        put(
            "regexp",
            wishes(&["constraint:node==/^node-[23]$/", "constraint:node!=node-3"])
        )
        .await,
        "node-2"
    );
    assert_eq!(
        put("listed", wishes(&["whitelist:node==node-3"])).await,
        "node-3"
    );
    assert_eq!(
        put("with", wishes(&["affinity:container==glob"])).await,
        "node-3"
    );
    assert_ne!(
        put("apart", wishes(&["affinity:container!=glob"])).await,
        "node-3"
    );
    assert_eq!(
        put("soft", wishes(&["constraint:storage==~tape"]))
            .await
            .len(),
        6
    );
    assert_eq!(
        put("softly", wishes(&["affinity:container==~ssd-0"])).await,
        "node-1"
    );
    let labelled = json!({ "Image": "busybox", "Labels": { "com.docker.swarm.constraints": "[\"node==node-2\"]" } });
    assert_eq!(put("labelled", labelled).await, "node-2");
    let shared = json!({ "Image": "busybox", "HostConfig": { "VolumesFrom": ["glob:ro"] } });
    assert_eq!(put("shared", shared).await, "node-3");
    let network =
        json!({ "Image": "busybox", "HostConfig": { "NetworkMode": "container:labelled" } });
    assert_eq!(put("joined", network).await, "node-2");
    let answer = cluster
        .manager
        .post("/containers/create", wishes(&["constraint:storage==tape"]))
        .await;
    assert_eq!(answer.status, 500, "{}", answer.text());
    for text in [
        "unable to find a node that satisfies",
        "storage==tape",
        "constraint: 3",
    ] {
        assert!(answer.text().contains(text), "{text}: {}", answer.text());
    }
    // What was a wish of placement is no variable of the container.
    let inspected = cluster.manager.get("/containers/glob/json").await.json();
    assert!(
        !inspected["Config"]["Env"]
            .to_string()
            .contains("constraint"),
        "{inspected}"
    );
    let label = inspected["Config"]["Labels"]["com.docker.swarm.constraints"].clone();
    assert_eq!(label, json!("[\"node==*-3\"]"));
}

#[tokio::test]
async fn memory_and_cpus_are_given_out_until_they_are_gone() {
    let cluster = with(2, &["--cluster-opt", "swarm.overcommit=0"]).await;
    let memory = json!({ "Image": "busybox", "HostConfig": { "Memory": 2_u64 << 30 } });
    let names: Vec<String> = (0..12).map(|number| format!("m{number}")).collect();
    let answers = race(&cluster, &names, &memory).await;
    assert_eq!(statuses(&answers), BTreeMap::from([(201, 8), (500, 4)]));
    let refused = answers.iter().find(|answer| answer.status == 500).unwrap();
    assert!(
        refused
            .text()
            .contains("no resources available to schedule container"),
        "{}",
        refused.text()
    );
    for node in ["node-1", "node-2"] {
        assert_eq!(cluster.names_on(node).len(), 4, "{node}");
    }
    let cpus = json!({ "Image": "busybox", "HostConfig": { "NanoCpus": 3_000_000_000_u64 } });
    let names: Vec<String> = (0..4).map(|number| format!("n{number}")).collect();
    let answers = race(&cluster, &names, &cpus).await;
    assert_eq!(statuses(&answers), BTreeMap::from([(201, 2), (500, 2)]));
    // Stopped ones count; removed ones do not.
    let gone = all_names(&cluster)
        .into_iter()
        .find(|name| name.starts_with('m'))
        .unwrap();
    assert_eq!(
        cluster
            .manager
            .delete(&format!("/containers/{gone}"))
            .await
            .status,
        204
    );
    cluster.manager.create("next", memory.clone()).await;
    let more = cluster
        .manager
        .post("/containers/create?name=more", memory)
        .await;
    assert_eq!(more.status, 500, "{}", more.text());
    let grown = json!({ "Memory": 4_u64 << 30 });
    let grown = cluster.manager.post("/containers/next/update", grown).await;
    assert_eq!(grown.status, 409, "{}", grown.text());
}

#[tokio::test]
async fn slots_and_a_refused_create_leave_no_promise() {
    let slots = EngineOptions::named("node-1").label("containerslots=2");
    let cluster = Cluster::start(SWARM, [slots], &[]).await.unwrap();
    cluster.engine("node-1").inject(Fault::Status {
        route: "POST /containers/create".into(),
        status: 500,
        message: "no space left on device".into(),
    });
    for _ in 0..3 {
        let answer = cluster
            .manager
            .post("/containers/create?name=a", top())
            .await;
        assert_eq!(
            (
                answer.status.as_u16(),
                answer.text().contains("no space left")
            ),
            (500, true)
        );
    }
    assert_eq!(cluster.manager.counters().await["leases"], 0);
    cluster.engine("node-1").clear_faults();
    let names: Vec<String> = (0..6).map(|number| format!("s{number}")).collect();
    let answers = race(&cluster, &names, &top()).await;
    assert_eq!(statuses(&answers), BTreeMap::from([(201, 2), (500, 4)]));
    cluster.manager.until_quiet().await;
}

#[tokio::test]
async fn an_image_missing_on_the_chosen_node_is_copied_from_another() {
    let with_image = |name: &str, image: &str| EngineOptions {
        images: vec![image.into()],
        ..EngineOptions::named(name)
    };
    let engines = [
        with_image("node-1", "alpine:3"),
        with_image("node-2", "busybox:latest"),
    ];
    let cluster = Cluster::start(SWARM, engines, &[]).await.unwrap();
    let body = json!({ "Image": "alpine:3", "Env": ["constraint:node==node-2"] });
    cluster.manager.create("copied", body).await;
    assert_eq!(cluster.holders("copied"), ["node-2"]);
    assert_eq!(
        cluster.requests("POST /images/create"),
        0,
        "nothing was pulled"
    );
    assert_eq!(cluster.requests("POST /images/load"), 1);
    // Nobody has it: the engine's own 404, so that the client pulls.
    let missing = json!({ "Image": "nowhere:1" });
    let answer = cluster
        .manager
        .post("/containers/create?name=none", missing.clone())
        .await;
    assert_eq!(answer.status, 404, "{}", answer.text());
    assert!(
        answer.text().contains("No such image: nowhere:1"),
        "{}",
        answer.text()
    );
    let pulled = cluster
        .manager
        .post("/images/create?fromImage=nowhere&tag=1", Value::Null)
        .await;
    assert_eq!(pulled.status, 200);
    assert!(!pulled.text().contains("\"error\""), "{}", pulled.text());
    cluster.manager.create("none", missing).await;
}
