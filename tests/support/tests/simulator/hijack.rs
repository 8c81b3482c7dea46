//! Connections that leave HTTP, and answers whose head comes first.

use serde_json::{Value, json};
use testkit::{client, wait};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

use crate::requests::{SOON, cat, engine, post};

fn split(answer: &[u8]) -> (String, Vec<u8>) {
    let end = answer
        .windows(4)
        .position(|window| window == b"\r\n\r\n")
        .unwrap()
        + 4;
    (
        String::from_utf8_lossy(&answer[..end]).into_owned(),
        answer[end..].to_vec(),
    )
}

#[tokio::test]
async fn input_behind_the_head_and_a_half_close_reach_the_process() {
    for upgrade in ["Connection: Upgrade\r\nUpgrade: tcp\r\n", ""] {
        let engine = engine().await;
        post(&engine, "/containers/create?name=cat", cat()).await;
        post(&engine, "/containers/cat/start", Value::Null).await;
        let head = format!(
            "POST /containers/cat/attach?stream=1&stdin=1&stdout=1&stderr=1 HTTP/1.1\r\nHost: x\r\n{upgrade}\r\nhello\n"
        );
        let answer = client::raw(engine.addr, head.as_bytes()).await.unwrap();
        let (head, output) = split(&answer);
        let status = if upgrade.is_empty() {
            "HTTP/1.1 200 OK\r\n"
        } else {
            "HTTP/1.1 101 UPGRADED\r\n"
        };
        assert!(head.starts_with(status), "{head}");
        assert_eq!(output, b"\x01\0\0\0\0\0\0\x06hello\n");
        let code = post(&engine, "/containers/cat/wait", Value::Null)
            .await
            .json()["StatusCode"]
            .clone();
        assert_eq!(code, 0);
    }
}

#[tokio::test]
async fn output_of_a_removed_container_is_still_delivered() {
    let engine = engine().await;
    let body =
        json!({ "Image": "busybox", "Cmd": ["echo", "bye"], "HostConfig": { "AutoRemove": true } });
    post(&engine, "/containers/create?name=brief", body).await;
    let mut stream = TcpStream::connect(engine.addr).await.unwrap();
    let attach = b"POST /containers/brief/attach?stream=1&stdout=1 HTTP/1.1\r\nHost: x\r\nUpgrade: tcp\r\nConnection: Upgrade\r\n\r\n";
    stream.write_all(attach).await.unwrap();
    let mut head = [0; 20];
    stream.read_exact(&mut head).await.unwrap();
    post(&engine, "/containers/brief/start", Value::Null).await;
    let mut rest = Vec::new();
    wait::within(SOON, stream.read_to_end(&mut rest))
        .await
        .unwrap();
    assert!(
        rest.ends_with(b"bye\n"),
        "{:?}",
        String::from_utf8_lossy(&rest)
    );
    assert!(engine.engine().containers().is_empty());
}

#[tokio::test]
async fn the_head_of_wait_comes_before_the_end() {
    let engine = engine().await;
    post(
        &engine,
        "/containers/create?name=top",
        json!({ "Image": "busybox", "Cmd": ["top"] }),
    )
    .await;
    post(&engine, "/containers/top/start", Value::Null).await;
    let mut stream = TcpStream::connect(engine.addr).await.unwrap();
    stream
        .write_all(b"POST /containers/top/wait HTTP/1.1\r\nHost: x\r\n\r\n")
        .await
        .unwrap();
    let mut head = [0; 15];
    wait::within(SOON, stream.read_exact(&mut head))
        .await
        .unwrap();
    assert_eq!(&head, b"HTTP/1.1 200 OK");
    assert_eq!(engine.engine().counters().in_flight, 1);
    drop(stream);
    wait::eventually(SOON, || async { engine.engine().counters().in_flight == 0 }).await;
}

#[tokio::test]
async fn a_detached_exec_leaves_plain_http_even_for_a_client_that_ends_its_input() {
    let engine = engine().await;
    post(
        &engine,
        "/containers/create?name=top",
        json!({ "Image": "busybox", "Cmd": ["top"] }),
    )
    .await;
    post(&engine, "/containers/top/start", Value::Null).await;
    let exec = post(&engine, "/containers/top/exec", json!({ "Cmd": ["true"] }))
        .await
        .json();
    let id = exec["Id"].as_str().unwrap();
    let head = format!(
        "POST /exec/{id}/start HTTP/1.1\r\nHost: x\r\nContent-Length: 15\r\n\r\n{{\"Detach\":true}}"
    );
    let answer = client::raw(engine.addr, head.as_bytes()).await.unwrap();
    let (head, body) = split(&answer);
    assert!(head.starts_with("HTTP/1.1 200 OK"), "{head}");
    assert!(body.is_empty());
    wait::eventually(SOON, || async {
        let exec = client::send(engine.addr, "GET", &format!("/exec/{id}/json"), None)
            .await
            .unwrap()
            .json();
        exec["ExitCode"] == 0
    })
    .await;
}

#[tokio::test]
async fn more_output_than_is_kept_reaches_a_slow_reader_whole() {
    let engine = engine().await;
    post(&engine, "/containers/create?name=cat", cat()).await;
    post(&engine, "/containers/cat/start", Value::Null).await;
    let stream = TcpStream::connect(engine.addr).await.unwrap();
    let (mut read, mut write) = stream.into_split();
    let head = b"POST /containers/cat/attach?stream=1&stdin=1&stdout=1 HTTP/1.1\r\nHost: x\r\nUpgrade: tcp\r\nConnection: Upgrade\r\n\r\n";
    let total = 24 << 20;
    let writer = tokio::spawn(async move {
        write.write_all(head).await.unwrap();
        for _ in 0..total / 65536 {
            write.write_all(&[b'x'; 65536]).await.unwrap();
        }
        write.shutdown().await.unwrap();
    });
    let mut answer = Vec::new();
    wait::within(SOON * 3, read.read_to_end(&mut answer))
        .await
        .unwrap();
    writer.await.unwrap();
    let received = answer.iter().filter(|byte| **byte == b'x').count();
    assert_eq!(received, total);
}
