//! What was under way when its engine died.

use serde_json::Value;
use testkit::manager::PATIENCE;
use testkit::{Fault, wait};

use crate::failures::{hang, impatient, until_status};
use crate::{top, top_on};

#[tokio::test]
async fn a_request_in_flight_when_its_engine_dies_ends_and_names_the_node() {
    let mut cluster = impatient(2).await;
    cluster.manager.create("web", top_on("node-1")).await;
    for route in ["GET /containers/{name}/top", "POST /containers/{name}/stop"] {
        cluster.engines[0].engine().inject(hang(route));
    }
    let (dying, others) = cluster.engines.split_at_mut(1);
    let (dying, manager) = (&mut dying[0], &cluster.manager);
    let die = async {
        wait::eventually(PATIENCE, || async {
            dying.engine().counters().in_flight == 3
        })
        .await;
        dying.stop().await;
    };
    let (top, stop, ()) = tokio::join!(
        manager.get("/containers/web/top"),
        manager.post("/containers/web/stop", Value::Null),
        die
    );
    for answer in [top, stop] {
        assert!(
            [502, 503].contains(&answer.status.as_u16()),
            "{}",
            answer.text()
        );
        assert!(answer.text().contains("node node-1"), "{}", answer.text());
    }
    assert_eq!(
        others[0]
            .engine()
            .counters()
            .requests
            .get("GET /containers/{name}/top"),
        None
    );
}

#[tokio::test]
async fn a_create_whose_engine_dies_is_never_made_twice() {
    let mut cluster = impatient(2).await;
    // The engine makes the container, and dies before it can say so.
    cluster.engines[0]
        .engine()
        .inject(hang("POST /containers/create"));
    let (dying, manager) = (&mut cluster.engines[0], &cluster.manager);
    let die = async {
        wait::eventually(PATIENCE, || async {
            dying
                .engine()
                .counters()
                .requests
                .contains_key("POST /containers/create")
        })
        .await;
        dying.engine().create("once", &top()).unwrap();
        dying.stop().await;
    };
    let body = top_on("node-1");
    let (answer, ()) = tokio::join!(manager.post("/containers/create?name=once", body), die);
    assert!(
        [502, 503].contains(&answer.status.as_u16()),
        "{}",
        answer.text()
    );
    // Whether it exists is not known: its name stays promised.
    let again = cluster
        .manager
        .post("/containers/create?name=once", top())
        .await;
    assert_eq!(again.status, 409, "{}", again.text());
    cluster.engines[0].engine().clear_faults();
    cluster.engines[0].restart().await.unwrap();
    until_status(&cluster, "node-1", "Healthy").await;
    cluster.manager.until_quiet().await;
    let again = cluster
        .manager
        .post("/containers/create?name=once", top())
        .await;
    assert_eq!(again.status, 409, "{}", again.text());
    assert_eq!(cluster.holders("once"), ["node-1"]);
    assert_eq!(cluster.requests("POST /containers/create"), 1);
}

#[tokio::test]
async fn a_tunnel_ends_with_its_engine() {
    let mut cluster = impatient(1).await;
    cluster.manager.create("web", top()).await;
    cluster
        .manager
        .post("/containers/web/start", Value::Null)
        .await;
    let mut talk = cluster.manager.talk().await;
    talk.say("POST /containers/web/attach?stream=1&stdout=1 HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\n").await;
    assert!(talk.head().await.starts_with("HTTP/1.1 101 "));
    cluster.engines[0].stop().await;
    assert_eq!(talk.rest().await, "");
}

#[tokio::test]
async fn an_engine_that_freezes_in_the_middle_of_its_answers_holds_nobody() {
    let cluster = impatient(2).await;
    cluster.manager.create("web", top_on("node-1")).await;
    let engine = cluster.engine("node-1");
    for (route, start) in [
        ("GET /containers/{name}/json", "{\"Id\":"),
        ("POST /containers/create", "{\"Id\":"),
        (
            "POST /images/create",
            "{\"status\":\"Pulling\",\"id\":\"3\"}\n",
        ),
    ] {
        let (route, body) = (route.to_owned(), start.to_owned());
        engine.inject(Fault::Stall { route, body });
    }
    engine.inject(hang(""));
    let manager = &cluster.manager;
    let asked = async {
        tokio::join!(
            manager.get("/containers/web/json"),
            manager.post("/containers/create?name=half", top_on("node-1")),
            manager.post("/images/create?fromImage=alpine&tag=3", Value::Null),
            // Whoever waits for a head raises the suspicion that ends all of it.
            manager.get("/containers/web/top"),
        )
    };
    let (inspect, create, pull, top) = wait::within(PATIENCE, asked).await;
    for answer in [inspect, create, top] {
        assert_eq!(answer.status, 503, "{}", answer.text());
        assert!(answer.text().contains("node node-1"), "{}", answer.text());
    }
    assert_eq!(pull.status, 200);
    assert!(pull.text().contains("node-1 was lost"), "{}", pull.text());
    assert!(
        !pull.text().contains("\"error\""),
        "node-2 has it: {}",
        pull.text()
    );
    engine.clear_faults();
    until_status(&cluster, "node-1", "Healthy").await;
    manager.until_quiet().await;
    assert_eq!(cluster.holders("half"), Vec::<String>::new());
    manager.create("half", top_on("node-1")).await;
}
