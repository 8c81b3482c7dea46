//! The server as a whole.

use std::future::Future;
use std::net::SocketAddr;
use std::sync::Arc;

use tokio::task::JoinSet;
use tracing::{info, warn};

use super::accept::{Greeter, ServerTls};
use super::drain::{Connections, DrainReport};
use super::error::BindError;
use super::listener::{Listener, pause_after};
use super::options::ServerOptions;
use super::serve::{MayTakeOver, Stack};
use super::takeover::drive;
use crate::config::Listen;

/// Open listeners, and how to serve what they accept.
#[derive(Debug)]
pub struct Server {
    listeners: Vec<Listener>,
    greeter: Greeter,
    options: Arc<ServerOptions>,
}

impl Server {
    /// Opens every listener; TLS is for the TCP ones.
    ///
    /// # Errors
    /// One of them cannot be opened; then none stays open.
    pub async fn bind(
        listens: &[Listen],
        tls: Option<ServerTls>,
        options: ServerOptions,
    ) -> Result<Self, BindError> {
        let mut listeners = Vec::with_capacity(listens.len());
        for listen in listens {
            listeners.push(Listener::bind(listen).await?);
            info!(%listen, "Listening");
        }
        Ok(Self {
            listeners,
            greeter: Greeter::new(tls, &options),
            options: Arc::new(options),
        })
    }

    /// The TCP addresses, in the order they were given.
    pub fn tcp_addresses(&self) -> Vec<SocketAddr> {
        let addresses = self.listeners.iter().filter_map(Listener::tcp_address);
        addresses.collect()
    }

    /// Serves until `shutdown` completes, then lets requests and tunnels finish within the bound.
    ///
    /// `may_take_over` names the requests whose connection a handler may keep; only those find a
    /// [`Slot`](swarm_middleware::hijack::Slot) in their extensions.
    pub async fn run<S: Stack>(
        self,
        stack: S,
        may_take_over: MayTakeOver,
        shutdown: impl Future<Output = ()>,
    ) -> DrainReport {
        let connections = Arc::new(Connections::default());
        let mut accepting = JoinSet::new();
        for listener in self.listeners {
            let serving = Serving {
                greeter: self.greeter.clone(),
                options: Arc::clone(&self.options),
                connections: Arc::clone(&connections),
                stack: stack.clone(),
                may_take_over,
            };
            accepting.spawn(serving.accept_on(listener));
        }
        drop(stack);
        shutdown.await;
        // Closes the listeners, and ends the handshakes that are under way.
        accepting.shutdown().await;
        let report = connections.drain(self.options.drain).await;
        info!(open = report.open, cut = report.cut, "Drained");
        report
    }
}

/// What one listener's connections need.
#[derive(Clone)]
struct Serving<S> {
    greeter: Greeter,
    options: Arc<ServerOptions>,
    connections: Arc<Connections>,
    stack: S,
    may_take_over: MayTakeOver,
}

impl<S: Stack> Serving<S> {
    async fn accept_on(self, listener: Listener) {
        let mut greetings = JoinSet::new();
        let mut failures = 0;
        loop {
            let accepted = tokio::select! {
                accepted = listener.accept() => accepted,
                Some(_) = greetings.join_next() => continue,
            };
            match accepted {
                Ok(accepted) => {
                    failures = 0;
                    greetings.spawn(self.clone().welcome(accepted));
                }
                Err(error) => {
                    let pause = pause_after(&error, failures);
                    failures += 1;
                    warn!(%error, ?pause, "Cannot accept a connection");
                    tokio::time::sleep(pause).await;
                }
            }
        }
    }

    /// Greets a client, then leaves it to a task that outlives the listener.
    async fn welcome(self, accepted: super::listener::Accepted) {
        if let Some((stream, peer)) = self.greeter.greet(accepted).await {
            let entry = self.connections.enter();
            tokio::spawn(async move {
                let Self { stack, options, .. } = self;
                drive(stream, peer, stack, self.may_take_over, &options, entry).await;
            });
        }
    }
}
