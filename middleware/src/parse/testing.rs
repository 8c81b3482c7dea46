//! Parsed requests for the tests of the rooms below.

use http::Request;

use crate::api::{ApiRequest, Payload, PeerIdentity};
use crate::body::Body;

/// A request as this room hands it down, without body.
pub(crate) fn request(method: &str, path: &str) -> ApiRequest {
    let request = Request::builder()
        .method(method)
        .uri(path)
        .body(())
        .unwrap();
    let (head, ()) = request.into_parts();
    let call = super::call(&head.method, &head.uri).unwrap();
    ApiRequest {
        call,
        head,
        payload: Payload::Streamed(Body::empty()),
        peer: PeerIdentity::default(),
    }
}
