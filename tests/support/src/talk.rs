//! A connection that a test speaks on byte by byte: over TCP, TLS or a unix socket.

use std::{io, sync::Arc, time::Duration};

use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt},
    net::TcpStream,
    time::timeout,
};
use tokio_rustls::{
    TlsConnector,
    rustls::{
        ClientConfig, RootCertStore, ServerConfig,
        pki_types::{CertificateDer, PrivateKeyDer, ServerName, pem::PemObject},
        server::WebPkiClientVerifier,
    },
};

use crate::certs::{Authority, Pair};

/// How long bytes may be awaited before a test is given up.
const PATIENCE: Duration = Duration::from_secs(30);

trait Io: AsyncRead + AsyncWrite + Send + Unpin {}
impl<T: AsyncRead + AsyncWrite + Send + Unpin> Io for T {}

/// A raw connection.
pub struct Talk {
    stream: Box<dyn Io>,
    /// What came and was not asked for yet.
    ahead: Vec<u8>,
}

impl std::fmt::Debug for Talk {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Talk").finish_non_exhaustive()
    }
}

impl Talk {
    /// Over a connected stream.
    pub fn new(stream: impl AsyncRead + AsyncWrite + Send + Unpin + 'static) -> Self {
        Self {
            stream: Box::new(stream),
            ahead: Vec::new(),
        }
    }

    /// Sends bytes; a peer that has closed takes none.
    ///
    /// # Errors
    /// When the peer is gone.
    pub async fn try_say(&mut self, bytes: impl AsRef<[u8]>) -> io::Result<()> {
        let sent = async {
            self.stream.write_all(bytes.as_ref()).await?;
            self.stream.flush().await
        };
        timeout(PATIENCE, sent).await.map_err(io::Error::other)?
    }

    /// Sends bytes.
    pub async fn say(&mut self, bytes: impl AsRef<[u8]>) {
        let sent = self.try_say(bytes).await;
        sent.unwrap_or_else(|error| panic!("cannot be said: {error}"));
    }

    /// Ends its own side.
    pub async fn end(&mut self) {
        let ended = self.stream.shutdown().await;
        ended.unwrap_or_else(|error| panic!("cannot be ended: {error}"));
    }

    /// Everything up to and with `end`.
    pub async fn until(&mut self, end: &str) -> String {
        loop {
            let found = self
                .ahead
                .windows(end.len())
                .position(|window| window == end.as_bytes());
            if let Some(at) = found {
                let rest = self.ahead.split_off(at + end.len());
                let all = std::mem::replace(&mut self.ahead, rest);
                return String::from_utf8_lossy(&all).into_owned();
            }
            let before = self.ahead.len();
            let read = timeout(PATIENCE, self.stream.read_buf(&mut self.ahead)).await;
            let text = || String::from_utf8_lossy(&self.ahead[..before]).into_owned();
            match read {
                Ok(Ok(1..)) => {}
                Ok(Ok(0)) => panic!("ended without {end:?} after {:?}", text()),
                Ok(Err(error)) => panic!("{error} without {end:?} after {:?}", text()),
                Err(_) => panic!("no {end:?} in time after {:?}", text()),
            }
        }
    }

    /// The head of an answer.
    pub async fn head(&mut self) -> String {
        self.until("\r\n\r\n").await
    }

    /// Everything up to the other side's end.
    ///
    /// # Errors
    /// When the connection breaks, or does not end in time.
    pub async fn try_rest(&mut self) -> io::Result<Vec<u8>> {
        let mut all = std::mem::take(&mut self.ahead);
        let read = timeout(PATIENCE, self.stream.read_to_end(&mut all)).await;
        read.map_err(io::Error::other)??;
        Ok(all)
    }

    /// Everything up to the other side's end, as text; a reset is an end too.
    pub async fn rest(&mut self) -> String {
        let mut all = std::mem::take(&mut self.ahead);
        match timeout(PATIENCE, self.stream.read_to_end(&mut all)).await {
            Ok(_) => String::from_utf8_lossy(&all).into_owned(),
            Err(_) => panic!("no end after {:?}", String::from_utf8_lossy(&all)),
        }
    }

    /// Opens TLS on a TCP connection, to a server that is called `localhost`.
    ///
    /// # Errors
    /// When the handshake fails.
    pub async fn tls(tcp: TcpStream, config: Arc<ClientConfig>) -> io::Result<Self> {
        let name = ServerName::try_from("localhost").map_err(io::Error::other)?;
        let connected = TlsConnector::from(config).connect(name, tcp);
        let stream = timeout(PATIENCE, connected).await;
        Ok(Self::new(stream.map_err(io::Error::other)??))
    }
}

fn failed(error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> io::Error {
    io::Error::other(error)
}

fn roots(authority: &Authority) -> io::Result<RootCertStore> {
    let mut roots = RootCertStore::empty();
    let root = CertificateDer::from_pem_slice(authority.cert_pem.as_bytes()).map_err(failed)?;
    roots.add(root).map_err(failed)?;
    Ok(roots)
}

fn chain(pair: &Pair) -> io::Result<(Vec<CertificateDer<'static>>, PrivateKeyDer<'static>)> {
    let key = PrivateKeyDer::from_pem_slice(pair.key_pem.as_bytes()).map_err(failed)?;
    Ok((vec![pair.cert_der.clone().into()], key))
}

/// A TLS client that trusts `authority` and shows a certificate, if it has one.
///
/// # Errors
/// When a certificate cannot be used.
pub fn client_config(authority: &Authority, pair: Option<&Pair>) -> io::Result<Arc<ClientConfig>> {
    let builder = ClientConfig::builder().with_root_certificates(roots(authority)?);
    let config = match pair {
        None => builder.with_no_client_auth(),
        Some(pair) => {
            let (certs, key) = chain(pair)?;
            builder.with_client_auth_cert(certs, key).map_err(failed)?
        }
    };
    Ok(Arc::new(config))
}

/// A TLS server that shows a certificate and wants one of `clients` from its clients.
///
/// # Errors
/// When a certificate cannot be used.
pub fn server_config(pair: &Pair, clients: &Authority) -> io::Result<Arc<ServerConfig>> {
    let verifier = WebPkiClientVerifier::builder(Arc::new(roots(clients)?));
    let (certs, key) = chain(pair)?;
    let config = ServerConfig::builder()
        .with_client_cert_verifier(verifier.build().map_err(failed)?)
        .with_single_cert(certs, key);
    Ok(Arc::new(config.map_err(failed)?))
}
