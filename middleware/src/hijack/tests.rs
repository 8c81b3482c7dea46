use std::future;

use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream, duplex};
use tokio::task::JoinHandle;

use super::{Ahead, Slot, Transferred, join};

/// A joined tunnel; the test holds both outer ends.
fn tunnel(ahead: Ahead) -> (DuplexStream, DuplexStream, JoinHandle<Transferred>) {
    let (client, mut inner_client) = duplex(64 * 1024);
    let (engine, mut inner_engine) = duplex(64 * 1024);
    let joined = tokio::spawn(async move {
        let watch = |_: &DuplexStream| future::pending();
        join(&mut inner_client, &mut inner_engine, ahead, watch).await
    });
    (client, engine, joined)
}

async fn read_to_end(stream: &mut DuplexStream) -> String {
    let mut text = String::new();
    stream.read_to_string(&mut text).await.unwrap();
    text
}

#[tokio::test]
async fn output_goes_on_after_the_end_of_input() {
    let (mut client, mut engine, joined) = tunnel(Ahead::default());
    client.write_all(b"stdin").await.unwrap();
    client.shutdown().await.unwrap();
    assert_eq!(read_to_end(&mut engine).await, "stdin");
    engine.write_all(b"stdout").await.unwrap();
    engine.shutdown().await.unwrap();
    assert_eq!(read_to_end(&mut client).await, "stdout");
    assert_eq!(joined.await.unwrap(), Transferred { up: 5, down: 6 });
}

#[tokio::test]
async fn the_end_of_output_ends_all_while_input_is_open() {
    let (mut client, mut engine, joined) = tunnel(Ahead::default());
    engine.write_all(b"bye").await.unwrap();
    engine.shutdown().await.unwrap();
    assert_eq!(read_to_end(&mut client).await, "bye");
    drop(client);
    assert_eq!(joined.await.unwrap(), Transferred { up: 0, down: 3 });
    assert_eq!(read_to_end(&mut engine).await, "");
}

#[tokio::test(start_paused = true)]
async fn a_client_that_stays_after_the_output_is_left() {
    let (mut client, engine, joined) = tunnel(Ahead::default());
    drop(engine);
    joined.await.unwrap();
    assert!(client.write_all(b"x").await.is_err(), "it is closed");
}

#[tokio::test]
async fn what_came_early_goes_first() {
    let (mut client, mut engine, joined) = tunnel(Ahead {
        to_client: b"head;".to_vec(),
        to_engine: b"early;".to_vec(),
    });
    client.write_all(b"late").await.unwrap();
    client.shutdown().await.unwrap();
    assert_eq!(read_to_end(&mut engine).await, "early;late");
    engine.write_all(b"body").await.unwrap();
    drop(engine);
    assert_eq!(read_to_end(&mut client).await, "head;body");
    joined.await.unwrap();
}

#[tokio::test]
async fn a_lost_client_ends_all_while_the_engine_is_silent() {
    let (mut client, mut inner_client) = duplex(64);
    let (mut engine, mut inner_engine) = duplex(64);
    client.shutdown().await.unwrap();
    let watch = |_: &DuplexStream| future::ready(());
    join(
        &mut inner_client,
        &mut inner_engine,
        Ahead::default(),
        watch,
    )
    .await;
    drop(inner_engine);
    assert_eq!(read_to_end(&mut engine).await, "");
}

#[tokio::test]
async fn a_large_stream_arrives_whole() {
    let (mut client, mut engine, joined) = tunnel(Ahead::default());
    let sent: Vec<u8> = (0..8_000_000_u32).map(|n| (n % 251) as u8).collect();
    let copy = sent.clone();
    let writing = tokio::spawn(async move {
        engine.write_all(&copy).await.unwrap();
        engine.shutdown().await.unwrap();
        engine
    });
    let mut received = Vec::new();
    client.read_to_end(&mut received).await.unwrap();
    assert!(
        received == sent,
        "{} of {} bytes",
        received.len(),
        sent.len()
    );
    drop((client, writing.await.unwrap()));
    assert_eq!(joined.await.unwrap().down, sent.len() as u64);
}

#[test]
fn a_line_end_behind_a_body_is_dropped_and_input_is_not() {
    let slot = Slot::default();
    slot.decide(true);
    for (sent, kept) in [("\n", ""), ("\r\nx", "x"), ("\n\n", "\n"), ("x\n", "x\n")] {
        assert_eq!(slot.early(sent.as_bytes()), kept.as_bytes());
    }
    slot.decide(false);
    assert_eq!(slot.early(b"\nx"), b"\nx");
}
