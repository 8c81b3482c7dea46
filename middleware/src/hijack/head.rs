//! The heads that open a tunnel, towards the engine and towards the client.

use http::header::{CONNECTION, CONTENT_LENGTH, CONTENT_TYPE, DATE, HeaderMap, UPGRADE};
use http::{HeaderValue, Response};

use crate::forward::headers;

const RAW_STREAM: HeaderValue = HeaderValue::from_static("application/vnd.docker.raw-stream");
const TCP: HeaderValue = HeaderValue::from_static("tcp");

/// Makes the request ask for another protocol, whatever its client did; returns whether that
/// asked too.
pub(super) fn ask(request: &mut HeaderMap) -> bool {
    let wanted = request.get(UPGRADE).cloned();
    headers::clean_request(request);
    let asked = wanted.is_some();
    request.insert(CONNECTION, HeaderValue::from_static("Upgrade"));
    request.insert(UPGRADE, wanted.unwrap_or(TCP));
    asked
}

/// The answer's head: `101` for a client that asked for it, the old `200` for one that did not.
pub(super) fn answer<B>(response: &mut Response<B>, asked: bool) -> Vec<u8> {
    let engine = response.headers_mut();
    let protocol = engine.remove(UPGRADE).unwrap_or(TCP);
    headers::clean_response(engine);
    let mut head = Vec::with_capacity(256);
    if asked {
        engine.remove(CONTENT_LENGTH);
        engine.remove(DATE);
        head.extend_from_slice(b"HTTP/1.1 101 UPGRADED\r\n");
        for (name, value) in engine.iter() {
            write_header(&mut head, &title_case(name.as_str()), value);
        }
        write_header(
            &mut head,
            "Connection",
            &HeaderValue::from_static("Upgrade"),
        );
        write_header(&mut head, "Upgrade", &protocol);
    } else {
        let kind = engine.remove(CONTENT_TYPE).unwrap_or(RAW_STREAM);
        head.extend_from_slice(b"HTTP/1.1 200 OK\r\n");
        write_header(&mut head, "Content-Type", &kind);
    }
    head.extend_from_slice(b"\r\n");
    head
}

fn write_header(head: &mut Vec<u8>, name: &str, value: &HeaderValue) {
    head.extend_from_slice(name.as_bytes());
    head.extend_from_slice(b": ");
    head.extend_from_slice(value.as_bytes());
    head.extend_from_slice(b"\r\n");
}

/// `content-type` as engines write it: some clients compare.
fn title_case(name: &str) -> String {
    let mut upper = true;
    let each = |c: char| {
        let cased = if upper { c.to_ascii_uppercase() } else { c };
        upper = c == '-';
        cased
    };
    name.chars().map(each).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answered(asked: bool) -> String {
        let mut response = Response::builder()
            .status(101)
            .header("content-type", "application/vnd.docker.raw-stream")
            .header("connection", "Upgrade")
            .header("upgrade", "tcp")
            .header("api-version", "1.41")
            .body(())
            .unwrap();
        String::from_utf8(answer(&mut response, asked)).unwrap()
    }

    #[test]
    fn a_client_that_asked_is_upgraded() {
        assert_eq!(
            answered(true),
            "HTTP/1.1 101 UPGRADED\r\nContent-Type: application/vnd.docker.raw-stream\r\n\
             Connection: Upgrade\r\nUpgrade: tcp\r\n\r\n"
        );
    }

    #[test]
    fn a_client_that_did_not_gets_the_old_raw_stream() {
        assert_eq!(
            answered(false),
            "HTTP/1.1 200 OK\r\nContent-Type: application/vnd.docker.raw-stream\r\n\r\n"
        );
    }

    #[test]
    fn the_engine_is_always_asked_and_the_clients_protocol_is_kept() {
        let mut plain = HeaderMap::new();
        assert!(!ask(&mut plain));
        assert_eq!([&plain[CONNECTION], &plain[UPGRADE]], ["Upgrade", "tcp"]);
        let mut socket = HeaderMap::new();
        socket.insert(CONNECTION, "keep-alive, Upgrade".parse().unwrap());
        socket.insert(UPGRADE, "websocket".parse().unwrap());
        socket.insert("sec-websocket-key", "x".parse().unwrap());
        assert!(ask(&mut socket));
        assert_eq!(socket[UPGRADE], "websocket");
        assert_eq!(socket["sec-websocket-key"], "x");
    }
}
