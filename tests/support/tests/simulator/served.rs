//! Ports, sockets, counters and what an engine remembers.

use std::sync::Arc;

use serde_json::json;
use testkit::{
    Engine, EngineOptions,
    certs::{Authority, Usage},
    wait,
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpStream, UnixListener, UnixStream},
};
use tokio_rustls::{
    TlsConnector,
    rustls::{
        self, ClientConfig, RootCertStore, ServerConfig,
        pki_types::{CertificateDer, PrivateKeyDer, ServerName, pem::PemObject},
    },
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

fn tls(authority: &Authority) -> (ServerConfig, ClientConfig) {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let pair = authority.issue("engine", Usage::Server).unwrap();
    let key = PrivateKeyDer::from_pem_slice(pair.key_pem.as_bytes()).unwrap();
    let server = ServerConfig::builder_with_provider(Arc::clone(&provider));
    let server = server
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth();
    let server = server
        .with_single_cert(vec![pair.cert_der.into()], key)
        .unwrap();
    let mut roots = RootCertStore::empty();
    roots
        .add(CertificateDer::from_pem_slice(authority.cert_pem.as_bytes()).unwrap())
        .unwrap();
    let client = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap();
    (
        server,
        client.with_root_certificates(roots).with_no_client_auth(),
    )
}

#[tokio::test]
async fn tls_carries_the_same() {
    let (server, client) = tls(&Authority::new("tests").unwrap());
    let at = "127.0.0.1:0".parse().unwrap();
    let engine = Engine::start_at(EngineOptions::default(), at, Some(Arc::new(server)))
        .await
        .unwrap();
    engine
        .engine()
        .create(
            "brief",
            &json!({ "Image": "busybox", "Cmd": ["echo", "hi"] }),
        )
        .unwrap();
    let stream = TcpStream::connect(engine.addr).await.unwrap();
    let name = ServerName::try_from("127.0.0.1").unwrap();
    let mut stream = TlsConnector::from(Arc::new(client))
        .connect(name, stream)
        .await
        .unwrap();
    let start = b"POST /containers/brief/start HTTP/1.1\r\nHost: x\r\n\r\n";
    let logs = b"GET /containers/brief/logs?follow=1&stdout=1 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
    stream.write_all(start).await.unwrap();
    let mut head = [0; 23];
    wait::within(SOON, stream.read_exact(&mut head))
        .await
        .unwrap();
    assert_eq!(&head, b"HTTP/1.1 204 No Content");
    stream.write_all(logs).await.unwrap();
    let mut answer = Vec::new();
    wait::within(SOON, stream.read_to_end(&mut answer))
        .await
        .unwrap();
    let output = answer
        .windows(11)
        .any(|window| window == b"\x01\0\0\0\0\0\0\x03hi\n");
    assert!(output, "{:?}", String::from_utf8_lossy(&answer));
}
