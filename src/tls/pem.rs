//! Certificates and keys from PEM files. The one user of rustls-pemfile.

use std::path::Path;
use std::sync::Arc;

use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::rustls::{self, InconsistentKeys, RootCertStore};

use super::TlsError;
use crate::config::TlsOptions;

/// What a side shows: its certificate chain and the key of the first.
pub(super) type Pair = (Vec<CertificateDer<'static>>, PrivateKeyDer<'static>);

/// Every certificate of a file; at least one.
pub(super) fn certificates(path: &Path) -> Result<Vec<CertificateDer<'static>>, TlsError> {
    let content = read(path)?;
    let certificates = rustls_pemfile::certs(&mut &content[..])
        .collect::<Result<Vec<_>, _>>()
        .map_err(|source| TlsError::Pem {
            path: path.to_owned(),
            source,
        })?;
    match certificates.is_empty() {
        true => Err(TlsError::NoCertificate(path.to_owned())),
        false => Ok(certificates),
    }
}

/// The first private key of a file, in PKCS #8, PKCS #1 or SEC 1 form.
pub(super) fn private_key(path: &Path) -> Result<PrivateKeyDer<'static>, TlsError> {
    let content = read(path)?;
    let encrypted = String::from_utf8_lossy(&content).lines().any(|line| {
        line.contains("BEGIN ENCRYPTED") || line.trim_end() == "Proc-Type: 4,ENCRYPTED"
    });
    if encrypted {
        return Err(TlsError::EncryptedKey(path.to_owned()));
    }
    rustls_pemfile::private_key(&mut &content[..])
        .map_err(|source| TlsError::Pem {
            path: path.to_owned(),
            source,
        })?
        .ok_or_else(|| TlsError::NoKey(path.to_owned()))
}

/// Certificate chain and key, as the options name them.
pub(super) fn pair(options: &TlsOptions) -> Result<Pair, TlsError> {
    Ok((certificates(&options.cert)?, private_key(&options.key)?))
}

/// The authorities to trust, and no other.
pub(super) fn authorities(options: &TlsOptions) -> Result<Arc<RootCertStore>, TlsError> {
    let path = options.ca.as_ref().ok_or(TlsError::NoAuthority)?;
    let mut roots = RootCertStore::empty();
    for certificate in certificates(path)? {
        roots
            .add(certificate)
            .map_err(|source| TlsError::Authority {
                path: path.clone(),
                source,
            })?;
    }
    Ok(Arc::new(roots))
}

/// What rustls said about a pair, with its files.
pub(super) fn pair_error(options: &TlsOptions, source: rustls::Error) -> TlsError {
    let cert = options.cert.clone();
    let key = options.key.clone();
    match source {
        rustls::Error::InconsistentKeys(InconsistentKeys::KeyMismatch) => {
            TlsError::KeyMismatch { cert, key }
        }
        source => TlsError::Pair { cert, key, source },
    }
}

fn read(path: &Path) -> Result<Vec<u8>, TlsError> {
    std::fs::read(path).map_err(|source| TlsError::Read {
        path: path.to_owned(),
        source,
    })
}
