//! TLS towards engines.

use std::sync::Arc;

use tokio_rustls::rustls::ClientConfig;
use tokio_rustls::rustls::client::danger::ServerCertVerifier;
use tokio_rustls::rustls::crypto::ring;

use super::server::ALPN;
use super::verifier::{Unverified, Verified};
use super::{TlsError, pem};
use crate::config::TlsOptions;

/// TLS 1.2 or newer for connections to engines, which are shown our certificate; with `verify`,
/// they must show one of the given authority, for the name they are reached by.
///
/// # Errors
///
/// When a file cannot be read or used.
pub fn client_config(options: &TlsOptions) -> Result<Arc<ClientConfig>, TlsError> {
    let (chain, key) = pem::pair(options)?;
    let provider = Arc::new(ring::default_provider());
    let verifier: Arc<dyn ServerCertVerifier> = if options.verify {
        Arc::new(Verified::new(pem::authorities(options)?, &provider)?)
    } else {
        Arc::new(Unverified::new(&provider))
    };
    let mut config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .dangerous()
        .with_custom_certificate_verifier(verifier)
        .with_client_auth_cert(chain, key)
        .map_err(|source| pem::pair_error(options, source))?;
    config.alpn_protocols = vec![ALPN.to_vec()];
    Ok(Arc::new(config))
}
