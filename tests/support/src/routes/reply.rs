//! Building answers.

use bytes::Bytes;
use http::{Response, StatusCode, header::CONTENT_TYPE};
use serde_json::Value;

use crate::{
    error::Outcome,
    server::{Body, Reply, empty, full, streamed},
};

/// Beyond this many bytes an answer goes out in chunks, as Go's server does it.
const ONE_WRITE: usize = 2048;

pub(super) fn json(value: &Value) -> Outcome<Reply> {
    json_with(StatusCode::OK, value)
}

pub(super) fn json_with(status: StatusCode, value: &Value) -> Outcome<Reply> {
    Ok(Reply::Http(json_response(status, value)))
}

pub(super) fn json_response(status: StatusCode, value: &Value) -> Response<Body> {
    let text = value.to_string() + "\n";
    let body = if text.len() > ONE_WRITE {
        streamed(futures_util::stream::iter([Bytes::from(text)]))
    } else {
        full(text)
    };
    response(status, "application/json", body)
}

pub(super) fn response(
    status: StatusCode,
    content_type: &'static str,
    body: Body,
) -> Response<Body> {
    let mut response = Response::new(body);
    *response.status_mut() = status;
    response
        .headers_mut()
        .insert(CONTENT_TYPE, http::HeaderValue::from_static(content_type));
    response
}

/// A status and nothing else.
pub(super) fn bare(status: StatusCode) -> Outcome<Reply> {
    let mut response = Response::new(empty());
    *response.status_mut() = status;
    Ok(Reply::Http(response))
}

pub(super) fn no_content() -> Outcome<Reply> {
    bare(StatusCode::NO_CONTENT)
}

/// JSON objects one after the other.
pub(super) fn lines(values: impl IntoIterator<Item = Value>) -> Outcome<Reply> {
    let lines: Vec<Bytes> = values
        .into_iter()
        .map(|value| Bytes::from(value.to_string() + "\r\n"))
        .collect();
    let body = streamed(futures_util::stream::iter(lines));
    Ok(Reply::Http(response(
        StatusCode::OK,
        "application/json",
        body,
    )))
}
