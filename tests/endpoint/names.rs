//! Names are unique in the cluster, whoever races for them.

use std::collections::BTreeMap;

use futures_util::future::join_all;
use serde_json::Value;
use testkit::manager::PATIENCE;
use testkit::wait;

use crate::placement::{all_names, race, statuses};
use crate::{cluster, top, top_on};

#[tokio::test]
async fn one_of_fifty_racing_creates_gets_the_name() {
    let cluster = cluster(3).await;
    let answers = race(&cluster, &vec!["web".to_owned(); 50], &top()).await;
    assert_eq!(statuses(&answers), BTreeMap::from([(201, 1), (409, 49)]));
    for answer in answers.iter().filter(|answer| answer.status == 409) {
        let message = answer.json()["message"].as_str().unwrap().to_owned();
        assert!(
            message.starts_with("Conflict. The container name \"/web\" is already in use by"),
            "{message}"
        );
    }
    assert_eq!(all_names(&cluster), ["web"]);
    assert_eq!(cluster.requests("POST /containers/create"), 1);
    cluster.manager.until_quiet().await;
}

#[tokio::test]
async fn racing_renames_get_one_name_too() {
    let cluster = cluster(2).await;
    for number in 0..10 {
        cluster.manager.create(&format!("c{number}"), top()).await;
    }
    let targets: Vec<String> = (0..10)
        .map(|number| format!("/containers/c{number}/rename?name=web"))
        .collect();
    let renames = targets
        .iter()
        .map(|target| cluster.manager.post(target, Value::Null));
    let answers = join_all(renames).await;
    assert_eq!(statuses(&answers), BTreeMap::from([(204, 1), (409, 9)]));
    assert_eq!(
        all_names(&cluster)
            .iter()
            .filter(|name| *name == "web")
            .count(),
        1
    );
}

#[tokio::test]
async fn a_name_is_free_again_once_its_holder_is_gone() {
    let cluster = cluster(2).await;
    for _ in 0..10 {
        cluster.manager.create("web", top()).await;
        let taken = cluster
            .manager
            .post("/containers/create?name=web", top())
            .await;
        assert_eq!(taken.status, 409, "{}", taken.text());
        let gone = cluster.manager.delete("/containers/web").await;
        assert_eq!(gone.status, 204, "{}", gone.text());
    }
    cluster.manager.create("web", top_on("node-1")).await;
    wait::eventually(PATIENCE, || async { all_names(&cluster) == ["web"] }).await;
}
