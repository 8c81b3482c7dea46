//! Engines that are not there, hang, or talk nonsense.

use std::time::Duration;

use bytes::Bytes;
use futures_util::stream;
use http::Method;
use http_body_util::{BodyExt, StreamBody};
use tokio::io::AsyncWriteExt;
use tokio::net::TcpListener;
use tokio::time::{Instant, timeout};

use super::engine::{HOLD, OK, engine, failure, get, post, request, text, until};
use crate::body::{Body, BoxError};
use crate::forward::{ForwardErrorKind, PoolOptions, Upstream};

#[tokio::test]
async fn an_engine_declared_down_fails_what_waits_and_leaves_what_flows() {
    static SCRIPT: &[&[&str]] = &[
        &[
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nline\r\n",
            HOLD,
        ],
        &[HOLD],
        &[OK],
    ];
    let (upstream, seen) = engine(SCRIPT).await;
    let mut flowing = upstream.send(get()).await.unwrap();
    flowing.body_mut().frame().await.unwrap().unwrap();
    let (failed, ()) = tokio::join!(upstream.send(post()), async {
        until("the request", || seen.heads.lock().unwrap().len() == 2).await;
        upstream.set_down(true);
    });
    assert_eq!(failure(failed), (ForwardErrorKind::Lost, false, true));
    let more = timeout(Duration::from_millis(50), flowing.body_mut().frame()).await;
    assert!(more.is_err(), "it goes on");
    assert_eq!(
        text(upstream.send(get()).await.unwrap()).await,
        "ok",
        "a probe"
    );
}

#[tokio::test]
async fn a_head_can_have_a_deadline() {
    static SCRIPT: &[&[&str]] = &[&[HOLD]];
    let (upstream, _) = engine(SCRIPT).await;
    let sent = upstream.send_within(get(), Duration::from_millis(50)).await;
    assert_eq!(failure(sent), (ForwardErrorKind::Deadline, false, true));
}

#[tokio::test]
async fn what_is_not_http_is_called_so() {
    static SCRIPT: &[&[&str]] = &[
        &["SSH-2.0-OpenSSH_9.2\r\n\r\n"],
        &["HTTP/1.1 101 UPGRADED\r\nUpgrade: tcp\r\nConnection: Upgrade\r\n\r\n"],
    ];
    let (upstream, _) = engine(SCRIPT).await;
    for what in ["another protocol", "a switch that nobody asked for"] {
        let failed = failure(upstream.send(get()).await);
        assert_eq!(failed, (ForwardErrorKind::Garbage, false, true), "{what}");
    }
}

#[tokio::test]
async fn an_endless_head_is_given_up() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap().to_string().parse().unwrap();
    tokio::spawn(async move {
        let (mut tcp, _) = listener.accept().await.unwrap();
        let line = format!("X-Filler: {}\r\n", "x".repeat(4000));
        tcp.write_all(b"HTTP/1.1 200 OK\r\n").await.unwrap();
        while tcp.write_all(line.as_bytes()).await.is_ok() {}
    });
    let upstream = Upstream::new(address, None, &PoolOptions::default());
    let failed = failure(upstream.send(get()).await);
    assert_eq!(failed, (ForwardErrorKind::Garbage, false, true));
}

#[tokio::test]
async fn nothing_has_started_where_nobody_listens() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap().to_string().parse().unwrap();
    drop(listener);
    let upstream = Upstream::new(address, None, &PoolOptions::default());
    upstream.set_name("node-1".into());
    let error = upstream.send(get()).await.unwrap_err();
    assert_eq!(
        (error.kind, error.started),
        (ForwardErrorKind::Connect, false)
    );
    assert!(
        error
            .to_string()
            .starts_with("node node-1: cannot connect: "),
        "{error}"
    );
}

#[tokio::test]
async fn a_request_body_that_breaks_off_is_the_clients_fault() {
    static SCRIPT: &[&[&str]] = &[&[HOLD]];
    let (upstream, _) = engine(SCRIPT).await;
    let frames: [Result<http_body::Frame<Bytes>, BoxError>; 1] = [Err("gone".into())];
    let body = Body::new(StreamBody::new(stream::iter(frames)));
    let failed = failure(upstream.send(request(Method::POST, body)).await);
    assert_eq!(failed, (ForwardErrorKind::RequestBody, false, true));
}

#[tokio::test]
async fn an_engine_that_does_not_answer_is_suspected() {
    static SCRIPT: &[&[&str]] = &[&[HOLD]];
    let (engine, _) = engine(SCRIPT).await;
    let options = PoolOptions {
        suspect_after: Duration::from_millis(50),
        ..PoolOptions::default()
    };
    let upstream = Upstream::new(engine.address().clone(), None, &options);
    let begun = Instant::now();
    tokio::select! {
        _ = upstream.send(post()) => panic!("there is no answer"),
        () = upstream.suspected() => {}
    }
    assert!(begun.elapsed() >= options.suspect_after);
}
