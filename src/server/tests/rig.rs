//! A server in front of one engine, and clients of it.

use std::convert::Infallible;
use std::future::Future;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use http::request::Parts;
use http::{Request, Response};
use swarm_middleware::api::{PeerIdentity, Subject};
use swarm_middleware::body::Body;
use swarm_middleware::forward::{PoolOptions, Upstream};
use swarm_middleware::hijack::{Slot, tunnel};
use swarm_middleware::stream::Stream;
use tempfile::TempDir;
use testkit::certs::{Authority, Pair, Usage};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpStream, UnixStream};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use tokio_rustls::rustls::server::WebPkiClientVerifier;
use tokio_rustls::rustls::{ClientConfig, RootCertStore, ServerConfig};
use tower::service_fn;

use super::engine::Engine;
use crate::config::Listen;
use crate::server::{DrainReport, Server, ServerOptions, ServerTls};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Transport {
    Tcp,
    Unix,
    Tls,
}

pub(super) const TRANSPORTS: [Transport; 3] = [Transport::Tcp, Transport::Unix, Transport::Tls];

pub(super) struct Rig {
    pub(super) engine: Engine,
    pub(super) upstream: Arc<Upstream>,
    pub(super) address: Option<std::net::SocketAddr>,
    pub(super) authority: Authority,
    path: PathBuf,
    connector: Option<TlsConnector>,
    stop: Option<oneshot::Sender<()>>,
    running: JoinHandle<DrainReport>,
    _dir: TempDir,
}

fn chain(pair: &Pair) -> (Vec<CertificateDer<'static>>, PrivateKeyDer<'static>) {
    let key = PrivateKeyDer::from_pem_slice(pair.key_pem.as_bytes()).unwrap();
    (vec![pair.cert_der.clone().into()], key)
}

pub(super) fn roots(authority: &Authority) -> Arc<RootCertStore> {
    let mut roots = RootCertStore::empty();
    roots
        .add(CertificateDer::from_pem_slice(authority.cert_pem.as_bytes()).unwrap())
        .unwrap();
    Arc::new(roots)
}

pub(super) fn server_config(authority: &Authority, usage: Usage) -> Arc<ServerConfig> {
    let (certificates, key) = chain(&authority.issue("manager", usage).unwrap());
    let verifier = WebPkiClientVerifier::builder(roots(authority))
        .build()
        .unwrap();
    let config = ServerConfig::builder()
        .with_client_cert_verifier(verifier)
        .with_single_cert(certificates, key);
    Arc::new(config.unwrap())
}

/// A client that trusts `authority`, with a certificate of `issuer` to show.
pub(super) fn client_config(authority: &Authority, issuer: &Authority) -> Arc<ClientConfig> {
    let (certificates, key) = chain(&issuer.issue("alice", Usage::Client).unwrap());
    let config = ClientConfig::builder()
        .with_root_certificates(roots(authority))
        .with_client_auth_cert(certificates, key);
    Arc::new(config.unwrap())
}

fn server_tls(authority: &Authority) -> ServerTls {
    let subject = Subject {
        common_name: Some("read".to_owned()),
        ..Subject::default()
    };
    ServerTls {
        config: server_config(authority, Usage::Server),
        subject: Arc::new(move |_| Some(subject.clone())),
    }
}

fn may_take_over(parts: &Parts) -> bool {
    let taken = [
        "/attach",
        "/bye",
        "/silent",
        "/bulk",
        "/missing",
        "/detached",
    ];
    taken.contains(&parts.uri.path())
}

async fn answer(upstream: Arc<Upstream>, mut request: Request<Body>) -> Response<Body> {
    if request.uri().path() == "/whoami" {
        let peer = request.extensions().get::<PeerIdentity>().unwrap();
        let who = peer
            .certificate
            .as_ref()
            .and_then(|s| s.common_name.clone());
        return Response::new(who.unwrap_or_default().into());
    }
    let answered = match request.extensions_mut().remove::<Arc<Slot>>() {
        Some(slot) => tunnel(&upstream, request, slot, ()).await,
        None => upstream.forward(request).await,
    };
    answered.unwrap_or_else(|error| {
        let mut response = Response::new(error.to_string().into());
        *response.status_mut() = http::StatusCode::BAD_GATEWAY;
        response
    })
}

impl Rig {
    pub(super) async fn start(transport: Transport) -> Self {
        Self::with(transport, ServerOptions::default()).await
    }

    pub(super) async fn with(transport: Transport, options: ServerOptions) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("swarm.sock");
        let listen = match transport {
            Transport::Unix => Listen::Unix(path.clone()),
            Transport::Tcp | Transport::Tls => "127.0.0.1:0".parse().unwrap(),
        };
        let authority = Authority::new("ca").unwrap();
        let (tls, connector) = if transport == Transport::Tls {
            let connector = TlsConnector::from(client_config(&authority, &authority));
            (Some(server_tls(&authority)), Some(connector))
        } else {
            (None, None)
        };
        let engine = Engine::start().await;
        let address = engine.address.parse().unwrap();
        let upstream = Arc::new(Upstream::new(address, None, &PoolOptions::default()));
        let server = Server::bind(&[listen], tls, options).await.unwrap();
        let address = server.tcp_addresses().first().copied();
        let (stop, stopped) = oneshot::channel::<()>();
        let served = Arc::clone(&upstream);
        let stack = service_fn(move |request| {
            let upstream = Arc::clone(&served);
            async move { Ok::<_, Infallible>(answer(upstream, request).await) }
        });
        let running = tokio::spawn(async move {
            let shutdown = async move { drop(stopped.await) };
            server.run(stack, may_take_over, shutdown).await
        });
        Self {
            engine,
            upstream,
            address,
            authority,
            path,
            connector,
            stop: Some(stop),
            running,
            _dir: dir,
        }
    }

    pub(super) async fn connect(&self) -> Stream {
        let Some(address) = self.address else {
            return Stream::Unix(UnixStream::connect(&self.path).await.unwrap());
        };
        let tcp = TcpStream::connect(address).await.unwrap();
        tcp.set_nodelay(true).unwrap();
        match &self.connector {
            None => Stream::Tcp(tcp),
            Some(connector) => {
                let name = ServerName::try_from("localhost").unwrap();
                let tls = connector.connect(name, tcp).await.unwrap();
                Stream::Tls(Box::new(tls.into()))
            }
        }
    }

    /// Sends bytes over a new connection and reads until the server closes it.
    pub(super) async fn exchange(&self, bytes: &[u8]) -> String {
        let mut client = self.connect().await;
        client.write_all(bytes).await.unwrap();
        read_to_end(&mut client).await
    }

    pub(super) fn stop(&mut self) {
        self.stop.take();
    }

    /// Waits for the drain to end.
    pub(super) async fn stopped(mut self) -> DrainReport {
        self.stop();
        within(self.running).await.unwrap()
    }
}

/// Nothing here takes long.
pub(super) async fn within<F: Future>(future: F) -> F::Output {
    let bound = tokio::time::timeout(Duration::from_secs(20), future);
    bound.await.expect("it hangs")
}

pub(super) async fn read_to_end(client: &mut Stream) -> String {
    let mut bytes = Vec::new();
    within(client.read_to_end(&mut bytes)).await.unwrap();
    String::from_utf8(bytes).unwrap()
}

/// Reads up to and including `end`.
pub(super) async fn read_until(client: &mut Stream, end: &str) -> String {
    let mut bytes = Vec::new();
    while !bytes.ends_with(end.as_bytes()) {
        match within(client.read_u8()).await {
            Ok(byte) => bytes.push(byte),
            Err(error) => panic!("{error} after {:?}", String::from_utf8_lossy(&bytes)),
        }
    }
    String::from_utf8(bytes).unwrap()
}

pub(super) async fn until(what: &str, condition: impl Fn() -> bool) {
    let waited = within(async {
        while !condition() {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    });
    tracing::trace!(what, "Waiting");
    waited.await;
}
