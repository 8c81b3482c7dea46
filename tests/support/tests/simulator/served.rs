//! Ports, sockets, counters and what an engine remembers.

use serde_json::json;
use testkit::{Engine, EngineOptions, wait};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpStream, UnixListener, UnixStream},
};

use crate::requests::{SOON, engine, get, post};

#[tokio::test]
async fn connections_are_counted() {
    let engine = engine().await;
    let mut stream = TcpStream::connect(engine.addr).await.unwrap();
    for _ in 0..3 {
        stream
            .write_all(b"GET /_ping HTTP/1.1\r\nHost: x\r\n\r\n")
            .await
            .unwrap();
        let mut answer = Vec::new();
        while !answer.ends_with(b"\r\n\r\nOK") {
            let mut buffer = [0; 512];
            let count = wait::within(SOON, stream.read(&mut buffer)).await.unwrap();
            answer.extend_from_slice(&buffer[..count]);
        }
    }
    let counters = engine.engine().counters();
    assert_eq!(
        (counters.total_connections, counters.open_connections),
        (1, 1)
    );
    assert_eq!(counters.requests["GET /_ping"], 3);
    drop(stream);
    wait::eventually(SOON, || async {
        engine.engine().counters().open_connections == 0
    })
    .await;
}

#[tokio::test]
async fn a_restart_keeps_port_and_state() {
    let mut engine = engine().await;
    let addr = engine.addr;
    post(
        &engine,
        "/containers/create?name=kept",
        json!({ "Image": "busybox" }),
    )
    .await;
    engine.stop().await;
    assert!(get(&engine, "/_ping").await.is_err());
    engine.restart().await.unwrap();
    assert_eq!(engine.addr, addr);
    assert_eq!(
        get(&engine, "/containers/kept/json").await.unwrap().status,
        200
    );
}

#[tokio::test]
async fn a_unix_socket_serves_the_same() {
    let path = std::env::temp_dir().join(format!(
        "testkit-{}-{}.sock",
        std::process::id(),
        fastrand::u64(..)
    ));
    let served =
        Engine::new(EngineOptions::named("local")).serve_unix(UnixListener::bind(&path).unwrap());
    let task = tokio::spawn(served);
    let mut stream = UnixStream::connect(&path).await.unwrap();
    stream
        .write_all(b"GET /info HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        .await
        .unwrap();
    let mut answer = String::new();
    wait::within(SOON, stream.read_to_string(&mut answer))
        .await
        .unwrap();
    assert!(answer.contains("\"Name\":\"local\""), "{answer}");
    task.abort();
    std::fs::remove_file(&path).unwrap();
}

#[tokio::test]
async fn strange_fields_and_recorded_requests_are_there_on_demand() {
    let options = EngineOptions {
        odd: true,
        record: true,
        containers: 2,
        ..EngineOptions::named("odd")
    };
    let engine = Engine::start(options).await.unwrap();
    let list = get(&engine, "/containers/json").await.unwrap().json();
    assert_eq!(list.as_array().unwrap().len(), 2);
    assert_eq!(list[0]["FutureField"]["Depth"][1], "two");
    let body = json!({ "Image": "busybox", "Invented": { "a": 1 } });
    post(&engine, "/v1.41/containers/create?name=new", body.clone()).await;
    let last = engine.engine().requests().pop().unwrap();
    assert_eq!(
        (last.target.as_str(), last.body),
        ("/v1.41/containers/create?name=new", Some(body))
    );
    assert_eq!(
        get(&engine, "/containers/new/json").await.unwrap().json()["Config"]["Invented"]["a"],
        1
    );
}
