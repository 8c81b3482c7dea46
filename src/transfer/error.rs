//! Why an image did not come.

/// Why an image did not come.
#[derive(Clone, Debug, thiserror::Error)]
pub enum TransferError {
    /// Copying is switched off.
    #[error("swarm.image-transfer is off")]
    Off,
    /// It was asked for by digest, which a copy does not keep.
    #[error("it was asked for by digest")]
    Digest,
    /// No healthy node of the same system has it.
    #[error("no other node holds it")]
    Nowhere,
    /// The create carries no credentials, so nothing is pulled on its behalf.
    #[error("the create carries no registry credentials")]
    NoCredentials,
    /// It was asked for by an id, which no registry knows.
    #[error("a registry does not know it by its id")]
    Id,
    /// It could not be read or written.
    #[error("{0}")]
    Failed(String),
}

impl TransferError {
    /// What went wrong, in words.
    pub(super) fn failed(error: impl std::fmt::Display) -> Self {
        Self::Failed(error.to_string())
    }
}
