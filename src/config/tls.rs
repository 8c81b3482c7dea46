//! Which certificates are used where.

use std::path::PathBuf;

/// Certificate files for one side: the listeners, or the connections to engines.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TlsOptions {
    /// Whether the other side must show a certificate of this authority.
    pub verify: bool,
    /// The one authority that is trusted; always there when `verify` is set.
    pub ca: Option<PathBuf>,
    /// The certificate chain that is shown.
    pub cert: PathBuf,
    /// Its private key.
    pub key: PathBuf,
}
