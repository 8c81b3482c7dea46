//! Creates whose image is not on the node they were given.

use serde_json::{Value, json};
use testkit::client::Answer;
use testkit::manager::Cluster;
use testkit::{EngineOptions, Fault};

use crate::{SWARM, with};

const CREATE: &str = "POST /containers/create";
const PULL: &str = "POST /images/create";
const LOAD: &str = "POST /images/load";

fn engine(name: &str, images: &[&str]) -> EngineOptions {
    EngineOptions {
        images: images.iter().map(|image| (*image).to_owned()).collect(),
        record: true,
        ..EngineOptions::named(name)
    }
}

/// `node-1` lacks the image `app` that `node-2` has.
async fn one_has_it(args: &[&str]) -> Cluster {
    let engines = [engine("node-1", &["busybox"]), engine("node-2", &["app"])];
    let cluster = Cluster::start(SWARM, engines, args).await;
    cluster.unwrap_or_else(|error| panic!("{error}"))
}

fn app() -> Value {
    json!({ "Image": "app", "Cmd": ["top"] })
}

fn app_on(node: &str) -> Value {
    json!({ "Image": "app", "Cmd": ["top"], "Env": [format!("constraint:node=={node}")] })
}

async fn create(cluster: &Cluster, name: &str, body: &Value) -> Answer {
    let target = format!("/containers/create?name={name}");
    cluster.manager.post(&target, body.clone()).await
}

/// A create with registry credentials; the status.
async fn create_as(cluster: &Cluster, name: &str, body: &Value, credentials: &str) -> u16 {
    let body = body.to_string();
    let mut talk = cluster.manager.talk().await;
    talk.say(format!(
        "POST /containers/create?name={name} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\
         X-Registry-Auth: {credentials}\r\nContent-Type: application/json\r\n\
         Content-Length: {}\r\n\r\n{body}",
        body.len()
    ))
    .await;
    let head = talk.head().await;
    let status = head.split(' ').nth(1).unwrap_or_default();
    status.parse().unwrap_or_else(|_| panic!("{head}"))
}

#[tokio::test]
async fn a_copy_comes_before_a_pull() {
    let cluster = one_has_it(&["--cluster-opt", "swarm.pull-on-create=always"]).await;
    let made = create(&cluster, "web", &app_on("node-1")).await;
    assert_eq!(made.status, 201, "{}", made.text());
    assert_eq!(cluster.holders("web"), ["node-1"]);
    assert_eq!(cluster.requests(LOAD), 1);
    assert_eq!(cluster.requests(PULL), 0);
}

#[tokio::test]
async fn credentials_on_a_create_pull_what_no_node_has() {
    let cluster = with(2, &[]).await;
    let body = json!({ "Image": "private:2", "Cmd": ["top"] });
    let bare = create(&cluster, "bare", &body).await;
    assert_eq!(bare.status, 404);
    let message = bare.json()["message"].as_str().unwrap().to_owned();
    assert_eq!(message, "No such image: private:2");
    assert_eq!(cluster.requests(PULL), 0);
    assert_eq!(create_as(&cluster, "web", &body, "e30=").await, 201);
    assert_eq!(cluster.requests(PULL), 1);
    cluster.manager.until_quiet().await;
}

#[tokio::test]
async fn a_pull_carries_the_creates_credentials_and_one_tag() {
    let options = engine("node-1", &["busybox"]);
    let cluster = Cluster::start(SWARM, [options], &[]).await.unwrap();
    let body = json!({ "Image": "private", "Cmd": ["top"] });
    assert_eq!(create_as(&cluster, "web", &body, "c2VjcmV0").await, 201);
    let requests = cluster.engine("node-1").requests();
    let pull = requests
        .iter()
        .find(|one| one.target.contains("images/create"));
    let pull = pull.unwrap_or_else(|| panic!("{requests:?}"));
    assert!(
        pull.target
            .ends_with("fromImage=docker.io%2Flibrary%2Fprivate&tag=latest"),
        "{}",
        pull.target
    );
    let sent = pull
        .headers
        .iter()
        .find(|(name, _)| name == "x-registry-auth");
    assert_eq!(sent.map(|(_, value)| value.as_str()), Some("c2VjcmV0"));
}

#[tokio::test]
async fn pulls_are_always_done_where_that_is_asked_for_and_shared() {
    let mut options = engine("node-1", &["busybox"]);
    options.pull_millis = 400;
    let args = ["--cluster-opt", "swarm.pull-on-create=always"];
    let cluster = Cluster::start(SWARM, [options], &args).await.unwrap();
    let creates = (0..8).map(|number| {
        let cluster = &cluster;
        async move {
            create(cluster, &format!("web-{number}"), &app())
                .await
                .status
        }
    });
    let made = futures_util::future::join_all(creates).await;
    assert!(made.iter().all(|status| *status == 201), "{made:?}");
    assert_eq!(cluster.requests(PULL), 1);
}

#[tokio::test]
async fn a_pull_that_fails_leaves_the_engines_404() {
    let mut options = engine("node-1", &["busybox"]);
    options.registry = vec!["other".into()];
    let args = ["--cluster-opt", "swarm.pull-on-create=always"];
    let cluster = Cluster::start(SWARM, [options], &args).await.unwrap();
    let made = create(&cluster, "web", &app()).await;
    assert_eq!(made.status, 404);
    assert_eq!(made.json()["message"], "No such image: app:latest");
    assert_eq!(cluster.requests(PULL), 1);
    assert_eq!(cluster.requests(CREATE), 1);
    cluster.manager.until_quiet().await;
}

#[tokio::test]
async fn a_copy_that_fails_goes_on_to_the_pull() {
    let cluster = one_has_it(&["--cluster-opt", "swarm.pull-on-create=always"]).await;
    cluster.engine("node-2").inject(Fault::Status {
        route: "GET /images/{name}/get".into(),
        status: 500,
        message: "disk on fire".into(),
    });
    let made = create(&cluster, "web", &app_on("node-1")).await;
    assert_eq!(made.status, 201, "{}", made.text());
    assert_eq!(cluster.holders("web"), ["node-1"]);
    assert_eq!(cluster.requests(PULL), 1);
}

#[tokio::test]
async fn a_404_about_anything_else_brings_nothing() {
    let cluster = one_has_it(&["--cluster-opt", "swarm.pull-on-create=always"]).await;
    cluster.engine("node-1").inject(Fault::Status {
        route: CREATE.into(),
        status: 404,
        message: "network no such image: app not found".into(),
    });
    let made = create(&cluster, "web", &app_on("node-1")).await;
    assert_eq!(made.status, 404);
    assert_eq!(cluster.requests(CREATE), 1);
    assert_eq!(cluster.requests(PULL) + cluster.requests(LOAD), 0);
}

#[tokio::test]
async fn with_copies_off_the_container_goes_where_the_image_is() {
    let cluster = one_has_it(&["--cluster-opt", "swarm.image-transfer=off"]).await;
    for number in 0..6 {
        let name = format!("web-{number}");
        let made = create(&cluster, &name, &app()).await;
        assert_eq!(made.status, 201, "{}", made.text());
        assert_eq!(cluster.holders(&name), ["node-2"]);
    }
    assert_eq!(cluster.requests(LOAD) + cluster.requests(PULL), 0);
    let images = cluster.manager.get("/images/json").await.json();
    let images = images.as_array().unwrap();
    let held = |image: &&Value| image["RepoTags"] == json!(["app:latest"]);
    let id = &images.iter().find(held).unwrap()["Id"];
    let by_id = json!({ "Image": id, "Cmd": ["top"] });
    let made = create(&cluster, "by-id", &by_id).await;
    assert_eq!(made.status, 201, "{}", made.text());
    assert_eq!(cluster.holders("by-id"), ["node-2"]);
    // Whoever insists on a node gets the engine's own words.
    let insisted = create(&cluster, "here", &app_on("node-1")).await;
    assert_eq!(insisted.status, 404, "{}", insisted.text());
    assert!(cluster.holders("here").is_empty());
    let nowhere = json!({ "Image": "nowhere", "Cmd": ["top"] });
    let nowhere = create(&cluster, "nowhere", &nowhere).await;
    assert_eq!(nowhere.status, 404, "{}", nowhere.text());
    cluster.manager.until_quiet().await;
}
