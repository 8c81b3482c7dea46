//! When a connection serves again, and when a request is sent again.

use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::task::Poll;
use std::time::Duration;

use http_body_util::BodyExt;
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use tokio::io::duplex;
use tokio::time::{Instant, timeout};

use super::engine::{CLOSE, HOLD, OK, engine, failure, get, post, text, until};
use crate::body::Body;
use crate::forward::ForwardErrorKind;
use crate::forward::sender::Sender;

#[tokio::test]
async fn a_connection_serves_again_once_its_body_has_ended() {
    static SCRIPT: &[&[&str]] = &[&[
        OK,
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n",
        "HTTP/1.1 204 No Content\r\n\r\n",
        OK,
    ]];
    let (upstream, seen) = engine(SCRIPT).await;
    for expected in ["ok", "ok", "", "ok"] {
        assert_eq!(text(upstream.send(get()).await.unwrap()).await, expected);
    }
    let counters = upstream.counters();
    assert_eq!((counters.opened, counters.reused), (1, 3));
    assert_eq!(counters.in_flight, 0);
    let heads = seen.heads.lock().unwrap();
    assert!(
        heads[0].starts_with("GET /v1.41/x?a=%2F HTTP/1.1\r\n"),
        "{}",
        heads[0]
    );
    assert!(heads[0].contains(&format!("host: {}\r\n", upstream.address())));
}

#[tokio::test]
async fn a_closed_idle_connection_is_not_used() {
    static SCRIPT: &[&[&str]] = &[&[OK], &[OK]];
    let (upstream, seen) = engine(SCRIPT).await;
    text(upstream.send(post()).await.unwrap()).await;
    seen.closed.notified().await;
    until("the end of the connection", || {
        upstream.counters().open == 0
    })
    .await;
    text(upstream.send(post()).await.unwrap()).await;
    assert_eq!(upstream.counters().reused, 0);
}

/// The engine closes its connection when the second request is there, without an answer.
static CLOSES_ON_SECOND: &[&[&str]] = &[&[OK, CLOSE], &[OK]];

#[tokio::test]
async fn a_get_is_sent_again_when_a_reused_connection_closes_unanswered() {
    let (upstream, seen) = engine(CLOSES_ON_SECOND).await;
    text(upstream.send(get()).await.unwrap()).await;
    assert_eq!(text(upstream.send(get()).await.unwrap()).await, "ok");
    assert_eq!(upstream.counters().opened, 2);
    assert_eq!(seen.heads.lock().unwrap().len(), 3);
}

#[tokio::test]
async fn a_post_is_not_sent_again_once_it_may_have_been_read() {
    let (upstream, _) = engine(CLOSES_ON_SECOND).await;
    text(upstream.send(get()).await.unwrap()).await;
    let failed = failure(upstream.send(post()).await);
    assert_eq!(failed, (ForwardErrorKind::Closed, true, true));
    assert_eq!(upstream.counters().opened, 1);
}

#[tokio::test]
async fn nothing_is_sent_again_when_a_new_connection_closes() {
    static SCRIPT: &[&[&str]] = &[&[CLOSE], &[OK]];
    let (upstream, _) = engine(SCRIPT).await;
    let failed = failure(upstream.send(get()).await);
    assert_eq!(failed, (ForwardErrorKind::Closed, false, true));
    assert_eq!(upstream.counters().opened, 1);
}

#[tokio::test]
async fn a_post_that_was_never_written_is_sent_over_another_connection() {
    static SCRIPT: &[&[&str]] = &[&[OK]];
    let (upstream, _) = engine(SCRIPT).await;
    let (near, _far) = duplex(64);
    let handshake = http1::handshake::<_, Body>(TokioIo::new(near)).await;
    let (requests, mut connection) = handshake.unwrap();
    // Polled once, it is ready; it is never polled again, so that nothing is written.
    poll_fn(|cx| Poll::Ready(Pin::new(&mut connection).poll(cx).is_pending())).await;
    let line = upstream.shared.lines.open();
    let sender = Sender { requests, line };
    upstream.shared.pool.put(sender, Instant::now());
    let (answered, ()) = tokio::join!(upstream.send(post()), async {
        tokio::task::yield_now().await;
        drop(connection);
    });
    assert_eq!(text(answered.unwrap()).await, "ok");
    assert_eq!(
        (upstream.counters().reused, upstream.counters().opened),
        (1, 1)
    );
}

#[tokio::test]
async fn a_body_dropped_early_frees_the_engine() {
    static SCRIPT: &[&[&str]] = &[&[
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nline\r\n",
        HOLD,
    ]];
    let (upstream, seen) = engine(SCRIPT).await;
    let mut response = upstream.send(get()).await.unwrap();
    response.body_mut().frame().await.unwrap().unwrap();
    assert_eq!(upstream.counters().in_flight, 1);
    drop(response);
    timeout(Duration::from_secs(10), seen.closed.notified())
        .await
        .unwrap();
    until("the end of the connection", || {
        upstream.counters().open == 0
    })
    .await;
    assert_eq!(upstream.counters().in_flight, 0);
}

#[tokio::test]
async fn a_request_dropped_while_it_waits_frees_the_engine() {
    static SCRIPT: &[&[&str]] = &[&[HOLD]];
    let (upstream, seen) = engine(SCRIPT).await;
    let waited = timeout(Duration::from_millis(50), upstream.send(post())).await;
    assert!(waited.is_err());
    timeout(Duration::from_secs(10), seen.closed.notified())
        .await
        .unwrap();
}

#[tokio::test]
async fn an_old_answer_that_ends_with_its_connection_arrives_whole() {
    static SCRIPT: &[&[&str]] =
        &[&["HTTP/1.0 200 OK\r\nServer: Docker\r\nX-Kept: 1\r\n\r\nall of it"]];
    let (upstream, _) = engine(SCRIPT).await;
    let response = upstream.forward(get()).await.unwrap();
    assert_eq!(response.version(), http::Version::HTTP_11);
    assert_eq!(response.headers().len(), 1);
    assert_eq!(text(response).await, "all of it");
    assert_eq!(upstream.counters().idle, 0);
}
