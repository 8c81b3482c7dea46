use std::sync::Arc;

use testkit::certs::{Authority, Files, Pair, Usage};
use tokio::io::{AsyncReadExt, AsyncWriteExt, duplex};
use tokio_rustls::rustls::pki_types::ServerName;
use tokio_rustls::rustls::version::{TLS12, TLS13};
use tokio_rustls::rustls::{ClientConfig, ServerConfig, SupportedProtocolVersion};
use tokio_rustls::{TlsAcceptor, TlsConnector};

use super::*;
use crate::config::TlsOptions;

/// Two authorities, and a directory for what they issue.
struct Certs {
    dir: tempfile::TempDir,
    ca: Authority,
    other: Authority,
}

impl Certs {
    fn new() -> Self {
        Self {
            dir: tempfile::tempdir().unwrap(),
            ca: Authority::new("ca").unwrap(),
            other: Authority::new("other ca").unwrap(),
        }
    }

    /// Options of a side whose certificate `issuer` made and which trusts `ca`.
    fn options(&self, issuer: &Authority, usage: Usage, verify: bool) -> TlsOptions {
        let pair = issuer.issue("node-1", usage).unwrap();
        self.written(&pair, verify)
    }

    fn written(&self, pair: &Pair, verify: bool) -> TlsOptions {
        let name = format!("{}", fastrand::u64(..));
        let files = Files::write(&self.dir.path().join(name), &self.ca, pair).unwrap();
        TlsOptions {
            verify,
            ca: Some(files.ca),
            cert: files.cert,
            key: files.key,
        }
    }

    fn server(&self, usage: Usage, verify: bool) -> Arc<ServerConfig> {
        server_config(&self.options(&self.ca, usage, verify)).unwrap()
    }

    fn client(&self, issuer: &Authority, usage: Usage, verify: bool) -> Arc<ClientConfig> {
        client_config(&self.options(issuer, usage, verify)).unwrap()
    }
}

/// A client that verifies, shows no certificate, and speaks what it is told to.
fn plain_client(
    options: &TlsOptions,
    versions: &[&'static SupportedProtocolVersion],
    alpn: &[&[u8]],
) -> Arc<ClientConfig> {
    let provider = tokio_rustls::rustls::crypto::ring::default_provider();
    let mut config = ClientConfig::builder_with_provider(Arc::new(provider))
        .with_protocol_versions(versions)
        .unwrap()
        .with_root_certificates(pem::authorities(options).unwrap())
        .with_no_client_auth();
    config.alpn_protocols = alpn.iter().map(|name| name.to_vec()).collect();
    Arc::new(config)
}

/// What each side makes of a handshake and one byte each way; the server's is the client's
/// certificate, if it showed one.
async fn shake(
    server: Arc<ServerConfig>,
    client: Arc<ClientConfig>,
    name: &str,
) -> (Result<Option<Vec<u8>>, String>, Result<(), String>) {
    let (near, far) = duplex(64 << 10);
    let name = ServerName::try_from(name.to_owned()).unwrap();
    let serve = async {
        let mut stream = TlsAcceptor::from(server).accept(near).await?;
        stream
            .write_u8(stream.get_ref().1.alpn_protocol().map_or(0, |p| p[0]))
            .await?;
        stream.read_u8().await?;
        let certificates = stream.get_ref().1.peer_certificates();
        Ok(certificates.map(|chain| chain[0].to_vec()))
    };
    let connect = async {
        let mut stream = TlsConnector::from(client).connect(name, far).await?;
        stream.write_u8(1).await?;
        stream
            .read_u8()
            .await
            .map(|first| assert_eq!(first, b'h', "http/1.1"))
    };
    let (served, connected): (std::io::Result<_>, std::io::Result<_>) =
        tokio::join!(serve, connect);
    let text = |error: std::io::Error| error.to_string();
    (served.map_err(text), connected.map_err(text))
}

#[tokio::test]
async fn both_sides_verify_each_other() {
    let certs = Certs::new();
    let pair = certs.ca.issue("alice", Usage::Client).unwrap();
    let client = client_config(&certs.written(&pair, true)).unwrap();
    for name in ["localhost", "127.0.0.1"] {
        let server = certs.server(Usage::Server, true);
        let (served, connected) = shake(server, client.clone(), name).await;
        assert_eq!(connected, Ok(()));
        assert_eq!(served, Ok(Some(pair.cert_der.clone())));
    }
    let subject = identity(&pair.cert_der).unwrap();
    assert_eq!(subject.common_name.as_deref(), Some("alice"));
    assert_eq!(subject.organizations, ["testers"]);
    assert_eq!(subject.organizational_units, ["unit-1"]);
    assert_eq!(subject.alternative_names, ["spiffe://cluster.test/alice"]);
    assert!(!subject.serial.is_empty() && subject.serial.bytes().all(|b| b.is_ascii_hexdigit()));
}

#[tokio::test]
async fn a_client_without_the_right_certificate_is_refused() {
    let certs = Certs::new();
    for (issuer, usage, reason) in [
        (&certs.other, Usage::Client, "UnknownIssuer"),
        (&certs.ca, Usage::ExpiredClient, "expired"),
        (&certs.ca, Usage::Server, "extended key usage"),
    ] {
        let client = certs.client(issuer, usage, true);
        let (served, connected) =
            shake(certs.server(Usage::Server, true), client, "localhost").await;
        let error = served.unwrap_err();
        assert!(error.contains(reason), "{usage:?}: {error}");
        assert!(connected.is_err(), "{usage:?}");
    }
    let trusted = certs.options(&certs.ca, Usage::Client, true);
    let anonymous = plain_client(&trusted, &[&TLS13, &TLS12], &[b"http/1.1"]);
    let server = certs.server(Usage::Server, true);
    let (served, connected) = shake(server, anonymous, "localhost").await;
    assert!(served.unwrap_err().contains("no certificate"));
    assert!(connected.is_err());
}

#[tokio::test]
async fn an_engine_without_the_right_certificate_is_refused() {
    let certs = Certs::new();
    let foreign = server_config(&certs.options(&certs.other, Usage::Server, false)).unwrap();
    for (server, name, reason) in [
        (foreign, "localhost", "UnknownIssuer"),
        (
            certs.server(Usage::ExpiredServer, false),
            "localhost",
            "expired",
        ),
        (
            certs.server(Usage::Server, false),
            "node-1",
            "not valid for name",
        ),
        (
            certs.server(Usage::CommonNameOnly, false),
            "node-1",
            "subject alternative name (SAN)",
        ),
    ] {
        let (served, connected) =
            shake(server, certs.client(&certs.ca, Usage::Client, true), name).await;
        let error = connected.unwrap_err();
        assert!(error.contains(reason), "{error}");
        assert!(served.is_err());
    }
}

#[tokio::test]
async fn without_verification_anyone_is_believed_and_nobody_asked() {
    let certs = Certs::new();
    for usage in [Usage::Server, Usage::ExpiredServer, Usage::CommonNameOnly] {
        let server = server_config(&certs.options(&certs.other, usage, false)).unwrap();
        let client = certs.client(&certs.ca, Usage::Client, false);
        let (served, connected) = shake(server, client, "any.name").await;
        assert_eq!((served, connected), (Ok(None), Ok(())), "{usage:?}");
    }
}

#[tokio::test]
async fn tls_1_2_is_spoken_and_nothing_but_http_1_1_inside() {
    let certs = Certs::new();
    let trusted = certs.options(&certs.ca, Usage::Client, true);
    let server = certs.server(Usage::Server, false);
    let old = plain_client(&trusted, &[&TLS12], &[b"h2", b"http/1.1"]);
    let (served, connected) = shake(server.clone(), old, "localhost").await;
    assert_eq!((served, connected), (Ok(None), Ok(())));
    let http2 = plain_client(&trusted, &[&TLS13], &[b"h2"]);
    let (served, connected) = shake(server, http2, "localhost").await;
    assert!(served.is_err() && connected.is_err());
}

#[test]
fn errors_name_the_file_and_what_is_wrong() {
    let certs = Certs::new();
    let good = certs.options(&certs.ca, Usage::Both, true);
    let write = |name: &str, text: &str| {
        let path = certs.dir.path().join(name);
        std::fs::write(&path, text).unwrap();
        path
    };
    let with_cert = |cert| TlsOptions {
        cert,
        ..good.clone()
    };
    let with_key = |key| TlsOptions {
        key,
        ..good.clone()
    };
    let with_ca = |ca| TlsOptions {
        ca: Some(ca),
        ..good.clone()
    };
    let foreign = certs.options(&certs.ca, Usage::Both, true).key;
    let legacy = "-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\n\nAAAA\n-----END RSA PRIVATE KEY-----\n";
    let sealed =
        "-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----\n";
    let torn = "-----BEGIN CERTIFICATE-----\n!!\n-----END CERTIFICATE-----\n";
    let junk = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
    for (options, file, wrong) in [
        (
            with_cert(certs.dir.path().join("gone")),
            "gone",
            "cannot read",
        ),
        (
            with_cert(write("empty", "")),
            "empty",
            "there is no certificate in",
        ),
        (
            with_cert(good.key.clone()),
            "key.pem",
            "there is no certificate in",
        ),
        (with_cert(write("torn", torn)), "torn", "is not valid PEM"),
        (with_cert(write("junk", junk)), "junk", "cannot be used"),
        (
            with_key(good.cert.clone()),
            "cert.pem",
            "there is no private key in",
        ),
        (with_key(write("sealed", sealed)), "sealed", "is encrypted"),
        (with_key(write("legacy", legacy)), "legacy", "is encrypted"),
        (
            with_key(foreign),
            "key.pem",
            "does not match the certificate in",
        ),
        (
            with_ca(certs.dir.path().join("no-ca")),
            "no-ca",
            "cannot read",
        ),
        (
            with_ca(write("junk-ca", junk)),
            "junk-ca",
            "cannot be trusted",
        ),
        (
            with_ca(good.key.clone()),
            "key.pem",
            "there is no certificate in",
        ),
    ] {
        for error in [
            server_config(&options).map(drop).unwrap_err().to_string(),
            client_config(&options).map(drop).unwrap_err().to_string(),
        ] {
            assert!(error.contains(wrong) && error.contains(file), "{error}");
            assert!(!error.contains('\n'), "{error}");
        }
    }
    assert!(server_config(&good).is_ok() && client_config(&good).is_ok());
}

#[test]
fn what_is_no_certificate_has_no_identity() {
    let error = identity(b"junk").unwrap_err();
    assert!(matches!(error, IdentityError::Certificate(_)), "{error}");
    let certs = Certs::new();
    let pair = certs.ca.issue("engine", Usage::Server).unwrap();
    let names = identity(&pair.cert_der).unwrap().alternative_names;
    assert_eq!(names, ["localhost", "127.0.0.1", "::1"]);
}
