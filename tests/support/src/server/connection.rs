//! One connection: HTTP/1.1 through hyper until a request takes it over.

use std::{
    convert::Infallible,
    future::{pending, poll_fn},
    pin::pin,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    task::Poll,
};

use http::Request;
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncWriteExt, copy, split};

use super::{
    body::{Reply, Take},
    socket::{Guarded, Socket},
};
use crate::{engine::Engine, routes};

/// A request that wants the connection leaves its wish here and never completes; the driver sees it, takes the
/// connection apart, which drops the request, and goes on with the bare socket.
type Slot = Arc<Mutex<Option<Take>>>;

/// Serves a connection to its end.
pub(crate) async fn serve(engine: Engine, socket: Socket) {
    let slot = Slot::default();
    let hide_end = Arc::new(AtomicBool::new(false));
    let service = service_fn(|request: Request<Incoming>| {
        hide_end.store(routes::may_hijack(&request), Ordering::Relaxed);
        let (engine, slot, hide_end) = (engine.clone(), Arc::clone(&slot), Arc::clone(&hide_end));
        // Boxed, because taking the connection apart needs an unpinned service future.
        Box::pin(async move {
            match routes::answer(engine, request).await {
                Reply::Http(response) => {
                    hide_end.store(false, Ordering::Relaxed);
                    Ok::<_, Infallible>(response)
                }
                Reply::Take(take) => {
                    *slot.lock().unwrap_or_else(PoisonError::into_inner) = Some(take);
                    pending().await
                }
            }
        })
    });
    let io = TokioIo::new(Guarded {
        socket,
        hide_end: Arc::clone(&hide_end),
    });
    let mut connection = http1::Builder::new()
        .title_case_headers(true)
        .serve_connection(io, service);
    let take = poll_fn(|cx| {
        let polled = connection.poll_without_shutdown(cx);
        if let Some(take) = slot.lock().unwrap_or_else(PoisonError::into_inner).take() {
            return Poll::Ready(Some(take));
        }
        polled.map(|_| None)
    })
    .await;
    let parts = connection.into_parts();
    let mut socket = parts.io.into_inner().socket;
    match take {
        None => drop(socket.shutdown().await),
        Some(take) => leave(socket, &parts.read_buf, take).await,
    }
}

async fn leave(mut socket: Socket, early: &[u8], take: Take) {
    match take {
        Take::Session(head, session) => {
            if socket.write_all(&head).await.is_ok() {
                session.run(socket, early).await;
            }
        }
        Take::Echo(head) => {
            let begun = socket.write_all(&[&head[..], early].concat()).await;
            let (mut read, mut write) = split(socket);
            if begun.is_ok() && copy(&mut read, &mut write).await.is_ok() {
                let _ = write.shutdown().await;
            }
        }
        Take::Close(bytes) => {
            let _ = socket.write_all(&bytes).await;
            let _ = socket.shutdown().await;
        }
        Take::Reset(bytes) => {
            let _ = socket.write_all(&bytes).await;
            let _ = socket.flush().await;
            socket.reset_on_close();
        }
        Take::HugeHead(bytes) => {
            let mut write = pin!(huge_head(&mut socket, bytes));
            let _ = write.as_mut().await;
        }
    }
}

async fn huge_head(socket: &mut Socket, bytes: u64) -> std::io::Result<()> {
    socket.write_all(b"HTTP/1.1 200 OK\r\nX-Filler: ").await?;
    let filler = [b'x'; 16 * 1024];
    let mut left = bytes;
    while left > 0 {
        let some = left.min(filler.len() as u64);
        socket.write_all(&filler[..some as usize]).await?;
        left -= some;
    }
    socket.write_all(b"\r\nContent-Length: 0\r\n\r\n").await?;
    socket.shutdown().await
}
