//! From a request to its answer: version, route, faults, handler, headers.

use std::{
    future::{pending, ready},
    time::Duration,
};

use futures_util::{StreamExt, stream};
use http::{HeaderMap, HeaderValue, Method, Request, Response, StatusCode, header::SERVER};
use hyper::body::Incoming;
use percent_encoding::percent_decode_str;

use super::{
    call::Call,
    control, reply,
    table::{self, Found},
};
use crate::{
    engine::{ApiVersion, Engine, Fault, Identity, SeenRequest},
    error::Refusal,
    server::{Body, Reply, Take, counted, full, streamed},
};

/// What requests without a route are counted as.
const UNKNOWN: &str = "unknown";

/// True for requests whose client may end its input right behind the head.
pub(crate) fn may_hijack(request: &Request<Incoming>) -> bool {
    let path = request.uri().path();
    request.method() == Method::POST
        && (path.ends_with("/session")
            || path.ends_with("/grpc")
            || path.ends_with("/attach")
            || (path.contains("/exec/") && path.ends_with("/start")))
}

/// Answers a request.
pub(crate) async fn answer(engine: Engine, request: Request<Incoming>) -> Reply {
    if request.uri().path().starts_with("/_control/") {
        return control::answer(&engine, request).await;
    }
    let identity = engine.identity();
    let path = request.uri().path().to_owned();
    let (version, rest) = split_version(&path, &identity);
    let found = table::find(request.method(), rest);
    let name = found.as_ref().map_or(UNKNOWN, |found| found.route);
    let in_flight = engine.counter().request(name);
    let number = engine
        .options()
        .record
        .then(|| engine.remember(seen(&request)));
    let reply = match apply_faults(&engine, name).await {
        Some(reply) => reply,
        None => route(engine.clone(), request, number, &identity, (version, found)).await,
    };
    let lost = |fault: &Fault| matches!(fault, Fault::LoseAnswer { .. });
    if engine.faults(name).iter().any(lost) {
        return Reply::Take(Take::Close(Vec::new()));
    }
    match reply {
        Ok(Reply::Http(response)) => {
            let (mut parts, body) = response.into_parts();
            common_headers(&mut parts.headers, &identity);
            Reply::Http(Response::from_parts(parts, counted(body, in_flight)))
        }
        Ok(Reply::Take(Take::Session(head, mut session))) => {
            session.in_flight = Some(in_flight);
            Reply::Take(Take::Session(head, session))
        }
        Ok(Reply::Take(take)) => Reply::Take(take),
        Err(refusal) => {
            let mut response = refuse(&refusal, version);
            // A path without a route has not met what adds them, nor has one of a version not served.
            if name != UNKNOWN {
                common_headers(response.headers_mut(), &identity);
            }
            if version > identity.api || version < identity.min_api {
                response.headers_mut().remove("docker-experimental");
            }
            Reply::Http(response)
        }
    }
}

async fn route(
    engine: Engine,
    request: Request<Incoming>,
    seen: Option<u64>,
    identity: &Identity,
    (version, found): (ApiVersion, Option<Found>),
) -> Result<Reply, Refusal> {
    if version > identity.api {
        let message = format!(
            "client version {version} is too new. Maximum supported API version is {}",
            identity.api
        );
        return Err(Refusal::bad(message));
    }
    if version < identity.min_api {
        let message = format!(
            "client version {version} is too old. Minimum supported API version is {}, please upgrade your client to a newer version",
            identity.min_api
        );
        return Err(Refusal::bad(message));
    }
    let Some(found) = found else {
        return Err(Refusal::missing("page not found"));
    };
    let (parts, body) = request.into_parts();
    let query = form_urlencoded::parse(parts.uri.query().unwrap_or_default().as_bytes())
        .into_owned()
        .collect();
    let name = percent_decode_str(&found.name)
        .decode_utf8_lossy()
        .into_owned();
    let call = Call {
        engine,
        method: parts.method,
        version,
        name,
        query,
        headers: parts.headers,
        body,
        seen,
    };
    (found.handler)(call).await
}

/// `/v1.41/info` is version 1.41 of `/info`; a path without one is served at the newest.
fn split_version<'a>(path: &'a str, identity: &Identity) -> (ApiVersion, &'a str) {
    let versioned = path.strip_prefix("/v").and_then(|rest| {
        let (version, _) = rest.split_once('/')?;
        version.contains('.').then_some(())?;
        Some((ApiVersion::parse(version).ok()?, &rest[version.len()..]))
    });
    versioned.unwrap_or((identity.api, path))
}

fn refuse(refusal: &Refusal, version: ApiVersion) -> Response<Body> {
    if refusal.status == StatusCode::NOT_MODIFIED {
        let mut response = Response::new(full(""));
        *response.status_mut() = refusal.status;
        return response;
    }
    if version < ApiVersion(1, 24) {
        let text = full(format!("{}\n", refusal.message));
        return reply::response(refusal.status, "text/plain; charset=utf-8", text);
    }
    reply::json_response(
        refusal.status,
        &serde_json::json!({ "message": refusal.message }),
    )
}

fn common_headers(headers: &mut HeaderMap, identity: &Identity) {
    let mut put = |name: &'static str, value: &str| {
        if let Ok(value) = HeaderValue::from_str(value) {
            headers.insert(name, value);
        }
    };
    put("api-version", &identity.api.to_string());
    put("docker-experimental", "false");
    put("ostype", &identity.os);
    put(
        SERVER.as_str(),
        &format!("Docker/{} ({})", identity.version, identity.os),
    );
}

/// What the faults make of a request; nothing when it goes on to its handler.
async fn apply_faults(engine: &Engine, route: &str) -> Option<Result<Reply, Refusal>> {
    for fault in engine.faults(route) {
        let take = match fault {
            Fault::Delay { millis, .. } => {
                tokio::time::sleep(Duration::from_millis(millis)).await;
                continue;
            }
            Fault::Hang { .. } => pending().await,
            Fault::Status { status, message, .. } => {
                let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
                return Some(Err(Refusal { status, message }));
            }
            Fault::Body { body, .. } => {
                let body = reply::response(StatusCode::OK, "application/json", full(body));
                return Some(Ok(Reply::Http(body)));
            }
            Fault::Stall { body, .. } => {
                let start = stream::once(ready(body.into())).chain(stream::pending());
                let body = reply::response(StatusCode::OK, "application/json", streamed(start));
                return Some(Ok(Reply::Http(body)));
            }
            Fault::ResetMidBody { .. } => Take::Reset(
                b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 100000\r\n\r\n[{\"Id\":".to_vec(),
            ),
            Fault::Garbage { .. } => Take::Close(b"\x16\x03\x01 this is not HTTP\r\n\r\n".to_vec()),
            Fault::HugeHead { bytes, .. } => Take::HugeHead(bytes),
            Fault::CloseBeforeHead { .. } => Take::Close(Vec::new()),
            Fault::LoseAnswer { .. }
            | Fault::RefuseConnections
            | Fault::Flap { .. }
            | Fault::CloneId { .. }
            | Fault::ClockSkew { .. }
            | Fault::OldApi { .. } => continue,
        };
        return Some(Ok(Reply::Take(take)));
    }
    None
}

fn seen(request: &Request<Incoming>) -> SeenRequest {
    let header = |(name, value): (&http::HeaderName, &HeaderValue)| {
        (
            name.to_string(),
            String::from_utf8_lossy(value.as_bytes()).into_owned(),
        )
    };
    SeenRequest {
        method: request.method().to_string(),
        target: request.uri().to_string(),
        headers: request.headers().iter().map(header).collect(),
        body: None,
    }
}
