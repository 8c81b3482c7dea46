//! The answer on its way out.

use std::convert::Infallible;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use http::header::CONTENT_TYPE;
use http::{HeaderValue, Response};
use pin_project_lite::pin_project;
use serde_json::json;
use tracing::{debug, info, warn};

use super::{Banner, status};
use crate::body::Body;
use crate::error::Error;

pin_project! {
    /// The future of [`super::Respond`].
    #[derive(Debug)]
    pub struct ResponseFuture<H, F> {
        #[pin]
        inner: F,
        banner: H,
        plain: bool,
    }
}

impl<H, F> ResponseFuture<H, F> {
    pub(super) const fn new(inner: F, banner: H, plain: bool) -> Self {
        Self {
            inner,
            banner,
            plain,
        }
    }
}

impl<H, F> Future for ResponseFuture<H, F>
where
    H: Banner,
    F: Future<Output = Result<Response<Body>, Error>>,
{
    type Output = Result<Response<Body>, Infallible>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.project();
        let mut response = match ready!(this.inner.poll(cx)) {
            Ok(response) => response,
            Err(error) => answer(&error, *this.plain),
        };
        this.banner.apply(response.headers_mut());
        Poll::Ready(Ok(response))
    }
}

fn answer(error: &Error, plain: bool) -> Response<Body> {
    let status = status(error);
    match error {
        Error::Forward(_) => warn!(%status, %error, "A node gave no answer"),
        _ if status.is_server_error() => info!(%status, %error, "Refused"),
        _ => debug!(%status, %error, "Refused"),
    }
    let (kind, body) = if plain {
        ("text/plain; charset=utf-8", format!("{error}\n"))
    } else {
        (
            "application/json",
            format!("{}\n", json!({ "message": error.to_string() })),
        )
    };
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = status;
    response
        .headers_mut()
        .insert(CONTENT_TYPE, HeaderValue::from_static(kind));
    response
}
