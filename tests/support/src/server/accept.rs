//! Listeners: they close while connections are to be refused, and keep their port.

use std::{net::SocketAddr, sync::Arc, time::Duration};

use tokio::{
    net::{TcpListener, TcpSocket, UnixListener},
    sync::watch,
    task::JoinSet,
};
use tokio_rustls::{TlsAcceptor, rustls::ServerConfig};

use super::{connection, socket::Socket};
use crate::engine::Engine;

/// How long a TLS handshake may take.
const HANDSHAKE: Duration = Duration::from_secs(10);

/// Serves one engine.
pub(crate) struct Server {
    engine: Engine,
    gate: watch::Receiver<bool>,
    connections: JoinSet<()>,
}

impl Server {
    pub(crate) fn new(engine: Engine) -> Self {
        let gate = engine.gate();
        Self {
            engine,
            gate,
            connections: JoinSet::new(),
        }
    }

    pub(crate) async fn tcp(mut self, listener: TcpListener, tls: Option<Arc<ServerConfig>>) {
        let Ok(addr) = listener.local_addr() else {
            return;
        };
        let tls = tls.map(TlsAcceptor::from);
        let mut listener = Some(listener);
        loop {
            let Some(open) = listener.take() else { return };
            self.accept_until_shut(&open, tls.as_ref()).await;
            drop(open);
            let reserved = reserve(addr);
            self.connections.shutdown().await;
            if self.gate.wait_for(|open| *open).await.is_err() {
                return;
            }
            listener = TcpListener::bind(addr).await.ok();
            drop(reserved);
        }
    }

    async fn accept_until_shut(&mut self, listener: &TcpListener, tls: Option<&TlsAcceptor>) {
        loop {
            let engine = self.engine.clone();
            tokio::select! {
                _ = self.gate.wait_for(|open| !*open) => return,
                Some(_) = self.connections.join_next(), if !self.connections.is_empty() => {}
                accepted = listener.accept() => {
                    let Ok((stream, _)) = accepted else { continue };
                    let _ = stream.set_nodelay(true);
                    let tls = tls.cloned();
                    self.connections.spawn(async move {
                        let _open = engine.counter().connection();
                        let socket = match tls {
                            None => Socket::Tcp(stream),
                            Some(tls) => match tokio::time::timeout(HANDSHAKE, tls.accept(stream)).await {
                                Ok(Ok(stream)) => Socket::Tls(Box::new(stream)),
                                Ok(Err(_)) | Err(_) => return,
                            },
                        };
                        connection::serve(engine, socket).await;
                    });
                }
            }
        }
    }

    pub(crate) async fn unix(mut self, listener: UnixListener) {
        loop {
            tokio::select! {
                Some(_) = self.connections.join_next(), if !self.connections.is_empty() => {}
                accepted = listener.accept() => {
                    let Ok((stream, _)) = accepted else { continue };
                    let engine = self.engine.clone();
                    self.connections.spawn(async move {
                        let _open = engine.counter().connection();
                        connection::serve(engine, Socket::Unix(stream)).await;
                    });
                }
            }
        }
    }
}

/// Holds the port without listening: connections are refused and nobody else gets it.
fn reserve(addr: SocketAddr) -> Option<TcpSocket> {
    let socket = if addr.is_ipv4() {
        TcpSocket::new_v4()
    } else {
        TcpSocket::new_v6()
    }
    .ok()?;
    socket.set_reuseaddr(true).ok()?;
    socket.bind(addr).ok()?;
    Some(socket)
}
