//! An engine that answers with prepared bytes.

use std::future::pending;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use http::{Method, Request, Response};
use http_body_util::BodyExt;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Notify;
use tokio::time::Instant;

use crate::address::Address;
use crate::body::Body;
use crate::forward::{ForwardError, ForwardErrorKind, PoolOptions, Upstream};

pub(super) const OK: &str = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
/// Instead of an answer: keep the connection open and say nothing more.
pub(super) const HOLD: &str = "";
/// Instead of an answer: close the connection.
pub(super) const CLOSE: &str = "close";

/// What an engine saw.
#[derive(Default)]
pub(super) struct Seen {
    pub(super) heads: Mutex<Vec<String>>,
    pub(super) closed: Notify,
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
pub(super) async fn engine(
    connections: &'static [&'static [&'static str]],
) -> (Upstream, Arc<Seen>) {
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

pub(super) fn request(method: Method, body: Body) -> Request<Body> {
    let request = Request::builder().method(method).uri("/v1.41/x?a=%2F");
    request.body(body).unwrap()
}

pub(super) fn get() -> Request<Body> {
    request(Method::GET, Body::empty())
}

pub(super) fn post() -> Request<Body> {
    request(Method::POST, "{}".into())
}

pub(super) async fn text(response: Response<Body>) -> String {
    let bytes = response.into_body().collect().await.unwrap().to_bytes();
    String::from_utf8(bytes.to_vec()).unwrap()
}

pub(super) async fn until(what: &str, condition: impl Fn() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(10);
    while !condition() {
        assert!(Instant::now() < deadline, "{what} never came");
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
}

pub(super) fn failure(
    result: Result<Response<Body>, ForwardError>,
) -> (ForwardErrorKind, bool, bool) {
    let error = result.unwrap_err();
    (error.kind, error.reused, error.started)
}
