//! Heads that smuggle, swell, dribble in, or are none.

use crate::bad_requests::raw;
use crate::{cluster, top};

#[tokio::test]
async fn requests_smuggle_nothing() {
    let cluster = cluster(1).await;
    cluster.manager.create("web", top()).await;
    let inner = "POST /containers/web/kill HTTP/1.1\r\nHost: a\r\n\r\n";
    let create = "POST /volumes/create HTTP/1.1\r\nHost: a\r\n";
    for (what, request) in [
        (
            "two lengths",
            format!("{create}Content-Length: 2\r\nContent-Length: 40\r\n\r\n{{}}{inner}"),
        ),
        (
            "a list of lengths",
            format!("{create}Content-Length: 2, 40\r\n\r\n{{}}{inner}"),
        ),
        (
            "a signed length",
            format!("{create}Content-Length: +2\r\n\r\n{{}}{inner}"),
        ),
        (
            "chunks that are not last",
            format!(
                "{create}Transfer-Encoding: chunked, identity\r\n\r\n2\r\n{{}}\r\n0\r\n\r\n{inner}"
            ),
        ),
        (
            "a space before the colon",
            format!("{create}Content-Length : 2\r\n\r\n{{}}{inner}"),
        ),
        (
            "a folded line",
            format!("{create}X: a\r\n Content-Length: 2\r\n\r\n{{}}{inner}"),
        ),
        (
            "a bare CR",
            format!("{create}X: a\rContent-Length: 2\r\n\r\n{{}}{inner}"),
        ),
        (
            "a chunk size beyond all",
            format!(
                "{create}Transfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\n{{}}\r\n0\r\n\r\n{inner}"
            ),
        ),
    ] {
        let answer = raw(&cluster, request).await;
        assert!(answer.starts_with("HTTP/1.1 400 "), "{what}: {answer}");
    }
    assert_eq!(cluster.requests("POST /containers/{name}/kill"), 0);
    assert_eq!(cluster.requests("POST /volumes/create"), 0);
}

#[tokio::test]
async fn a_length_beside_chunks_does_not_count() {
    let cluster = cluster(1).await;
    let request = "POST /v1.41/volumes/create HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\
                   Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n\
                   GET /v1.41/containers/nope/json HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
    let answer = raw(&cluster, request).await;
    // Refused, or read by its chunks: never one request for us and another for the engine.
    let refused = answer.starts_with("HTTP/1.1 400 ");
    let read =
        answer.matches("HTTP/1.1 ").count() == 2 && answer.contains("No such container: nope");
    assert!(
        refused || read || answer.matches("HTTP/1.1 ").count() == 1,
        "{answer}"
    );
    assert_eq!(cluster.requests("unknown"), 0);
}

#[tokio::test]
async fn a_header_of_a_megabyte_is_too_large() {
    let cluster = cluster(1).await;
    let request = format!(
        "GET /_ping HTTP/1.1\r\nHost: a\r\nX: {}\r\n\r\n",
        "x".repeat(1 << 20)
    );
    let answer = raw(&cluster, request).await;
    assert!(
        answer.is_empty() || answer.starts_with("HTTP/1.1 431 "),
        "{answer}"
    );
    let request = format!("GET /{} HTTP/1.1\r\nHost: a\r\n\r\n", "x".repeat(1 << 20));
    let answer = raw(&cluster, request).await;
    assert!(
        answer.is_empty() || answer.starts_with("HTTP/1.1 4"),
        "{answer}"
    );
    assert_eq!(cluster.manager.get("/_ping").await.status, 200);
}

#[tokio::test]
async fn bytes_that_are_not_http_end_their_connection_only() {
    let cluster = cluster(1).await;
    let mut dribblers = Vec::new();
    for _ in 0..64 {
        let mut talk = cluster.manager.talk().await;
        talk.say("GET /_ping HTTP/1.1\r\nX-Slow").await;
        dribblers.push(talk);
    }
    for bytes in [
        &b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"[..],
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        b"\0\0\0\0\r\n\r\n",
        b"GET\r\n\r\n",
        b"GET /_ping HTTP/9.9\r\n\r\n",
        b"GET /\xff\xfe HTTP/1.1\r\n\r\n",
    ] {
        let answer = raw(&cluster, bytes).await;
        let refused = answer.is_empty()
            || answer.starts_with("HTTP/1.1 4")
            || answer.starts_with("HTTP/1.1 505");
        assert!(refused, "{bytes:?}: {answer}");
    }
    assert_eq!(cluster.manager.get("/_ping").await.status, 200);
    for mut talk in dribblers {
        talk.say(": 1\r\nHost: a\r\nConnection: close\r\n\r\n")
            .await;
        assert!(talk.rest().await.ends_with("OK"));
    }
}
