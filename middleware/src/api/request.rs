//! A request on its way down: one type per room it has passed.

use std::net::SocketAddr;
use std::sync::Arc;

use bytes::Bytes;
use http::request::Parts;

use super::{ApiVersion, Query, Route};
use crate::body::Body;

/// Who is at the other end of a connection.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PeerIdentity {
    /// The peer's address; none on a unix socket.
    pub address: Option<SocketAddr>,
    /// The verified client certificate's subject; none without mutual TLS.
    pub certificate: Option<Arc<Subject>>,
}

/// What a verified certificate says of its holder.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Subject {
    /// CN.
    pub common_name: Option<String>,
    /// O, in order.
    pub organizations: Vec<String>,
    /// OU, in order.
    pub organizational_units: Vec<String>,
    /// DNS, IP and URI names of the subject alternative name extension.
    pub alternative_names: Vec<String>,
    /// Serial number, lower-case hex.
    pub serial: String,
}

/// What is asked: the row of the route table and what the path and query add.
#[derive(Clone, Debug)]
pub struct ApiCall {
    /// The row that matched.
    pub route: &'static Route,
    /// The version in the path; none for a bare path.
    pub version: Option<ApiVersion>,
    /// `{name}` of the pattern, percent-decoded; empty where the pattern has none.
    pub name: String,
    /// `{extra}` of the pattern, percent-decoded; empty where the pattern has none.
    pub extra: String,
    /// The query string.
    pub query: Query,
}

/// A request's body after parsing.
#[derive(Debug)]
pub enum Payload {
    /// As it arrives.
    Streamed(Body),
    /// Read whole, under the limit.
    Buffered(Bytes),
}

impl Payload {
    /// The bytes that were read before a node was chosen; empty for a stream.
    pub fn bytes(&self) -> &[u8] {
        match self {
            Self::Streamed(_) => &[],
            Self::Buffered(bytes) => bytes,
        }
    }
}

impl From<Payload> for Body {
    fn from(payload: Payload) -> Self {
        match payload {
            Payload::Streamed(body) => body,
            Payload::Buffered(bytes) => bytes.into(),
        }
    }
}

/// A parsed request: call, head, body and asker.
#[derive(Debug)]
pub struct ApiRequest {
    /// What is asked.
    pub call: ApiCall,
    /// Method, URI, headers and extensions as the client sent them.
    pub head: Parts,
    /// The body.
    pub payload: Payload,
    /// Who asks.
    pub peer: PeerIdentity,
}
