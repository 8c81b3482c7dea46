//! TLS on the listeners.

use std::sync::Arc;

use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::server::WebPkiClientVerifier;

use super::{TlsError, pem};
use crate::config::TlsOptions;

/// The one protocol inside TLS, on both sides.
pub(super) const ALPN: &[u8] = b"http/1.1";

/// TLS 1.2 or newer for a listener; with `verify`, clients must show a certificate of the given
/// authority.
///
/// # Errors
///
/// When a file cannot be read or used.
pub fn server_config(options: &TlsOptions) -> Result<Arc<ServerConfig>, TlsError> {
    let (chain, key) = pem::pair(options)?;
    let provider = Arc::new(ring::default_provider());
    let builder = ServerConfig::builder_with_provider(Arc::clone(&provider))
        .with_safe_default_protocol_versions()?;
    let builder = if options.verify {
        let roots = pem::authorities(options)?;
        let verifier = WebPkiClientVerifier::builder_with_provider(roots, provider).build()?;
        builder.with_client_cert_verifier(verifier)
    } else {
        builder.with_no_client_auth()
    };
    let mut config = builder
        .with_single_cert(chain, key)
        .map_err(|source| pem::pair_error(options, source))?;
    config.alpn_protocols = vec![ALPN.to_vec()];
    Ok(Arc::new(config))
}
