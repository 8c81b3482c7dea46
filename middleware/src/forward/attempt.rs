//! What a failed attempt means, and which requests may be sent again.

use std::error::Error as _;
use std::io;

use http::{HeaderMap, Method, Request, Response, Uri};
use hyper::body::Incoming;

use super::ForwardErrorKind;
use crate::body::Body;

/// A second copy of a request that asks for nothing to be done and has no body.
#[derive(Debug)]
pub(super) struct Spare {
    method: Method,
    uri: Uri,
    headers: HeaderMap,
}

impl Spare {
    pub(super) fn of(request: &Request<Body>) -> Option<Self> {
        let harmless = matches!(*request.method(), Method::GET | Method::HEAD);
        (harmless && request.body().is_empty()).then(|| Self {
            method: request.method().clone(),
            uri: request.uri().clone(),
            headers: request.headers().clone(),
        })
    }

    pub(super) fn into_request(self) -> Request<Body> {
        let mut request = Request::new(Body::empty());
        *request.method_mut() = self.method;
        *request.uri_mut() = self.uri;
        *request.headers_mut() = self.headers;
        request
    }
}

/// Which kind of failure hyper tells of.
pub(super) fn kind_of(error: &hyper::Error) -> ForwardErrorKind {
    if error.is_parse() || error.is_parse_too_large() {
        return ForwardErrorKind::Garbage;
    }
    let io = error
        .source()
        .is_some_and(|source| source.downcast_ref::<io::Error>().is_some());
    if error.is_user() && !io && !error.is_canceled() {
        return ForwardErrorKind::RequestBody;
    }
    ForwardErrorKind::Closed
}

/// The answer to a request for another protocol.
pub(crate) enum Switch {
    /// HTTP goes on.
    Ordinary(Response<Body>),
    /// 101: the connection is the requester's.
    Taken(Response<Incoming>),
}
