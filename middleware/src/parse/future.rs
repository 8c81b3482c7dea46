//! The response on its way back up: it learns which route it answers.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use http::Response;
use pin_project_lite::pin_project;

use super::ParseError;
use crate::api::Route;
use crate::body::Body;
use crate::error::Error;

type Boxed = Pin<Box<dyn Future<Output = Result<Response<Body>, Error>> + Send>>;

pin_project! {
    /// The future of [`super::Parse`]; the route goes into the response's extensions.
    pub struct ResponseFuture<F> {
        #[pin]
        state: State<F>,
    }
}

pin_project! {
    #[project = StateProjection]
    enum State<F> {
        Failed { error: Option<ParseError> },
        Reading { route: &'static Route, future: Boxed },
        Passing { route: &'static Route, #[pin] future: F },
    }
}

impl<F> ResponseFuture<F> {
    pub(super) const fn failed(error: ParseError) -> Self {
        Self {
            state: State::Failed { error: Some(error) },
        }
    }

    pub(super) fn reading(
        route: &'static Route,
        future: impl Future<Output = Result<Response<Body>, Error>> + Send + 'static,
    ) -> Self {
        Self {
            state: State::Reading {
                route,
                future: Box::pin(future),
            },
        }
    }

    pub(super) const fn passing(route: &'static Route, future: F) -> Self {
        Self {
            state: State::Passing { route, future },
        }
    }
}

impl<F> std::fmt::Debug for ResponseFuture<F> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("ResponseFuture")
    }
}

impl<F> Future for ResponseFuture<F>
where
    F: Future<Output = Result<Response<Body>, Error>>,
{
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let (route, answer) = match self.project().state.project() {
            StateProjection::Failed { error } => {
                let error = error.take().unwrap_or(ParseError::NoRoute);
                return Poll::Ready(Err(error.into()));
            }
            StateProjection::Reading { route, future } => {
                (*route, ready!(future.as_mut().poll(cx)))
            }
            StateProjection::Passing { route, future } => (*route, ready!(future.poll(cx))),
        };
        Poll::Ready(answer.map(|mut response| {
            response.extensions_mut().insert(route);
            response
        }))
    }
}
