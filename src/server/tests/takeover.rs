//! Connections that are taken over, by every kind of client over every kind of connection.

use socket2::SockRef;
use std::time::Duration;
use swarm_middleware::stream::Stream;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::rig::{Rig, TRANSPORTS, Transport, read_to_end, read_until, until, within};

const WITH: &str =
    "POST /attach HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\n";
const WITHOUT: &str = "POST /attach HTTP/1.1\r\nHost: a\r\n\r\n";

fn expected(request: &str) -> &'static str {
    if request.contains("Upgrade") {
        "HTTP/1.1 101 UPGRADED\r\nContent-Type: application/vnd.docker.raw-stream\r\n\
         Connection: Upgrade\r\nUpgrade: tcp\r\n\r\n"
    } else {
        "HTTP/1.1 200 OK\r\nContent-Type: application/vnd.docker.raw-stream\r\n\r\n"
    }
}

/// Every kind of client over every kind of connection.
async fn each(check: impl AsyncFn(&Rig, &mut Stream, &str)) {
    for transport in TRANSPORTS {
        let rig = Rig::start(transport).await;
        for request in [WITH, WITHOUT] {
            let mut client = rig.connect().await;
            within(check(&rig, &mut client, request)).await;
            drop(client);
            until("the tunnel's end", || rig.upstream.counters().tunnels == 0).await;
        }
    }
}

#[tokio::test]
async fn a_head_may_come_byte_by_byte() {
    each(async |_, client, request| {
        for byte in request.as_bytes() {
            client.write_all(&[*byte]).await.unwrap();
            client.flush().await.unwrap();
        }
        client.write_all(b"in").await.unwrap();
        client.shutdown().await.unwrap();
        assert_eq!(
            read_to_end(client).await,
            format!("{}got:in", expected(request))
        );
    })
    .await;
}

#[tokio::test]
async fn a_head_may_have_bare_line_feeds() {
    each(async |_, client, request| {
        let bare = request.replace("\r\n", "\n");
        client.write_all(bare.as_bytes()).await.unwrap();
        assert_eq!(read_until(client, "\r\n\r\n").await, expected(request));
        client.write_all(b"in").await.unwrap();
        client.shutdown().await.unwrap();
        assert_eq!(read_to_end(client).await, "got:in");
    })
    .await;
}

#[tokio::test]
async fn input_and_its_end_may_come_with_the_head() {
    each(async |_, client, request| {
        client
            .write_all(format!("{request}\nin").as_bytes())
            .await
            .unwrap();
        client.shutdown().await.unwrap();
        assert_eq!(
            read_to_end(client).await,
            format!("{}got:\nin", expected(request))
        );
    })
    .await;
}

#[tokio::test]
async fn input_may_end_at_once() {
    each(async |_, client, request| {
        client.write_all(request.as_bytes()).await.unwrap();
        client.shutdown().await.unwrap();
        assert_eq!(
            read_to_end(client).await,
            format!("{}got:", expected(request))
        );
    })
    .await;
}

#[tokio::test]
async fn it_need_not_be_the_first_request_and_a_line_end_behind_its_body_is_dropped() {
    each(async |rig, client, request| {
        let first = b"GET /x HTTP/1.1\r\nHost: a\r\n\r\n";
        client.write_all(first).await.unwrap();
        assert!(
            read_until(client, "GET /x ")
                .await
                .starts_with("HTTP/1.1 200 OK\r\n")
        );
        let request = request.replace("\r\n\r\n", "\r\nContent-Length: 2\r\n\r\n{}\nin");
        client.write_all(request.as_bytes()).await.unwrap();
        client.shutdown().await.unwrap();
        assert_eq!(
            read_to_end(client).await,
            format!("{}got:in", expected(&request))
        );
        let (head, body) = rig.engine.seen().pop().unwrap();
        assert_eq!(body, "{}");
        assert!(
            head.contains("connection: Upgrade\r\nupgrade: tcp\r\n"),
            "{head}"
        );
    })
    .await;
}

#[tokio::test]
async fn any_other_answer_leaves_plain_http_on_the_connection() {
    each(async |_, client, request| {
        let detached = request.replace("/attach", "/detached");
        client.write_all(detached.as_bytes()).await.unwrap();
        let answer = read_until(client, "POST /detached ").await;
        assert!(
            answer.starts_with("HTTP/1.1 200 OK\r\ncontent-length: 15\r\n"),
            "{answer}"
        );
        let missing = request.replace("/attach", "/missing");
        client.write_all(missing.as_bytes()).await.unwrap();
        let answer = read_until(client, "No such container").await;
        assert!(answer.starts_with("HTTP/1.1 404 Not Found\r\n"), "{answer}");
        client.write_all(request.as_bytes()).await.unwrap();
        let answer = read_until(client, "stream\r\n").await;
        assert!(
            answer.contains(expected(request).lines().next().unwrap()),
            "{answer}"
        );
    })
    .await;
}

#[tokio::test]
async fn the_end_of_output_closes_a_client_whose_input_is_open() {
    each(async |_, client, request| {
        let bye = request.replace("/attach", "/bye");
        client.write_all(bye.as_bytes()).await.unwrap();
        assert_eq!(
            read_to_end(client).await,
            format!("{}bye", expected(request))
        );
    })
    .await;
}

#[tokio::test]
async fn output_arrives_whole() {
    each(async |_, client, request| {
        let bulk = request.replace("/attach", "/bulk");
        client.write_all(bulk.as_bytes()).await.unwrap();
        assert_eq!(read_until(client, "\r\n\r\n").await, expected(request));
        let mut output = Vec::new();
        client.read_to_end(&mut output).await.unwrap();
        assert_eq!(output.len(), 32 * 1024 * 1024);
    })
    .await;
}

#[tokio::test]
async fn a_client_that_is_gone_for_good_ends_a_silent_tunnel() {
    let rig = Rig::start(Transport::Tcp).await;
    let mut client = rig.connect().await;
    let request = WITH.replace("/attach", "/silent");
    client.write_all(request.as_bytes()).await.unwrap();
    read_until(&mut client, "\r\n\r\n").await;
    client.shutdown().await.unwrap();
    let Stream::Tcp(tcp) = client else {
        panic!("not TCP");
    };
    assert_eq!(
        rig.upstream.counters().tunnels,
        1,
        "a half-close is not the end"
    );
    SockRef::from(&tcp)
        .set_linger(Some(Duration::ZERO))
        .unwrap();
    drop(tcp);
    until("the tunnel's end", || rig.upstream.counters().tunnels == 0).await;
}

#[tokio::test]
async fn a_unix_client_that_closed_ends_a_silent_tunnel() {
    let rig = Rig::start(Transport::Unix).await;
    let mut client = rig.connect().await;
    let request = WITH.replace("/attach", "/silent");
    client.write_all(request.as_bytes()).await.unwrap();
    read_until(&mut client, "\r\n\r\n").await;
    drop(client);
    until("the tunnel's end", || rig.upstream.counters().tunnels == 0).await;
}

#[tokio::test]
async fn tls_that_ends_without_close_notify_is_an_end_of_input() {
    let rig = Rig::start(Transport::Tls).await;
    let mut client = rig.connect().await;
    client
        .write_all(format!("{WITH}in").as_bytes())
        .await
        .unwrap();
    read_until(&mut client, "\r\n\r\n").await;
    let Stream::Tls(tls) = &mut client else {
        panic!("not TLS");
    };
    SockRef::from(tls.get_ref().0)
        .shutdown(std::net::Shutdown::Write)
        .unwrap();
    assert_eq!(read_to_end(&mut client).await, "got:in");
}
