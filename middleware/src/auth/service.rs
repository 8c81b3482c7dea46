//! The service.

use std::task::{Context, Poll};

use futures_util::future::{Either, Ready, ready};
use http::Request;
use tower::Service;

use super::AuthError;
use crate::api::PeerIdentity;
use crate::error::Error;

/// A request whose asker is known. Only this room can make one.
#[derive(Debug)]
pub struct Authenticated<B> {
    request: Request<B>,
    peer: PeerIdentity,
}

impl<B> Authenticated<B> {
    /// The request and who asks.
    pub fn into_parts(self) -> (Request<B>, PeerIdentity) {
        (self.request, self.peer)
    }
}

/// Takes the identity that the server verified from the request's extensions, and drops every
/// header by which a client could claim another.
#[derive(Clone, Debug)]
pub struct Auth<S> {
    inner: S,
    certificate_required: bool,
}

impl<S> Auth<S> {
    pub(super) const fn new(inner: S, certificate_required: bool) -> Self {
        Self {
            inner,
            certificate_required,
        }
    }

    fn authenticate<B>(&self, mut request: Request<B>) -> Result<Authenticated<B>, AuthError> {
        let peer = request.extensions_mut().remove::<PeerIdentity>();
        let peer = peer.ok_or(AuthError::NoIdentity)?;
        if self.certificate_required && peer.certificate.is_none() && peer.address.is_some() {
            return Err(AuthError::NoCertificate);
        }
        request.headers_mut().remove(IDENTITY_HEADER);
        Ok(Authenticated { request, peer })
    }
}

/// The header by which a manager tells another who asked; never taken from a client.
pub(super) const IDENTITY_HEADER: &str = "x-swarm-peer";

impl<S, B> Service<Request<B>> for Auth<S>
where
    S: Service<Authenticated<B>, Error = Error>,
{
    type Response = S::Response;
    type Error = Error;
    type Future = Either<S::Future, Ready<Result<S::Response, Error>>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        match self.authenticate(request) {
            Ok(authenticated) => Either::Left(self.inner.call(authenticated)),
            Err(error) => Either::Right(ready(Err(error.into()))),
        }
    }
}
