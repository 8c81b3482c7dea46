//! One type for the byte streams connections are made of: TCP, unix socket, TLS.

use std::future::{self, Future};
use std::io::{self, IoSlice};
use std::os::fd::AsFd;
use std::pin::Pin;
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncWrite, Interest, ReadBuf};
use tokio::net::{TcpStream, UnixStream};
use tokio_rustls::TlsStream;

/// A connected stream, to an engine or from a client.
#[derive(Debug)]
pub enum Stream {
    /// Plain TCP.
    Tcp(TcpStream),
    /// A unix socket.
    Unix(UnixStream),
    /// TLS over TCP, either side of it.
    Tls(Box<TlsStream<TcpStream>>),
}

/// Runs the same expression on whichever stream it is.
macro_rules! each {
    ($stream:expr, $inner:ident => $run:expr) => {
        match $stream {
            Stream::Tcp($inner) => $run,
            Stream::Unix($inner) => $run,
            Stream::Tls($inner) => $run,
        }
    };
}

impl Stream {
    /// A future that completes when the peer is gone for good, and not only done with sending.
    ///
    /// Reads cannot tell the two apart. It watches a second descriptor of the same socket, so
    /// that it borrows nothing; where none is to be had it never completes.
    pub fn watch_loss(&self) -> impl Future<Output = ()> + Send + use<> {
        let socket = match self {
            Self::Tcp(tcp) => tcp.as_fd().try_clone_to_owned(),
            Self::Unix(unix) => unix.as_fd().try_clone_to_owned(),
            Self::Tls(tls) => tls.get_ref().0.as_fd().try_clone_to_owned(),
        };
        async move {
            // Only its readiness is asked for, which is the same for every kind of socket.
            let watched = socket.map(std::net::TcpStream::from);
            let Ok(watched) = watched.and_then(TcpStream::from_std) else {
                return future::pending().await;
            };
            let interest = Interest::WRITABLE | Interest::ERROR;
            while let Ok(ready) = watched.ready(interest).await {
                if ready.is_write_closed() || ready.is_error() {
                    return;
                }
                // Forgets that it is writable, so that the next change is waited for.
                let blocked = || Err::<(), _>(io::ErrorKind::WouldBlock.into());
                let _ = watched.try_io(Interest::WRITABLE, blocked);
            }
        }
    }
}

impl AsyncRead for Stream {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        each!(self.get_mut(), inner => Pin::new(inner).poll_read(cx, buf))
    }
}

impl AsyncWrite for Stream {
    fn poll_write(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        each!(self.get_mut(), inner => Pin::new(inner).poll_write(cx, bytes))
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        each!(self.get_mut(), inner => Pin::new(inner).poll_write_vectored(cx, slices))
    }

    fn is_write_vectored(&self) -> bool {
        each!(self, inner => inner.is_write_vectored())
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        each!(self.get_mut(), inner => Pin::new(inner).poll_flush(cx))
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        each!(self.get_mut(), inner => Pin::new(inner).poll_shutdown(cx))
    }
}
