//! One body for several nodes: each gets it at the pace of the slowest, but none waits long for
//! one that has stopped.

use std::time::Duration;

use bytes::Bytes;
use futures_util::future::join_all;
use futures_util::stream;
use http_body::Frame;
use http_body_util::{BodyExt, StreamBody};
use swarm_middleware::body::{Body, BoxError};
use tokio::sync::{mpsc, oneshot};
use tokio::time::timeout;
use tracing::debug;

/// How long a node that others wait for may take nothing.
pub(super) const STALL: Duration = Duration::from_secs(10);
/// How large a piece is at most, in bytes.
const PIECE: usize = 64 << 10;
/// How many pieces a node may lie behind.
const AHEAD: usize = 8;

#[derive(Clone)]
enum Piece {
    Data(Bytes),
    End,
}

/// Where the body goes to one node.
pub(super) struct Pipe {
    pieces: mpsc::Sender<Piece>,
    cut: oneshot::Sender<()>,
}

/// The other end of a [`Pipe`].
pub(super) struct Outlet {
    /// The body; it breaks off unless it was sent to its end.
    pub(super) body: Body,
    /// Completes when the node is left behind.
    pub(super) cut: oneshot::Receiver<()>,
}

/// The way of the body to one node.
pub(super) fn pipe() -> (Pipe, Outlet) {
    let (pieces, receive) = mpsc::channel(AHEAD);
    let (cut, was_cut) = oneshot::channel();
    let frames = stream::unfold(Some(receive), |receive| async move {
        let mut receive: mpsc::Receiver<Piece> = receive?;
        match receive.recv().await {
            Some(Piece::Data(data)) => Some((Ok(Frame::data(data)), Some(receive))),
            Some(Piece::End) => None,
            None => Some((Err(BoxError::from("the body broke off")), None)),
        }
    });
    let outlet = Outlet {
        body: Body::new(StreamBody::new(frames)),
        cut: was_cut,
    };
    (Pipe { pieces, cut }, outlet)
}

/// Sends the body down all pipes until it ends, breaks off, or nobody takes it any more.
pub(super) async fn pump(mut source: Body, mut pipes: Vec<Pipe>) {
    while let Some(frame) = source.frame().await {
        let frame = match frame {
            Ok(frame) => frame,
            Err(error) => return debug!(%error, "The client's body broke off"),
        };
        let Ok(mut data) = frame.into_data() else {
            continue;
        };
        while !data.is_empty() && !pipes.is_empty() {
            let piece = data.split_to(data.len().min(PIECE));
            pipes = give(pipes, Piece::Data(piece)).await;
        }
        if pipes.is_empty() {
            return;
        }
    }
    give(pipes, Piece::End).await;
}

enum Gift {
    Taken(Pipe),
    Stalled(Pipe),
    Gone,
}

/// Gives all the same piece; answers who goes on. Who has stopped is left behind as soon as
/// anyone else goes on.
async fn give(pipes: Vec<Pipe>, piece: Piece) -> Vec<Pipe> {
    let mut taken = Vec::with_capacity(pipes.len());
    let mut waiting = Vec::new();
    for pipe in pipes {
        match pipe.pieces.try_send(piece.clone()) {
            Ok(()) => taken.push(pipe),
            Err(mpsc::error::TrySendError::Full(_)) => waiting.push(pipe),
            Err(mpsc::error::TrySendError::Closed(_)) => {}
        }
    }
    while !waiting.is_empty() {
        let gifts = join_all(waiting.into_iter().map(|pipe| offer(pipe, piece.clone()))).await;
        waiting = Vec::new();
        for gift in gifts {
            match gift {
                Gift::Taken(pipe) => taken.push(pipe),
                Gift::Stalled(pipe) => waiting.push(pipe),
                Gift::Gone => {}
            }
        }
        if !taken.is_empty() {
            for stalled in waiting.drain(..) {
                // A node whose work has ended needs no word.
                let _ = stalled.cut.send(());
            }
        }
    }
    taken
}

async fn offer(pipe: Pipe, piece: Piece) -> Gift {
    match timeout(STALL, pipe.pieces.send(piece)).await {
        Ok(Ok(())) => Gift::Taken(pipe),
        Ok(Err(_)) => Gift::Gone,
        Err(_) => Gift::Stalled(pipe),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn source(pieces: usize) -> Body {
        let chunk = Bytes::from_static(&[7; PIECE]);
        let frames = (0..pieces).map(move |_| Ok::<_, BoxError>(Frame::data(chunk.clone())));
        Body::new(StreamBody::new(stream::iter(frames)))
    }

    async fn read(mut body: Body) -> Result<usize, BoxError> {
        let mut length = 0;
        while let Some(frame) = body.frame().await {
            length += frame?.data_ref().map_or(0, Bytes::len);
        }
        Ok(length)
    }

    #[tokio::test(start_paused = true)]
    async fn one_that_stops_is_left_behind_and_the_others_get_all() {
        let (pipes, outlets): (Vec<_>, Vec<_>) = (0..3).map(|_| pipe()).unzip();
        let [a, b, stuck] = <[Outlet; 3]>::try_from(outlets).ok().unwrap();
        let begun = tokio::time::Instant::now();
        let ((), a, b) = tokio::join!(pump(source(100), pipes), read(a.body), read(b.body));
        assert_eq!((a.unwrap(), b.unwrap()), (100 * PIECE, 100 * PIECE));
        assert_eq!(begun.elapsed(), STALL);
        stuck.cut.await.unwrap();
        // What it got is not taken for the whole.
        assert!(read(stuck.body).await.is_err());
    }

    #[tokio::test(start_paused = true)]
    async fn the_last_one_is_waited_for() {
        let (one, outlet) = pipe();
        let late = async {
            tokio::time::sleep(STALL * 6).await;
            read(outlet.body).await
        };
        let ((), length) = tokio::join!(pump(source(50), vec![one]), late);
        assert_eq!(length.unwrap(), 50 * PIECE);
    }

    #[tokio::test(start_paused = true)]
    async fn who_is_gone_holds_nobody_up_and_a_broken_body_breaks_off() {
        let ((gone, outlet), (stays, rest)) = (pipe(), pipe());
        drop(outlet);
        let begun = tokio::time::Instant::now();
        let broken = stream::iter([
            Ok(Frame::data(Bytes::from_static(b"abc"))),
            Err(BoxError::from("the client is gone")),
        ]);
        let broken = Body::new(StreamBody::new(broken));
        let ((), read) = tokio::join!(pump(broken, vec![gone, stays]), read(rest.body));
        assert!(read.is_err());
        assert_eq!(begun.elapsed(), Duration::ZERO);
    }
}
