//! The pool over real sockets, against engines that answer with prepared bytes.

use std::future::{pending, poll_fn};
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::Poll;
use std::time::Duration;

use bytes::Bytes;
use futures_util::stream;
use http::{Method, Request, Response};
use http_body_util::{BodyExt, StreamBody};
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncReadExt, AsyncWriteExt, duplex};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Notify;
use tokio::time::{Instant, timeout};

use super::sender::Sender;
use super::{ForwardError, ForwardErrorKind, PoolOptions, Upstream};
use crate::address::Address;
use crate::body::{Body, BoxError};

const OK: &str = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
/// Instead of an answer: keep the connection open and say nothing more.
const HOLD: &str = "";
/// Instead of an answer: close the connection.
const CLOSE: &str = "close";

/// What an engine saw.
#[derive(Default)]
struct Seen {
    heads: Mutex<Vec<String>>,
    closed: Notify,
}

async fn read_head(tcp: &mut TcpStream) -> Option<String> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(tcp.read_u8().await.ok()?);
    }
    String::from_utf8(head).ok()
}

async fn play(mut tcp: TcpStream, answers: &[&str], seen: &Seen) {
    for answer in answers {
        let Some(head) = read_head(&mut tcp).await else {
            break;
        };
        seen.heads.lock().unwrap().push(head);
        if *answer == CLOSE {
            break;
        }
        if *answer == HOLD {
            let mut rest = Vec::new();
            let _ = tcp.read_to_end(&mut rest).await;
            break;
        }
        tcp.write_all(answer.as_bytes()).await.unwrap();
    }
    drop(tcp);
    seen.closed.notify_one();
}

/// An engine whose n-th connection gives the n-th list of answers, then closes.
async fn engine(connections: &'static [&'static [&'static str]]) -> (Upstream, Arc<Seen>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let seen = Arc::new(Seen::default());
    let watched = Arc::clone(&seen);
    tokio::spawn(async move {
        for answers in connections {
            let (tcp, _) = listener.accept().await.unwrap();
            let seen = Arc::clone(&watched);
            tokio::spawn(async move { play(tcp, answers, &seen).await });
        }
        pending::<()>().await;
    });
    let address: Address = address.parse().unwrap();
    (Upstream::new(address, None, &PoolOptions::default()), seen)
}

fn request(method: Method, body: Body) -> Request<Body> {
    let request = Request::builder().method(method).uri("/v1.41/x?a=%2F");
    request.body(body).unwrap()
}

fn get() -> Request<Body> {
    request(Method::GET, Body::empty())
}

fn post() -> Request<Body> {
    request(Method::POST, "{}".into())
}

async fn text(response: Response<Body>) -> String {
    let bytes = response.into_body().collect().await.unwrap().to_bytes();
    String::from_utf8(bytes.to_vec()).unwrap()
}

async fn until(what: &str, condition: impl Fn() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(10);
    while !condition() {
        assert!(Instant::now() < deadline, "{what} never came");
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
}

fn failure(result: Result<Response<Body>, ForwardError>) -> (ForwardErrorKind, bool, bool) {
    let error = result.unwrap_err();
    (error.kind, error.reused, error.started)
}

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
