//! One engine, as requests reach it.

use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use http::header::HOST;
use http::{HeaderValue, Request, Response, StatusCode, Version};
use hyper::body::Incoming;
use tokio_rustls::rustls::ClientConfig;

use super::attempt::{Spare, Switch, kind_of};
use super::connect::Connector;
use super::counters::UpstreamCounters;
use super::pool::PoolOptions;
use super::sender::{Loan, Shared, TunnelCount};
use super::{ForwardError, ForwardErrorKind, Lent, headers};
use crate::address::Address;
use crate::body::{Body, BoxError};

/// The way to one engine: a connector, a pool of connections, and requests over them.
pub struct Upstream {
    connector: Connector,
    host: HeaderValue,
    name: RwLock<Arc<str>>,
    suspect_after: Duration,
    down: AtomicBool,
    pub(super) shared: Arc<Shared>,
}

impl Upstream {
    /// An engine at `address`, over TLS if there is a configuration for it; nothing is opened yet.
    pub fn new(address: Address, tls: Option<Arc<ClientConfig>>, options: &PoolOptions) -> Self {
        let host = match &address {
            Address::Tcp { .. } => HeaderValue::try_from(address.to_string()).ok(),
            Address::Unix(_) => None,
        };
        Self {
            host: host.unwrap_or(HeaderValue::from_static("localhost")),
            name: RwLock::new(address.to_string().into()),
            suspect_after: options.suspect_after,
            down: AtomicBool::new(false),
            shared: Arc::new(Shared::new(options)),
            connector: Connector::new(address, tls, options.connect_deadline, options.keepalive),
        }
    }

    /// Where the engine listens.
    pub fn address(&self) -> &Address {
        &self.connector.address
    }

    /// The node's name, for errors; its address until a name is set.
    pub fn name(&self) -> Arc<str> {
        Arc::clone(&self.name.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Sets the node's name.
    pub fn set_name(&self, name: Arc<str>) {
        *self.name.write().unwrap_or_else(PoisonError::into_inner) = name;
    }

    /// Whether the engine was declared down.
    pub fn is_down(&self) -> bool {
        self.down.load(Ordering::Acquire)
    }

    /// Declares the engine down or up. Going down fails all that waits for a response head with
    /// [`ForwardErrorKind::Lost`]; bodies that flow, and later requests, are left alone.
    pub fn set_down(&self, down: bool) {
        if !self.down.swap(down, Ordering::AcqRel) && down {
            self.shared.pool.clear();
            self.shared.lines.cut_waiting();
        }
    }

    /// Completes once the engine is declared down.
    pub async fn lost(&self) {
        // Listens first: what is declared between the two is heard.
        let lost = self.shared.lines.lost.notified();
        if !self.is_down() {
            lost.await;
        }
    }

    /// Completes when a response head has not come for
    /// [`suspect_after`](PoolOptions::suspect_after), then again at twice, four times that age.
    pub async fn suspected(&self) {
        self.shared.lines.suspect.notified().await;
    }

    /// What the connections are doing.
    pub fn counters(&self) -> UpstreamCounters {
        UpstreamCounters::of(&self.shared)
    }

    /// Passes a client's request on: [`send`](Self::send) without the headers that belong to
    /// one connection, or to the engine alone, either way.
    ///
    /// # Errors
    /// Those of [`send`](Self::send).
    pub async fn forward(
        &self,
        mut request: Request<Body>,
    ) -> Result<Response<Body>, ForwardError> {
        headers::clean_request(request.headers_mut());
        let mut response = self.send(request).await?;
        headers::clean_response(response.headers_mut());
        *response.version_mut() = Version::HTTP_11;
        Ok(response)
    }

    /// Sends a request with an origin-form URI; the answer's body holds the connection.
    ///
    /// There is no deadline: some answers take as long as a container runs.
    ///
    /// # Errors
    /// The engine could not be reached, or broke off before it had answered.
    pub async fn send(&self, request: Request<Body>) -> Result<Response<Body>, ForwardError> {
        let started = AtomicBool::new(false);
        self.send_noting(request, &started).await
    }

    /// [`send`](Self::send) with a deadline for the response head.
    ///
    /// # Errors
    /// As for `send`, and [`ForwardErrorKind::Deadline`].
    pub async fn send_within(
        &self,
        request: Request<Body>,
        deadline: Duration,
    ) -> Result<Response<Body>, ForwardError> {
        let started = AtomicBool::new(false);
        match tokio::time::timeout(deadline, self.send_noting(request, &started)).await {
            Ok(sent) => sent,
            Err(elapsed) => {
                let started = started.load(Ordering::Relaxed);
                Err(self.error(ForwardErrorKind::Deadline, false, started, elapsed.into()))
            }
        }
    }

    /// [`send`](Self::send) for clients that take no other body than hyper's own; the connection
    /// is idle again once that was read, and closes if it is dropped before.
    ///
    /// # Errors
    /// Those of [`send`](Self::send).
    pub async fn send_plain(
        &self,
        request: Request<Body>,
    ) -> Result<Response<Incoming>, ForwardError> {
        let started = AtomicBool::new(false);
        let (response, loan) = self.exchange(request, &started).await?;
        tokio::spawn(loan.settle());
        Ok(response)
    }

    async fn send_noting(
        &self,
        request: Request<Body>,
        started: &AtomicBool,
    ) -> Result<Response<Body>, ForwardError> {
        let (response, loan) = self.exchange(request, started).await?;
        if response.status() == StatusCode::SWITCHING_PROTOCOLS {
            let source = "it switched protocols unasked".into();
            return Err(self.error(ForwardErrorKind::Garbage, loan.reused, true, source));
        }
        Ok(response.map(|body| Lent::new(body, loan).into()))
    }

    /// Sends a request that asks for another protocol.
    pub(crate) async fn switch(&self, request: Request<Body>) -> Result<Switch, ForwardError> {
        let (response, loan) = self.exchange(request, &AtomicBool::new(false)).await?;
        if response.status() == StatusCode::SWITCHING_PROTOCOLS {
            return Ok(Switch::Taken(response));
        }
        let answer = response.map(|body| Lent::new(body, loan).into());
        Ok(Switch::Ordinary(answer))
    }

    pub(crate) fn count_tunnel(&self) -> TunnelCount {
        TunnelCount::new(&self.shared)
    }

    /// The request over an idle connection or a new one, and once more where that is safe.
    async fn exchange(
        &self,
        mut request: Request<Body>,
        started: &AtomicBool,
    ) -> Result<(Response<Incoming>, Loan), ForwardError> {
        request.headers_mut().insert(HOST, self.host.clone());
        *request.version_mut() = Version::HTTP_11;
        if let Some(mut loan) = self.shared.idle().await {
            let spare = Spare::of(&request);
            let failed = match self.attempt(request, &mut loan, started).await {
                Ok(response) => return Ok((response, loan)),
                Err(failed) => failed,
            };
            request = match (failed.unsent, spare) {
                (Some(unsent), _) => *unsent,
                (None, Some(spare)) if failed.error.kind == ForwardErrorKind::Closed => {
                    spare.into_request()
                }
                _ => return Err(failed.error),
            };
            started.store(false, Ordering::Relaxed);
        }
        let mut loan = self.open().await?;
        match self.attempt(request, &mut loan, started).await {
            Ok(response) => Ok((response, loan)),
            Err(failed) => Err(failed.error),
        }
    }

    async fn open(&self) -> Result<Loan, ForwardError> {
        let lost = self.shared.lines.lost.notified();
        tokio::select! {
            opened = self.shared.fresh(&self.connector) => opened.map_err(|error| {
                self.error(ForwardErrorKind::Connect, false, false, error.into())
            }),
            () = lost => Err(self.error(
                ForwardErrorKind::Lost,
                false,
                false,
                "it was declared down".into(),
            )),
        }
    }

    async fn attempt(
        &self,
        request: Request<Body>,
        loan: &mut Loan,
        started: &AtomicBool,
    ) -> Result<Response<Incoming>, Failed> {
        let line = Arc::clone(&loan.sender.line);
        let waiting = self.shared.lines.wait(&line, self.suspect_after);
        started.store(true, Ordering::Relaxed);
        let sent = loan.sender.requests.try_send_request(request).await;
        drop(waiting);
        sent.map_err(|mut refused| {
            let unsent = refused.take_message().map(Box::new);
            let error = refused.into_error();
            let (kind, source) = match line.was_cut() {
                true => (ForwardErrorKind::Lost, "it was declared down".into()),
                false => (kind_of(&error), error.into()),
            };
            let error = self.error(kind, loan.reused, unsent.is_none(), source);
            Failed { error, unsent }
        })
    }

    pub(crate) fn error(
        &self,
        kind: ForwardErrorKind,
        reused: bool,
        started: bool,
        source: BoxError,
    ) -> ForwardError {
        ForwardError {
            node: self.name(),
            kind,
            reused,
            started,
            source,
        }
    }
}

/// An attempt that got no answer, and the request if no byte of it was written.
struct Failed {
    error: ForwardError,
    unsent: Option<Box<Request<Body>>>,
}

impl fmt::Debug for Upstream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Upstream")
            .field("name", &self.name())
            .field("address", self.address())
            .field("counters", &self.counters())
            .finish_non_exhaustive()
    }
}
