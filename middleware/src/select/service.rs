//! The service.

use std::future::Future;
use std::mem;
use std::pin::Pin;
use std::task::{Context, Poll};

use tower::Service;

use crate::admit::Admitted;
use crate::api::{ApiRequest, Refusal};
use crate::error::Error;

/// Chooses where a request goes.
pub trait Placement: Clone + Send + 'static {
    /// What a choice looks like.
    type Plan: Send;

    /// Chooses, and hands the request back; waits only where the placement says it does.
    fn place(
        &self,
        request: ApiRequest,
    ) -> impl Future<Output = Result<(ApiRequest, Self::Plan), Refusal>> + Send;
}

/// A request and where it goes. Only this room can make one.
#[derive(Debug)]
pub struct Placed<P> {
    request: ApiRequest,
    plan: P,
}

impl<P> Placed<P> {
    /// The request and its plan.
    pub fn into_parts(self) -> (ApiRequest, P) {
        (self.request, self.plan)
    }
}

/// Gives every request its plan.
#[derive(Clone, Debug)]
pub struct Select<P, S> {
    placement: P,
    inner: S,
}

impl<P, S> Select<P, S> {
    pub(super) const fn new(placement: P, inner: S) -> Self {
        Self { placement, inner }
    }
}

impl<P, S> Service<Admitted> for Select<P, S>
where
    P: Placement + Sync,
    S: Service<Placed<P::Plan>, Error = Error> + Clone + Send + 'static,
    S::Future: Send,
{
    type Response = S::Response;
    type Error = Error;
    type Future = Pin<Box<dyn Future<Output = Result<S::Response, Error>> + Send>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, admitted: Admitted) -> Self::Future {
        let unready = self.inner.clone();
        let mut inner = mem::replace(&mut self.inner, unready);
        let placement = self.placement.clone();
        Box::pin(async move {
            let placing = placement.place(admitted.into_request());
            let (request, plan) = placing.await.map_err(Error::Select)?;
            inner.call(Placed { request, plan }).await
        })
    }
}
