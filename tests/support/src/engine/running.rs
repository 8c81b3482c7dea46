//! An engine served on a TCP port of this host.

use std::{io, net::SocketAddr, sync::Arc};

use tokio::{net::TcpListener, task::JoinHandle};
use tokio_rustls::rustls::ServerConfig;

use super::{handle::Engine, options::EngineOptions};
use crate::server::Server;

/// A served engine; dropping it ends the server and its connections.
#[derive(Debug)]
pub struct RunningEngine {
    /// Where it listens.
    pub addr: SocketAddr,
    engine: Engine,
    tls: Option<Arc<ServerConfig>>,
    task: Option<JoinHandle<()>>,
}

impl Engine {
    /// Serves a new engine on a free port of 127.0.0.1.
    pub async fn start(options: EngineOptions) -> io::Result<RunningEngine> {
        Self::start_at(options, SocketAddr::from(([127, 0, 0, 1], 0)), None).await
    }

    /// Serves a new engine at an address, over TLS when a configuration is given.
    pub async fn start_at(
        options: EngineOptions,
        addr: SocketAddr,
        tls: Option<Arc<ServerConfig>>,
    ) -> io::Result<RunningEngine> {
        let engine = Self::new(options);
        let listener = TcpListener::bind(addr).await?;
        let addr = listener.local_addr()?;
        let task = Some(tokio::spawn(engine.clone().serve(listener, tls.clone())));
        Ok(RunningEngine {
            addr,
            engine,
            tls,
            task,
        })
    }

    /// Serves on a TCP listener until the future is dropped.
    pub async fn serve(self, listener: TcpListener, tls: Option<Arc<ServerConfig>>) {
        Server::new(self).tcp(listener, tls).await;
    }

    /// Serves on a unix socket until the future is dropped.
    pub async fn serve_unix(self, listener: tokio::net::UnixListener) {
        Server::new(self).unix(listener).await;
    }
}

impl RunningEngine {
    /// The engine behind the port; its state outlives a stop.
    pub fn engine(&self) -> &Engine {
        &self.engine
    }

    /// Ends the server, its listener and its connections.
    pub async fn stop(&mut self) {
        if let Some(task) = self.task.take() {
            task.abort();
            let _ = task.await;
        }
    }

    /// Serves again at the same address, with the state it had.
    pub async fn restart(&mut self) -> io::Result<()> {
        self.stop().await;
        let listener = TcpListener::bind(self.addr).await?;
        self.task = Some(tokio::spawn(
            self.engine.clone().serve(listener, self.tls.clone()),
        ));
        Ok(())
    }
}

impl Drop for RunningEngine {
    fn drop(&mut self) {
        if let Some(task) = self.task.take() {
            task.abort();
        }
    }
}
