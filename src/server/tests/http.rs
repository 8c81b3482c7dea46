//! Requests as bytes.

use std::time::Duration;

use tokio::io::AsyncWriteExt;

use super::rig::{Rig, Transport, read_to_end, read_until, until, within};
use crate::server::ServerOptions;

async fn tcp() -> Rig {
    Rig::start(Transport::Tcp).await
}

/// Status lines and bodies, in order: what is left without headers.
fn bare(answers: &str) -> Vec<&str> {
    let header = |line: &&str| !line.is_empty() && !line.contains(": ");
    answers.split("\r\n").filter(header).collect()
}

#[tokio::test]
async fn a_head_may_end_its_lines_with_a_bare_line_feed() {
    let answer = tcp()
        .await
        .exchange(b"GET /x HTTP/1.1\nHost: a\nConnection: close\n\n")
        .await;
    assert_eq!(bare(&answer), ["HTTP/1.1 200 OK", "GET /x "]);
}

#[tokio::test]
async fn a_line_end_behind_a_body_belongs_to_nothing() {
    let requests = b"POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\n{}\n\
        GET /y HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
    let answers = tcp().await.exchange(requests).await;
    assert_eq!(
        bare(&answers),
        ["HTTP/1.1 200 OK", "POST /x {}HTTP/1.1 200 OK", "GET /y "]
    );
}

#[tokio::test]
async fn pipelined_requests_are_answered_in_order() {
    let requests = b"GET /1 HTTP/1.1\r\nHost: a\r\n\r\nGET /2 HTTP/1.1\r\nHost: a\r\n\r\n\
        GET /3 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
    let rig = tcp().await;
    let answers = rig.exchange(requests).await;
    let order = ["GET /1 ", "GET /2 ", "GET /3 "].map(|body| answers.find(body).unwrap());
    assert!(order.is_sorted());
    assert_eq!(rig.upstream.counters().opened, 1);
}

#[tokio::test]
async fn an_old_client_is_answered_and_left() {
    let answer = tcp().await.exchange(b"GET /x HTTP/1.0\r\n\r\n").await;
    assert_eq!(bare(&answer), ["HTTP/1.0 200 OK", "GET /x "]);
}

#[tokio::test]
async fn a_client_that_asks_first_is_told_to_continue() {
    let rig = tcp().await;
    let mut client = rig.connect().await;
    let head = b"POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\nExpect: 100-continue\r\n\
        Connection: close\r\n\r\n";
    client.write_all(head).await.unwrap();
    let go_on = read_until(&mut client, "\r\n\r\n").await;
    assert_eq!(go_on, "HTTP/1.1 100 Continue\r\n\r\n");
    client.write_all(b"body").await.unwrap();
    let answer = read_to_end(&mut client).await;
    assert_eq!(bare(&answer), ["HTTP/1.1 200 OK", "POST /x body"]);
    assert!(!rig.engine.seen()[0].0.contains("expect"));
}

#[tokio::test]
async fn two_lengths_are_refused() {
    let rig = tcp().await;
    let request = b"POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\nContent-Length: 30\r\n\r\n\
        {}GET /smuggled HTTP/1.1\r\n\r\n";
    let answer = rig.exchange(request).await;
    assert_eq!(bare(&answer), ["HTTP/1.1 400 Bad Request"]);
    assert!(rig.engine.seen().is_empty());
}

#[tokio::test]
async fn a_length_beside_chunks_smuggles_nothing() {
    let rig = tcp().await;
    let request = b"POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\
        Transfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n";
    let answer = rig.exchange(request).await;
    assert_eq!(
        answer.matches("HTTP/1.1 ").count(),
        1,
        "and the connection closes"
    );
    let seen = rig.engine.seen();
    assert_eq!(seen.len(), 1);
    assert!(
        seen[0].0.contains("transfer-encoding: chunked"),
        "{}",
        seen[0].0
    );
    assert!(!seen[0].0.contains("content-length"), "{}", seen[0].0);
}

#[tokio::test]
async fn what_cannot_be_parsed_is_refused_and_left() {
    let rig = tcp().await;
    let huge = format!("GET /x HTTP/1.1\r\nX: {}\r\n\r\n", "x".repeat(1 << 20));
    for (request, status) in [
        (huge.as_str(), "HTTP/1.1 431 "),
        ("\u{16}\u{3}\u{1} hello\r\n\r\n", "HTTP/1.1 400 "),
        ("GET /x HTTP/1.1\r\nno colon\r\n\r\n", "HTTP/1.1 400 "),
        ("GET /x y z HTTP/1.1\r\n\r\n", "HTTP/1.1 400 "),
    ] {
        let mut client = rig.connect().await;
        // The server may close before it has read all of it.
        let _ = client.write_all(request.as_bytes()).await;
        let answer = read_until(&mut client, "\r\n\r\n").await;
        assert!(answer.starts_with(status), "{answer}");
    }
    assert!(rig.engine.seen().is_empty());
}

#[tokio::test]
async fn a_head_that_dribbles_in_is_cut() {
    let rig = Rig::with(
        Transport::Tcp,
        ServerOptions {
            head_deadline: Duration::from_millis(50),
            ..ServerOptions::default()
        },
    )
    .await;
    let mut client = rig.connect().await;
    client.write_all(b"GET /x HTTP/1.1\r\nX: ").await.unwrap();
    let dribble = async {
        while client.write_all(b"x").await.is_ok() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    within(dribble).await;
}

#[tokio::test]
async fn a_client_that_leaves_frees_the_engine() {
    let rig = tcp().await;
    let mut client = rig.connect().await;
    client
        .write_all(b"GET /slow HTTP/1.1\r\nHost: a\r\n\r\n")
        .await
        .unwrap();
    until("the request", || rig.engine.seen().len() == 1).await;
    assert_eq!(rig.upstream.counters().open, 1);
    drop(client);
    until("the end of the engine's connection", || {
        rig.upstream.counters().open == 0
    })
    .await;
}
