//! One client connection: HTTP first, and a tunnel once a handler has left one.

use std::cell::RefCell;
use std::future::{Future, poll_fn};
use std::io::{self, IoSlice};
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use hyper::server::conn::http1;
use hyper_util::rt::TokioIo;
use swarm_middleware::api::PeerIdentity;
use swarm_middleware::hijack::{self, Ahead, Takeover};
use swarm_middleware::stream::Stream;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tracing::debug;

use super::drain::Entry;
use super::options::ServerOptions;
use super::serve::{MayTakeOver, Requests, Stack};
use super::state::{ConnectionState, Found};

/// Why HTTP ended on a connection.
enum End {
    /// The connection is done or broken.
    Http(hyper::Result<()>),
    /// A handler left a tunnel.
    Taken(Takeover),
    /// The server stops, or the client took too long.
    Cut(&'static str),
}

/// Drives a connection to its end.
pub(super) async fn drive<S: Stack>(
    stream: Stream,
    peer: PeerIdentity,
    stack: S,
    may_take_over: MayTakeOver,
    options: &ServerOptions,
    entry: Entry,
) {
    let state = Arc::clone(&entry.state);
    let io = TokioIo::new(Guarded {
        stream,
        state: Arc::clone(&state),
    });
    let requests = Requests {
        stack: RefCell::new(stack),
        peer,
        state: Arc::clone(&state),
        may_take_over,
    };
    let mut connection = http1::Builder::new()
        // Heads have a deadline of their own, which costs a request nothing.
        .header_read_timeout(None)
        .max_buf_size(options.max_buffer)
        .serve_connection(io, requests);
    let mut watch = Watch::new(options);
    let end = poll_fn(|cx| {
        state.driven_by(cx.waker());
        if state.is_cut() {
            return Poll::Ready(End::Cut("the server stops"));
        }
        if state.is_winding_up() {
            Pin::new(&mut connection).graceful_shutdown();
        }
        if let Poll::Ready(done) = Pin::new(&mut connection).poll(cx) {
            return Poll::Ready(End::Http(done));
        }
        if state.slot.is_deciding()
            && let Poll::Ready(takeover) = state.slot.poll_take(cx)
        {
            return Poll::Ready(End::Taken(takeover));
        }
        watch.poll(cx, &state).map(End::Cut)
    })
    .await;
    match end {
        End::Http(Ok(())) => {}
        End::Http(Err(error)) => debug!(%error, "Connection ended"),
        End::Cut(reason) => debug!(reason, "Connection cut"),
        End::Taken(takeover) => {
            let parts = connection.into_parts();
            let ahead = Ahead {
                to_client: [takeover.head.as_slice(), &takeover.read_buf].concat(),
                to_engine: state.slot.early(&parts.read_buf).to_vec(),
            };
            tunnel(parts.io.into_inner().stream, takeover, ahead, &state).await;
        }
    }
    drop(entry);
}

/// Joins client and engine until their tunnel ends or is cut.
async fn tunnel(mut client: Stream, takeover: Takeover, ahead: Ahead, state: &ConnectionState) {
    let Takeover {
        mut engine,
        count,
        held,
        ..
    } = takeover;
    let mut joined = pin!(hijack::join(
        &mut client,
        &mut engine,
        ahead,
        Stream::watch_loss
    ));
    let transferred = poll_fn(|cx| {
        if state.is_cut() {
            return Poll::Ready(None);
        }
        joined.as_mut().poll(cx).map(Some)
    })
    .await;
    debug!(?transferred, "Tunnel ended");
    drop((count, held));
}

/// Looks at a connection now and then.
struct Watch {
    timer: Pin<Box<tokio::time::Sleep>>,
    every: std::time::Duration,
    seen: u32,
    idle_looks: u32,
    most_idle_looks: u32,
}

impl Watch {
    fn new(options: &ServerOptions) -> Self {
        let every = options.head_deadline;
        let looks = options.idle_limit.as_nanos() / every.as_nanos().max(1);
        Self {
            timer: Box::pin(tokio::time::sleep(every)),
            every,
            seen: 0,
            idle_looks: 0,
            most_idle_looks: u32::try_from(looks).unwrap_or(u32::MAX),
        }
    }

    /// Ready, with the reason, when the client took too long.
    fn poll(&mut self, cx: &mut Context<'_>, state: &ConnectionState) -> Poll<&'static str> {
        loop {
            ready!(self.timer.as_mut().poll(cx));
            let next = self.timer.deadline() + self.every;
            self.timer.as_mut().reset(next);
            match state.look(&mut self.seen) {
                Found::Moving => self.idle_looks = 0,
                Found::Idle if self.idle_looks >= self.most_idle_looks => {
                    return Poll::Ready("nothing was asked for long");
                }
                Found::Idle => self.idle_looks += 1,
                Found::SlowHead => return Poll::Ready("its request's head took too long"),
            }
        }
    }
}

/// The IO below HTTP.
///
/// A client that shuts its side right behind a request for a tunnel still waits for the answer;
/// HTTP would take the end of its bytes for its leave.
struct Guarded {
    stream: Stream,
    state: Arc<ConnectionState>,
}

impl AsyncRead for Guarded {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        let before = buf.filled().len();
        ready!(Pin::new(&mut this.stream).poll_read(cx, buf))?;
        if buf.filled().len() > before {
            this.state.received();
        } else if buf.remaining() > 0 && this.state.slot.is_deciding() {
            // The decision wakes this task, and the end is there to be read again.
            return Poll::Pending;
        }
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Guarded {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(cx, bytes)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write_vectored(cx, slices)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}
