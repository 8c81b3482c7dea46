//! TLS on both sides.

use std::sync::Arc;
use std::time::Duration;

use http::Request;
use swarm_middleware::body::Body;
use swarm_middleware::forward::{ForwardErrorKind, PoolOptions, Upstream};
use swarm_middleware::stream::Stream;
use testkit::certs::{Authority, Usage};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::rustls::pki_types::ServerName;
use tokio_rustls::{TlsAcceptor, TlsConnector};

use super::rig::{Rig, Transport, client_config, read_to_end, server_config, within};
use crate::server::ServerOptions;

const WHOAMI: &[u8] = b"GET /whoami HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";

#[tokio::test]
async fn a_verified_clients_subject_reaches_the_stack() {
    let rig = Rig::start(Transport::Tls).await;
    assert!(rig.exchange(WHOAMI).await.ends_with("\r\n\r\nread"));
    let plain = Rig::start(Transport::Unix).await;
    assert!(plain.exchange(WHOAMI).await.ends_with("\r\n\r\n"));
}

#[tokio::test]
async fn a_client_of_another_authority_is_refused() {
    let rig = Rig::start(Transport::Tls).await;
    let other = Authority::new("other").unwrap();
    let connector = TlsConnector::from(client_config(&rig.authority, &other));
    let tcp = TcpStream::connect(rig.address.unwrap()).await.unwrap();
    let name = ServerName::try_from("localhost").unwrap();
    // In TLS 1.3 the client is done before the server has looked at its certificate.
    let mut tls = within(connector.connect(name, tcp)).await.unwrap();
    let _ = tls.write_all(b"GET /x HTTP/1.1\r\nHost: a\r\n\r\n").await;
    let error = within(tls.read_u8()).await.unwrap_err().to_string();
    assert!(
        error.contains("UnknownCA") || error.contains("DecryptError"),
        "{error}"
    );
    assert!(rig.engine.seen().is_empty());
}

#[tokio::test]
async fn open_sockets_that_say_nothing_keep_nobody_out() {
    let options = ServerOptions {
        max_handshakes: 4,
        handshake_deadline: Duration::from_secs(60),
        ..ServerOptions::default()
    };
    let rig = Rig::with(Transport::Tls, options).await;
    let mut idlers = Vec::new();
    for _ in 0..16 {
        idlers.push(TcpStream::connect(rig.address.unwrap()).await.unwrap());
    }
    assert!(within(rig.exchange(WHOAMI)).await.ends_with("read"));
}

#[tokio::test]
async fn a_handshake_has_a_deadline() {
    let options = ServerOptions {
        handshake_deadline: Duration::from_millis(50),
        ..ServerOptions::default()
    };
    let rig = Rig::with(Transport::Tls, options).await;
    let tcp = TcpStream::connect(rig.address.unwrap()).await.unwrap();
    assert_eq!(read_to_end(&mut Stream::Tcp(tcp)).await, "");
}

/// An engine behind TLS that shows a certificate of the given kind.
async fn engine(authority: &Authority, usage: Usage) -> Upstream {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap().to_string().parse().unwrap();
    let acceptor = TlsAcceptor::from(server_config(authority, usage));
    tokio::spawn(async move {
        while let Ok((tcp, _)) = listener.accept().await {
            if let Ok(mut tls) = acceptor.accept(tcp).await {
                let answer = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
                tls.write_all(answer).await.unwrap();
                tls.shutdown().await.unwrap();
            }
        }
    });
    let config = client_config(authority, authority);
    Upstream::new(address, Some(Arc::clone(&config)), &PoolOptions::default())
}

fn ping() -> Request<Body> {
    Request::builder()
        .uri("/_ping")
        .body(Body::empty())
        .unwrap()
}

#[tokio::test]
async fn an_engine_is_reached_over_tls() {
    let authority = Authority::new("ca").unwrap();
    let upstream = engine(&authority, Usage::Server).await;
    assert_eq!(within(upstream.send(ping())).await.unwrap().status(), 200);
}

#[tokio::test]
async fn an_engine_with_a_common_name_only_is_refused_saying_what_it_needs() {
    let authority = Authority::new("ca").unwrap();
    let upstream = engine(&authority, Usage::CommonNameOnly).await;
    let error = within(upstream.send(ping())).await.unwrap_err();
    assert_eq!(error.kind, ForwardErrorKind::Connect);
    assert!(
        error
            .to_string()
            .contains("issue one with a SAN for 127.0.0.1"),
        "{error}"
    );
}
