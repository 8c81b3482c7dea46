//! Bodies, and what a route may answer with.

use std::{
    convert::Infallible,
    pin::Pin,
    task::{Context, Poll},
};

use bytes::Bytes;
use futures_util::{Stream, StreamExt};
use http::Response;
use http_body_util::{BodyExt, Full, StreamBody, combinators::UnsyncBoxBody};
use hyper::body::{Body as HttpBody, Frame, SizeHint};

use super::session::Session;
use crate::engine::InFlight;

/// Any body an engine sends.
pub(crate) type Body = UnsyncBoxBody<Bytes, Infallible>;

/// What a route answers with.
pub(crate) enum Reply {
    /// An ordinary answer.
    Http(Response<Body>),
    /// The connection leaves HTTP.
    Take(Take),
}

/// What happens to a connection that leaves HTTP.
pub(crate) enum Take {
    /// A stream of input and output behind this head.
    Session(Vec<u8>, Box<Session>),
    /// This head, then everything back as it comes.
    Echo(Vec<u8>),
    /// These bytes, then the end.
    Close(Vec<u8>),
    /// These bytes, then a reset.
    Reset(Vec<u8>),
    /// A head with a header line that long, then the end.
    HugeHead(u64),
}

pub(crate) fn empty() -> Body {
    Full::new(Bytes::new()).boxed_unsync()
}

pub(crate) fn full(data: impl Into<Bytes>) -> Body {
    Full::new(data.into()).boxed_unsync()
}

pub(crate) fn streamed(chunks: impl Stream<Item = Bytes> + Send + 'static) -> Body {
    StreamBody::new(chunks.map(|chunk| Ok(Frame::data(chunk)))).boxed_unsync()
}

/// A body that counts as in flight until it is dropped.
pub(crate) fn counted(body: Body, in_flight: InFlight) -> Body {
    Counted {
        body,
        _in_flight: in_flight,
    }
    .boxed_unsync()
}

struct Counted {
    body: Body,
    _in_flight: InFlight,
}

impl HttpBody for Counted {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        Pin::new(&mut self.body).poll_frame(cx)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
