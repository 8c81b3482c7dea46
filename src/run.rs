//! From a configuration to a manager that serves.

use crate::config::ManageConfig;
use crate::discovery::{self, DiscoveryError};

/// Why a manager did not start, or ended badly.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// The engines cannot be found.
    #[error(transparent)]
    Discovery(#[from] DiscoveryError),
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
    Err(RunError::NoServer(config.discovery))
}
