//! The service.

use std::convert::Infallible;
use std::task::{Context, Poll, ready};

use http::{HeaderMap, Request, Response};
use tower::Service;

use super::ResponseFuture;
use crate::api::ApiVersion;
use crate::body::Body;
use crate::error::Error;
use crate::parse::split_version;

/// The headers that every answer carries: version, system and server.
pub trait Banner {
    /// Puts them in.
    fn apply(&self, headers: &mut HeaderMap);
}

impl<F: Fn(&mut HeaderMap)> Banner for F {
    fn apply(&self, headers: &mut HeaderMap) {
        self(headers);
    }
}

/// From this version on, errors are JSON; below it they are plain text.
const JSON_ERRORS_SINCE: ApiVersion = ApiVersion::v1(24);

/// Turns errors into answers; above it nothing fails.
#[derive(Clone, Debug)]
pub struct Respond<H, S> {
    banner: H,
    inner: S,
}

impl<H, S> Respond<H, S> {
    pub(super) const fn new(banner: H, inner: S) -> Self {
        Self { banner, inner }
    }
}

impl<H, S> Service<Request<Body>> for Respond<H, S>
where
    H: Banner + Clone,
    S: Service<Request<Body>, Response = Response<Body>, Error = Error>,
{
    type Response = Response<Body>;
    type Error = Infallible;
    type Future = ResponseFuture<H, S::Future>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        // A room below that fails to become ready says so again when it is called.
        let _ = ready!(self.inner.poll_ready(cx));
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<Body>) -> Self::Future {
        let (version, _) = split_version(request.uri().path());
        let plain = version.is_some_and(|version| version < JSON_ERRORS_SINCE);
        ResponseFuture::new(self.inner.call(request), self.banner.clone(), plain)
    }
}
