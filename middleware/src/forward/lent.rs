//! An engine's response body, on a connection that is lent until its end.

use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use hyper::body::Incoming;

use super::sender::Loan;

/// A response body whose connection goes back to its pool at the end.
///
/// Dropped before its end, it takes the connection with it, so that the engine stops working
/// for somebody who left.
#[derive(Debug)]
pub struct Lent {
    body: Incoming,
    loan: Option<Loan>,
}

impl Lent {
    pub(super) fn new(body: Incoming, loan: Loan) -> Self {
        let mut lent = Self {
            body,
            loan: Some(loan),
        };
        lent.settle(lent.body.is_end_stream());
        lent
    }

    fn settle(&mut self, ended: bool) {
        if ended && let Some(loan) = self.loan.take() {
            loan.give_back();
        }
    }
}

impl Body for Lent {
    type Data = Bytes;
    type Error = hyper::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, hyper::Error>>> {
        let polled = Pin::new(&mut self.body).poll_frame(cx);
        match &polled {
            Poll::Pending => {}
            Poll::Ready(Some(Err(_))) => self.loan = None,
            // Readers that see the end in `is_end_stream` never poll again.
            Poll::Ready(Some(Ok(_))) => {
                let ended = self.body.is_end_stream();
                self.settle(ended);
            }
            Poll::Ready(None) => self.settle(true),
        }
        polled
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
