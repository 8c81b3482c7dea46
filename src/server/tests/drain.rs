//! The end of a server.

use std::time::Duration;

use tokio::io::AsyncWriteExt;

use super::rig::{Rig, Transport, read_to_end, read_until, until};
use crate::server::{DrainReport, ServerOptions};

const ATTACH: &[u8] =
    b"POST /attach HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\n";

#[tokio::test]
async fn idle_connections_close_and_tunnels_finish() {
    let mut rig = Rig::start(Transport::Tcp).await;
    let (mut idle, mut tunnel, mut fresh) = (
        rig.connect().await,
        rig.connect().await,
        rig.connect().await,
    );
    idle.write_all(b"GET /x HTTP/1.1\r\nHost: a\r\n\r\n")
        .await
        .unwrap();
    read_until(&mut idle, "GET /x ").await;
    fresh
        .write_all(b"GET /y HTTP/1.1\r\nHost: a\r\n\r\n")
        .await
        .unwrap();
    read_until(&mut fresh, "GET /y ").await;
    tunnel.write_all(ATTACH).await.unwrap();
    read_until(&mut tunnel, "\r\n\r\n").await;
    rig.stop();
    assert_eq!(read_to_end(&mut idle).await, "");
    assert_eq!(read_to_end(&mut fresh).await, "");
    tunnel.write_all(b"late").await.unwrap();
    tunnel.shutdown().await.unwrap();
    assert_eq!(read_to_end(&mut tunnel).await, "got:late");
    drop(tunnel);
    assert_eq!(rig.stopped().await, DrainReport { open: 3, cut: 0 });
}

#[tokio::test]
async fn what_has_not_finished_at_the_bound_is_cut_and_counted() {
    let options = ServerOptions {
        drain: Duration::from_millis(100),
        ..ServerOptions::default()
    };
    let rig = Rig::with(Transport::Tcp, options).await;
    let (mut tunnel, mut slow) = (rig.connect().await, rig.connect().await);
    tunnel.write_all(ATTACH).await.unwrap();
    read_until(&mut tunnel, "\r\n\r\n").await;
    slow.write_all(b"GET /slow HTTP/1.1\r\nHost: a\r\n\r\n")
        .await
        .unwrap();
    until("both requests", || rig.engine.seen().len() == 2).await;
    let upstream = rig.upstream.clone();
    assert_eq!(rig.stopped().await, DrainReport { open: 2, cut: 2 });
    assert_eq!(read_to_end(&mut tunnel).await, "");
    until("the engine is free", || upstream.counters().in_flight == 0).await;
    assert_eq!(upstream.counters().tunnels, 0);
}
