//! From a configuration to a manager that serves.

use crate::config::ManageConfig;
use crate::discovery::{self, DiscoveryError};
use crate::tls::{self, TlsError};

/// Why a manager did not start, or ended badly.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// The engines cannot be found.
    #[error(transparent)]
    Discovery(#[from] DiscoveryError),
    /// A certificate or key cannot be used.
    #[error(transparent)]
    Tls(#[from] TlsError),
    /// This build has no server in it.
    #[error("this build cannot serve: {0} was read and is valid")]
    NoServer(String),
}

/// Serves the Docker API as the configuration says, until it is told to stop.
///
/// # Errors
///
/// When it cannot start, or ends for another reason than being told to.
pub async fn run(config: ManageConfig) -> Result<(), RunError> {
    discovery::from_uri(&config.discovery)?;
    config
        .listen_tls
        .as_ref()
        .map(tls::server_config)
        .transpose()?;
    config
        .engine_tls
        .as_ref()
        .map(tls::client_config)
        .transpose()?;
    Err(RunError::NoServer(config.discovery))
}
