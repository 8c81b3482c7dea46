//! Pings, versions and the shape of errors.

use serde_json::Value;
use testkit::manager::{Cluster, Manager, addresses};
use testkit::{Engine, EngineOptions, Fault};

use crate::{SWARM, cluster, top_on};

async fn aged() -> Cluster {
    let aged = |name: &str, api: &str, min_api: &str| EngineOptions {
        api: api.into(),
        min_api: min_api.into(),
        ..EngineOptions::named(name)
    };
    let engines = [aged("old", "1.38", "1.12"), aged("new", "1.47", "1.24")];
    Cluster::start(SWARM, engines, &[]).await.unwrap()
}

#[tokio::test]
async fn pings_tell_what_clients_negotiate_by() {
    let cluster = aged().await;
    for method in ["GET", "HEAD"] {
        for path in ["/_ping", "/v1.24/_ping", "/v1.99/_ping", "/v1.1/_ping"] {
            let answer = cluster.manager.send(method, path, None).await;
            let body = if method == "GET" { "OK" } else { "" };
            assert_eq!(
                (answer.status.as_u16(), answer.text().as_str()),
                (200, body)
            );
            for (name, value) in [
                ("api-version", "1.38"),
                ("builder-version", "1"),
                ("docker-experimental", "false"),
                ("ostype", "linux"),
                ("swarm", "inactive"),
                ("cache-control", "no-cache, no-store, must-revalidate"),
                ("pragma", "no-cache"),
                ("content-type", "text/plain; charset=utf-8"),
            ] {
                assert_eq!(answer.headers[name], value, "{method} {path} {name}");
            }
        }
    }
}

#[tokio::test]
async fn versions_outside_the_common_range_get_dockers_own_sentences() {
    let cluster = aged().await;
    let said = async |path: &str| {
        let answer = cluster.manager.get(path).await;
        assert_eq!(answer.status, 400, "{path}: {}", answer.text());
        answer
    };
    let new = said("/v1.39/containers/json").await.json();
    assert_eq!(
        new["message"],
        "client version 1.39 is too new. Maximum supported API version is 1.38"
    );
    // Below 1.24 errors are plain text.
    let old = said("/v1.23/containers/json").await;
    assert_eq!(
        old.text().trim_end(),
        "client version 1.23 is too old. Minimum supported API version is 1.24, \
         please upgrade your client to a newer version"
    );
    assert_eq!(old.headers["content-type"], "text/plain; charset=utf-8");
    for path in ["/v1.24/containers/json", "/v1.38/containers/json"] {
        assert_eq!(cluster.manager.get(path).await.status, 200, "{path}");
    }
}

#[tokio::test]
async fn errors_are_plain_text_below_1_24_and_json_above() {
    let cluster = cluster(1).await;
    let old = cluster.manager.get("/v1.23/containers/nope/json").await;
    assert_eq!(
        (old.status.as_u16(), old.text().as_str()),
        (404, "No such container: nope\n")
    );
    assert_eq!(old.headers["content-type"], "text/plain; charset=utf-8");
    for path in ["/v1.24/containers/nope/json", "/containers/nope/json"] {
        let new = cluster.manager.get(path).await;
        assert_eq!(new.json()["message"], "No such container: nope", "{path}");
        assert_eq!(new.headers["content-type"], "application/json");
    }
}

#[tokio::test]
async fn a_path_without_version_reaches_every_engine_in_the_common_one() {
    let recorded = |name: &str, api: &str| EngineOptions {
        api: api.into(),
        record: true,
        ..EngineOptions::named(name)
    };
    let engines = [recorded("old", "1.38"), recorded("new", "1.47")];
    let cluster = Cluster::start(SWARM, engines, &[]).await.unwrap();
    for node in ["old", "new"] {
        cluster
            .manager
            .create(&format!("on-{node}"), top_on(node))
            .await;
        let target = format!("/containers/on-{node}/top");
        cluster.manager.get(&target).await;
        let seen = cluster.engine(node).requests();
        let seen = seen
            .iter()
            .any(|one| one.target == format!("/v1.38{target}"));
        assert!(seen, "{node}");
    }
}

#[tokio::test]
async fn a_manager_without_an_answer_from_any_engine_still_serves() {
    let engine = Engine::start(EngineOptions::named("gone")).await.unwrap();
    engine.engine().inject(Fault::RefuseConnections);
    let manager = Manager::start(SWARM, &addresses(&[engine]), &[])
        .await
        .unwrap();
    assert_eq!(manager.get("/_ping").await.status, 200);
    assert_eq!(
        manager.get("/v1.41/containers/json").await.json(),
        Value::Array(vec![])
    );
    let created = manager.post("/containers/create", crate::top()).await;
    assert_eq!(created.status, 503, "{}", created.text());
}
