//! Misbehaviour on demand.

use serde_json::{Value, json};
use testkit::{Engine, EngineOptions, Fault, client, wait};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

use crate::requests::{SOON, engine, get, post};

#[tokio::test]
async fn faults_do_what_they_say_and_end() {
    let engine = engine().await;
    let route = || "GET /containers/json".to_owned();
    let broken = [
        Fault::ResetMidBody { route: route() },
        Fault::Garbage { route: route() },
        Fault::HugeHead {
            route: route(),
            bytes: 4 << 20,
        },
        Fault::CloseBeforeHead { route: route() },
    ];
    for fault in broken {
        engine.engine().inject(fault.clone());
        assert!(get(&engine, "/containers/json").await.is_err(), "{fault:?}");
        assert!(
            get(&engine, "/_ping").await.is_ok(),
            "{fault:?} concerns one route"
        );
        engine.engine().clear_faults();
        assert_eq!(get(&engine, "/containers/json").await.unwrap().status, 200);
    }
    engine.engine().inject(Fault::Status {
        route: route(),
        status: 500,
        message: "no".into(),
    });
    assert_eq!(
        get(&engine, "/containers/json").await.unwrap().json(),
        json!({ "message": "no" })
    );
    engine.engine().clear_faults();
    engine.engine().inject(Fault::OldApi { max: "1.24".into() });
    engine.engine().inject(Fault::CloneId { id: "TWIN".into() });
    assert_eq!(get(&engine, "/v1.30/info").await.unwrap().status, 400);
    assert_eq!(get(&engine, "/info").await.unwrap().json()["ID"], "TWIN");
}

#[tokio::test]
async fn faults_can_be_set_from_outside() {
    let engine = engine().await;
    let id = engine.engine().id();
    let set = post(
        &engine,
        "/_control/faults",
        json!({ "fault": "clone-id", "id": "TWIN" }),
    )
    .await;
    assert_eq!(set.status, 200);
    assert_eq!(get(&engine, "/info").await.unwrap().json()["ID"], "TWIN");
    client::send(engine.addr, "DELETE", "/_control/faults", None)
        .await
        .unwrap();
    assert_eq!(
        get(&engine, "/info").await.unwrap().json()["ID"],
        Value::from(id)
    );
    let counters = get(&engine, "/_control/counters").await.unwrap().json();
    assert_eq!(counters["requests"]["GET /info"], 2);
    assert_eq!(
        post(&engine, "/_control/faults", json!({ "fault": "nonsense" }))
            .await
            .status,
        400
    );
}

#[tokio::test]
async fn refused_connections_are_taken_again_at_the_same_port() {
    let engine = engine().await;
    let mut open = TcpStream::connect(engine.addr).await.unwrap();
    assert!(get(&engine, "/_ping").await.is_ok());
    engine.engine().inject(Fault::RefuseConnections);
    let refused = || async {
        TcpStream::connect(engine.addr)
            .await
            .is_err_and(|error| error.kind() == std::io::ErrorKind::ConnectionRefused)
    };
    wait::eventually(SOON, refused).await;
    assert!(
        matches!(
            wait::within(SOON, open.read(&mut [0])).await,
            Ok(0) | Err(_)
        ),
        "open ones are dropped"
    );
    engine.engine().clear_faults();
    wait::eventually(SOON, || async { get(&engine, "/_ping").await.is_ok() }).await;
    engine.engine().inject(Fault::Flap {
        up_millis: 20,
        down_millis: 20,
    });
    for _ in 0..2 {
        wait::eventually(SOON, refused).await;
        wait::eventually(SOON, || async { get(&engine, "/_ping").await.is_ok() }).await;
    }
}

#[tokio::test]
async fn an_answer_can_be_lost_after_the_deed() {
    let engine = engine().await;
    engine.engine().inject(Fault::LoseAnswer {
        route: "POST /containers/create".into(),
    });
    let body = json!({ "Image": "busybox" });
    let lost = client::send(
        engine.addr,
        "POST",
        "/containers/create?name=made",
        Some(&body),
    )
    .await;
    assert!(lost.is_err());
    assert_eq!(
        get(&engine, "/containers/made/json").await.unwrap().status,
        200
    );
}

#[tokio::test]
async fn a_pull_whose_client_leaves_is_cancelled() {
    let options = EngineOptions {
        pull_millis: 60_000,
        ..EngineOptions::default()
    };
    let engine = Engine::start(options).await.unwrap();
    let mut stream = TcpStream::connect(engine.addr).await.unwrap();
    let pull =
        b"POST /images/create?fromImage=alpine HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n";
    stream.write_all(pull).await.unwrap();
    wait::within(SOON, stream.read_exact(&mut [0; 15]))
        .await
        .unwrap();
    drop(stream);
    wait::eventually(SOON, || async { engine.engine().counters().in_flight == 0 }).await;
    assert_eq!(
        get(&engine, "/images/alpine/json").await.unwrap().status,
        404
    );
}
