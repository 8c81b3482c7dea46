//! Why a request's asker is not known.

/// A request that came over no connection of the server's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AuthError {
    /// The server put no identity beside the request.
    #[error("the connection has no identity")]
    NoIdentity,
    /// A client certificate is required and none was verified.
    #[error("a client certificate is required")]
    NoCertificate,
}
