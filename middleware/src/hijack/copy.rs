//! The two directions of a tunnel, in one task.

use std::future::{Future, poll_fn};
use std::io;
use std::pin::{Pin, pin};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// Size of a direction's buffer at first: a terminal needs no more.
const FIRST: usize = 16 * 1024;
/// What the buffer grows to while reads fill it.
const MOST: usize = 1024 * 1024;
/// Reads in a row before others get their turn.
const TURNS: usize = 32;
/// How long a client may take to notice the end of the output.
const LINGER: Duration = Duration::from_secs(2);

/// What went through a tunnel.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Transferred {
    /// Bytes from the client.
    pub up: u64,
    /// Bytes from the engine.
    pub down: u64,
}

/// What has to be written before anything is read.
#[derive(Debug, Default)]
pub struct Ahead {
    /// The answer's head, and what the engine sent right behind its own.
    pub to_client: Vec<u8>,
    /// What the client sent before it was answered.
    pub to_engine: Vec<u8>,
}

/// Copies both ways until the engine's output ends or the client is lost.
///
/// The client's end of input is passed on and the output goes on; the engine's end of output
/// ends all. An end of TLS without `close_notify` is an end like any other. `watch` is asked
/// once the client's input has ended: it gives a future that completes when the client is gone
/// for good, which then looks no different from one that listens on.
pub async fn join<C, E, W, L>(client: &mut C, engine: &mut E, ahead: Ahead, watch: W) -> Transferred
where
    C: AsyncRead + AsyncWrite + Unpin,
    E: AsyncRead + AsyncWrite + Unpin,
    W: FnOnce(&C) -> L,
    L: Future<Output = ()>,
{
    let mut up = Direction::beginning_with(ahead.to_engine);
    let mut down = Direction::beginning_with(ahead.to_client);
    let mut watch = Some(watch);
    let mut lost = pin!(None);
    poll_fn(|cx| {
        if down.poll_copy(cx, engine, client).is_ready() {
            return Poll::Ready(());
        }
        if !up.ended {
            ready!(up.poll_copy(cx, client, engine));
            // An engine that takes no more input may still have output.
            if up.failed == Some(Side::Read) {
                return Poll::Ready(());
            }
        }
        if let Some(watch) = watch.take() {
            lost.set(Some(watch(client)));
        }
        lost.as_mut()
            .as_pin_mut()
            .map_or(Poll::Pending, |lost| lost.poll(cx))
    })
    .await;
    if down.ended && down.failed.is_none() {
        // Whether the client has closed by then or not, it is closed now.
        let _ = tokio::time::timeout(LINGER, see_off(client)).await;
    }
    Transferred {
        up: up.copied,
        down: down.copied,
    }
}

/// Reads on until the client has closed: closing with unread input would reset the connection,
/// and a reset discards the output that is still on its way.
async fn see_off<C: AsyncRead + Unpin>(client: &mut C) {
    let mut sink = vec![0; FIRST];
    poll_fn(|cx| {
        loop {
            let mut buf = ReadBuf::new(&mut sink);
            match ready!(Pin::new(&mut *client).poll_read(cx, &mut buf)) {
                Ok(()) if !buf.filled().is_empty() => {}
                _ => return Poll::Ready(()),
            }
        }
    })
    .await;
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Side {
    Read,
    Write,
}

/// One way, with its buffer.
#[derive(Debug, Default)]
struct Direction {
    buffer: Vec<u8>,
    begin: usize,
    end: usize,
    unflushed: bool,
    eof: bool,
    ended: bool,
    failed: Option<Side>,
    copied: u64,
}

impl Direction {
    fn beginning_with(buffer: Vec<u8>) -> Self {
        Self {
            end: buffer.len(),
            buffer,
            ..Self::default()
        }
    }

    /// Moves bytes until one side has to be waited for; ready when this way has ended.
    fn poll_copy<R, W>(&mut self, cx: &mut Context<'_>, from: &mut R, to: &mut W) -> Poll<()>
    where
        R: AsyncRead + Unpin,
        W: AsyncWrite + Unpin,
    {
        for _ in 0..TURNS {
            match self.poll_step(cx, from, to) {
                Poll::Ready(Ok(())) if self.ended => return Poll::Ready(()),
                Poll::Ready(Ok(())) => {}
                Poll::Ready(Err(side)) => {
                    self.failed = Some(side);
                    self.ended = true;
                    return Poll::Ready(());
                }
                Poll::Pending => return Poll::Pending,
            }
        }
        cx.waker().wake_by_ref();
        Poll::Pending
    }

    /// Writes what is there, then reads more; at the end of input shuts the other side.
    fn poll_step<R, W>(
        &mut self,
        cx: &mut Context<'_>,
        from: &mut R,
        to: &mut W,
    ) -> Poll<Result<(), Side>>
    where
        R: AsyncRead + Unpin,
        W: AsyncWrite + Unpin,
    {
        while self.begin < self.end {
            let bytes = &self.buffer[self.begin..self.end];
            match ready!(Pin::new(&mut *to).poll_write(cx, bytes)) {
                Ok(0) | Err(_) => return Poll::Ready(Err(Side::Write)),
                Ok(written) => self.begin += written,
            }
            self.unflushed = true;
        }
        if self.eof {
            let shut = ready!(Pin::new(&mut *to).poll_shutdown(cx));
            self.ended = true;
            return Poll::Ready(shut.map_err(|_| Side::Write));
        }
        match self.poll_fill(cx, from) {
            Poll::Pending if self.unflushed => {
                let flushed = ready!(Pin::new(&mut *to).poll_flush(cx));
                self.unflushed = false;
                flushed.map_or(Poll::Ready(Err(Side::Write)), |()| Poll::Pending)
            }
            polled => polled,
        }
    }

    fn poll_fill<R>(&mut self, cx: &mut Context<'_>, from: &mut R) -> Poll<Result<(), Side>>
    where
        R: AsyncRead + Unpin,
    {
        if self.buffer.len() < FIRST {
            self.buffer.resize(FIRST, 0);
        } else if self.end == self.buffer.len() && self.end < MOST {
            self.buffer.resize(MOST.min(self.end * 2), 0);
        }
        let mut buf = ReadBuf::new(&mut self.buffer);
        let read = ready!(Pin::new(from).poll_read(cx, &mut buf));
        (self.begin, self.end) = (0, buf.filled().len());
        match read {
            Ok(()) if self.end == 0 => self.eof = true,
            Ok(()) => self.copied += self.end as u64,
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => self.eof = true,
            Err(_) => return Poll::Ready(Err(Side::Read)),
        }
        Poll::Ready(Ok(()))
    }
}
