//! Connections to an engine: TCP, unix socket, TLS.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use socket2::{SockRef, TcpKeepalive};
use tokio::net::{TcpStream, UnixStream};
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::pki_types::ServerName;
use tokio_rustls::rustls::{CertificateError, ClientConfig, Error as TlsError};

use crate::address::Address;
use crate::stream::Stream;

/// Opens connections to one address.
pub(super) struct Connector {
    pub(super) address: Address,
    tls: Option<TlsConnector>,
    deadline: Duration,
    keepalive: Duration,
}

impl Connector {
    pub(super) fn new(
        address: Address,
        tls: Option<Arc<ClientConfig>>,
        deadline: Duration,
        keepalive: Duration,
    ) -> Self {
        Self {
            address,
            tls: tls.map(TlsConnector::from),
            deadline,
            keepalive,
        }
    }

    /// Connects and shakes hands, both under the one deadline.
    pub(super) async fn connect(&self) -> io::Result<Stream> {
        match tokio::time::timeout(self.deadline, self.open()).await {
            Ok(opened) => opened,
            Err(_) => Err(io::Error::new(
                io::ErrorKind::TimedOut,
                format!("no connection within {:?}", self.deadline),
            )),
        }
    }

    async fn open(&self) -> io::Result<Stream> {
        let (host, port) = match &self.address {
            Address::Unix(path) => return UnixStream::connect(path).await.map(Stream::Unix),
            Address::Tcp { host, port } => (host.as_str(), *port),
        };
        let tcp = TcpStream::connect((host, port)).await?;
        tune(&tcp, self.keepalive)?;
        let Some(tls) = &self.tls else {
            return Ok(Stream::Tcp(tcp));
        };
        let name = ServerName::try_from(host.to_owned())
            .map_err(|error| io::Error::new(io::ErrorKind::InvalidInput, error))?;
        let stream = tls.connect(name, tcp).await.map_err(|e| explain(e, host))?;
        Ok(Stream::Tls(Box::new(stream.into())))
    }
}

/// No delay for small writes, and probes when the peer is silent.
pub fn tune(tcp: &TcpStream, keepalive: Duration) -> io::Result<()> {
    tcp.set_nodelay(true)?;
    let probes = TcpKeepalive::new()
        .with_time(keepalive)
        .with_interval(keepalive)
        .with_retries(3);
    SockRef::from(tcp).set_tcp_keepalive(&probes)
}

/// Says what to do about a certificate without names: rustls only says that none fits.
fn explain(error: io::Error, host: &str) -> io::Error {
    let tls = error.get_ref().and_then(|e| e.downcast_ref::<TlsError>());
    let nameless = matches!(
        tls,
        Some(TlsError::InvalidCertificate(CertificateError::NotValidForNameContext {
            presented,
            ..
        })) if presented.is_empty()
    );
    if !nameless {
        return error;
    }
    io::Error::new(
        error.kind(),
        format!(
            "the engine's certificate has no subject alternative name (a common name alone is \
             not looked at): issue one with a SAN for {host}"
        ),
    )
}
