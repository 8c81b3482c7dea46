//! The service.

use std::task::{Context, Poll};

use futures_util::future::{Either, Ready, ready};
use tower::Service;

use crate::api::{ApiRequest, Refusal};
use crate::error::Error;

/// Decides whether a request may go on; it sees operation, body and identity.
pub trait Admission {
    /// Lets the request pass or says why not.
    ///
    /// # Errors
    /// A [`Refusal`] when the asker may not.
    fn admit(&self, request: &ApiRequest) -> Result<(), Refusal>;
}

impl<F: Fn(&ApiRequest) -> Result<(), Refusal>> Admission for F {
    fn admit(&self, request: &ApiRequest) -> Result<(), Refusal> {
        self(request)
    }
}

/// The policy without a rule.
#[derive(Clone, Copy, Debug, Default)]
pub struct AllowAll;

impl Admission for AllowAll {
    fn admit(&self, _: &ApiRequest) -> Result<(), Refusal> {
        Ok(())
    }
}

/// A request that may go on. Only this room can make one.
#[derive(Debug)]
pub struct Admitted(ApiRequest);

impl Admitted {
    /// The request.
    pub const fn request(&self) -> &ApiRequest {
        &self.0
    }

    /// The request, owned.
    pub fn into_request(self) -> ApiRequest {
        self.0
    }
}

/// Puts every request before a policy.
#[derive(Clone, Debug)]
pub struct Admit<P, S> {
    policy: P,
    inner: S,
}

impl<P, S> Admit<P, S> {
    pub(super) const fn new(policy: P, inner: S) -> Self {
        Self { policy, inner }
    }
}

impl<P, S> Service<ApiRequest> for Admit<P, S>
where
    P: Admission,
    S: Service<Admitted, Error = Error>,
{
    type Response = S::Response;
    type Error = Error;
    type Future = Either<S::Future, Ready<Result<S::Response, Error>>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, request: ApiRequest) -> Self::Future {
        match self.policy.admit(&request) {
            Ok(()) => Either::Left(self.inner.call(Admitted(request))),
            Err(refusal) => Either::Right(ready(Err(Error::Admit(refusal)))),
        }
    }
}
