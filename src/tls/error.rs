//! What can be wrong with certificates and keys.

use std::io;
use std::path::PathBuf;

use tokio_rustls::rustls;

/// What can be wrong with certificates and keys. Every message names the file.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// A file cannot be read.
    #[error("cannot read {path}: {source}", path = path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A file holds PEM that cannot be decoded.
    #[error("{path} is not valid PEM: {source}", path = path.display())]
    Pem {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A file holds no certificate.
    #[error("there is no certificate in {path}", path = .0.display())]
    NoCertificate(PathBuf),
    /// A file holds no private key.
    #[error("there is no private key in {path}", path = .0.display())]
    NoKey(PathBuf),
    /// The key is protected by a passphrase.
    #[error("the private key in {path} is encrypted; decrypt it first", path = .0.display())]
    EncryptedKey(PathBuf),
    /// A certificate that cannot be an authority to trust.
    #[error("{path} cannot be trusted as an authority: {source}", path = path.display())]
    Authority {
        /// The file.
        path: PathBuf,
        /// Why.
        source: rustls::Error,
    },
    /// Certificate and key are not of one pair.
    #[error(
        "the private key in {key} does not match the certificate in {cert}",
        key = key.display(),
        cert = cert.display()
    )]
    KeyMismatch {
        /// The certificate's file.
        cert: PathBuf,
        /// The key's file.
        key: PathBuf,
    },
    /// Certificate or key cannot be used.
    #[error(
        "the certificate in {cert} with the key in {key} cannot be used: {source}",
        cert = cert.display(),
        key = key.display()
    )]
    Pair {
        /// The certificate's file.
        cert: PathBuf,
        /// The key's file.
        key: PathBuf,
        /// Why.
        source: rustls::Error,
    },
    /// Verification without an authority to trust.
    #[error("certificates cannot be verified without --tlscacert")]
    NoAuthority,
    /// The authorities cannot be used to verify.
    #[error("certificates cannot be verified: {0}")]
    Verifier(#[from] rustls::server::VerifierBuilderError),
    /// TLS cannot be set up at all.
    #[error("TLS cannot be set up: {0}")]
    Setup(#[from] rustls::Error),
}
