//! Why a request cannot be read.

use crate::api::{ApiVersion, InvalidFilters, InvalidQuery};

/// A request that no room below can use.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ParseError {
    /// No row of the table has this method and path.
    #[error("page not found")]
    NoRoute,
    /// The client speaks a version that not every engine serves yet.
    #[error("client version {client} is too new. Maximum supported API version is {maximum}")]
    TooNew {
        /// The version in the path.
        client: ApiVersion,
        /// The newest version served.
        maximum: ApiVersion,
    },
    /// The client speaks a version that an engine no longer serves.
    #[error(
        "client version {client} is too old. Minimum supported API version is {minimum}, please upgrade your client to a newer version"
    )]
    TooOld {
        /// The version in the path.
        client: ApiVersion,
        /// The oldest version served.
        minimum: ApiVersion,
    },
    /// A name in the path is not text, or holds what no name can hold.
    #[error("invalid name in the path: {0}")]
    Name(&'static str),
    /// A JSON body over the limit.
    #[error("request body too large: a JSON body can have at most {limit} bytes")]
    TooLarge {
        /// The limit in bytes.
        limit: usize,
    },
    /// The body broke off.
    #[error("the request body broke off: {0}")]
    Body(String),
    /// The body is not JSON.
    #[error("invalid JSON: {0}")]
    Json(String),
    /// A parameter is not of its type.
    #[error(transparent)]
    Query(#[from] InvalidQuery),
    /// The filters cannot be read.
    #[error(transparent)]
    Filters(#[from] InvalidFilters),
}
