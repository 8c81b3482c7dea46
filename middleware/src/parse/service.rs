//! The service.

use std::mem;
use std::ops::RangeInclusive;
use std::task::{Context, Poll};

use http::Response;
use tower::Service;

use super::future::ResponseFuture;
use super::{ParseError, call, payload};
use crate::api::{ApiRequest, ApiVersion, BodyPolicy, Operation, Payload};
use crate::auth::Authenticated;
use crate::body::Body;
use crate::error::Error;

/// The API versions that the endpoint offers.
pub trait Versions {
    /// From the oldest to the newest version that every engine serves.
    fn offered(&self) -> RangeInclusive<ApiVersion>;
}

impl<F: Fn() -> RangeInclusive<ApiVersion>> Versions for F {
    fn offered(&self) -> RangeInclusive<ApiVersion> {
        self()
    }
}

/// Turns authenticated requests into parsed ones.
#[derive(Clone, Debug)]
pub struct Parse<V, S> {
    versions: V,
    inner: S,
}

impl<V, S> Parse<V, S> {
    pub(super) const fn new(versions: V, inner: S) -> Self {
        Self { versions, inner }
    }
}

impl<V: Versions, S> Parse<V, S> {
    /// Pings and preflights are answered to every client, so that it can learn the range.
    fn check_version(&self, request: &ApiRequest) -> Result<(), ParseError> {
        let Some(client) = request.call.version else {
            return Ok(());
        };
        if matches!(
            request.call.route.operation,
            Operation::Ping | Operation::Preflight
        ) {
            return Ok(());
        }
        let offered = self.versions.offered();
        if client > *offered.end() {
            return Err(ParseError::TooNew {
                client,
                maximum: *offered.end(),
            });
        }
        if client < *offered.start() {
            return Err(ParseError::TooOld {
                client,
                minimum: *offered.start(),
            });
        }
        Ok(())
    }

    fn parse(&self, authenticated: Authenticated<Body>) -> Result<ApiRequest, ParseError> {
        let (request, peer) = authenticated.into_parts();
        let (head, body) = request.into_parts();
        let call = call::call(&head.method, &head.uri)?;
        let request = ApiRequest {
            call,
            head,
            payload: Payload::Streamed(body),
            peer,
        };
        self.check_version(&request)?;
        Ok(request)
    }
}

impl<V, S> Service<Authenticated<Body>> for Parse<V, S>
where
    V: Versions,
    S: Service<ApiRequest, Response = Response<Body>, Error = Error> + Clone + Send + 'static,
    S::Future: Send,
{
    type Response = Response<Body>;
    type Error = Error;
    type Future = ResponseFuture<S::Future>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, authenticated: Authenticated<Body>) -> Self::Future {
        let request = match self.parse(authenticated) {
            Ok(request) => request,
            Err(error) => return ResponseFuture::failed(error),
        };
        let route = request.call.route;
        match (route.body, request.payload) {
            (BodyPolicy::Buffered, Payload::Streamed(body)) => {
                let unready = self.inner.clone();
                let mut inner = mem::replace(&mut self.inner, unready);
                let ApiRequest {
                    call, head, peer, ..
                } = request;
                ResponseFuture::reading(route, async move {
                    let payload = Payload::Buffered(payload::read(body).await?);
                    inner
                        .call(ApiRequest {
                            call,
                            head,
                            payload,
                            peer,
                        })
                        .await
                })
            }
            (_, payload) => {
                let request = ApiRequest { payload, ..request };
                ResponseFuture::passing(route, self.inner.call(request))
            }
        }
    }
}
