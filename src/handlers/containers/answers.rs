//! `GET /containers/json` and `GET /containers/X/json`.

use std::convert::Infallible;
use std::sync::Arc;

use bytes::Bytes;
use futures_util::future::join_all;
use futures_util::stream;
use http::header::CONTENT_TYPE;
use http::{HeaderValue, Method, Response};
use http_body::Frame;
use http_body_util::StreamBody;
use jiff::Timestamp;
use swarm_middleware::api::{ApiCall, ApiRequest, ApiVersion, Refusal, RefusalKind};
use swarm_middleware::body::Body;
use swarm_middleware::error::Error;
use tracing::warn;

use super::list::{ContainerChunks, ListQuery};
use super::size::Sizes;
use super::{inspect as edited, list as listed};
use crate::cluster::{EngineSnapshot, Snapshot};
use crate::handlers::{Context, NodeCard, answer, ask, forwarded, outbound};
use crate::placement::Destination;

/// Every container that is asked for, written as the client reads; only sizes ask engines.
///
/// # Errors
/// When a parameter or filter is not valid.
pub async fn list(context: &Context, call: &ApiCall) -> Result<Response<Body>, Error> {
    let query = ListQuery::parse(&call.query).map_err(Error::Handler)?;
    refresh_first(context, &query).await;
    let snapshot = context.snapshot();
    let now = Timestamp::now().as_second();
    let mut chunks = listed::render(&snapshot, &query, now).map_err(Error::Handler)?;
    if query.size {
        chunks = with_sizes(&snapshot, call.version, chunks).await;
    }
    Ok(streamed(chunks))
}

/// A list that may be long is made chunk by chunk; between two, others get their turn.
fn streamed(mut chunks: ContainerChunks) -> Response<Body> {
    let first = chunks.next().unwrap_or_default();
    let mut rest = chunks.peekable();
    let body = match rest.peek() {
        None => Body::from(first),
        Some(_) => {
            let chunks = std::iter::once(first).chain(rest);
            let frames = stream::unfold(chunks, |mut chunks| async move {
                let chunk: Bytes = chunks.next()?;
                tokio::task::yield_now().await;
                Some((Ok::<_, Infallible>(Frame::data(chunk)), chunks))
            });
            Body::new(StreamBody::new(frames))
        }
    };
    let mut response = Response::new(body);
    let kind = HeaderValue::from_static("application/json");
    response.headers_mut().insert(CONTENT_TYPE, kind);
    response
}

/// Asks the nodes whose containers are shown for sizes; one that does not say has none shown.
async fn with_sizes(
    snapshot: &Snapshot,
    asked: Option<ApiVersion>,
    chunks: ContainerChunks,
) -> ContainerChunks {
    let nodes = chunks.nodes();
    let engines: Vec<Arc<EngineSnapshot>> = ask::healthy(snapshot)
        .into_iter()
        .filter(|engine| nodes.contains(&engine.key))
        .collect();
    let answers = ask::all(&engines, ask::DEADLINE, |engine| {
        let version = outbound::version(asked, engine, snapshot);
        ask::request(
            Method::GET,
            &format!("/v{version}/containers/json?all=1&size=1"),
        )
    })
    .await;
    let mut sizes = Sizes::default();
    for (engine, answer) in answers {
        let Ok(answer) = answer else { continue };
        if let Err(error) = sizes.add(engine.key, &answer.body) {
            warn!(node = %engine.name, %error, "Sizes that make no sense");
        }
    }
    chunks.with_sizes(sizes)
}

/// `--refresh-on-node-filter` and `--container-name-refresh-filter`: the engines are read first.
async fn refresh_first(context: &Context, query: &ListQuery) {
    let by_node = query
        .filters
        .get("node")
        .filter(|_| context.refresh.on_node_filter);
    let wanted = context.refresh.container_name.as_deref();
    let by_name = query
        .filters
        .get("name")
        .is_some_and(|names| names.iter().any(|name| Some(name.as_str()) == wanted));
    if by_node.is_none() && !by_name {
        return;
    }
    let snapshot = context.snapshot();
    let named = |engine: &Arc<EngineSnapshot>| {
        by_name || by_node.is_some_and(|nodes| nodes.iter().any(|node| **node == *engine.name))
    };
    let engines = ask::healthy(&snapshot).into_iter().filter(named);
    let engines: Vec<_> = engines.collect();
    let reads = engines
        .iter()
        .map(|engine| context.engines.refresh_all(engine.key));
    for (engine, read) in engines.iter().zip(join_all(reads).await) {
        if let Err(error) = read {
            warn!(node = %engine.name, %error, "Not read before listing");
        }
    }
}

/// The engine's own answer, with its node.
///
/// # Errors
/// When the engine does not answer, or with something else than an inspect.
pub async fn inspect(
    context: &Context,
    request: ApiRequest,
    to: Destination,
) -> Result<Response<Body>, Error> {
    let engine = Arc::clone(&to.engine);
    let response = forwarded::forward(context, request, to).await?;
    if !response.status().is_success() {
        return Ok(response);
    }
    let (head, body) = response.into_parts();
    let body = ask::whole(&engine, body).await?;
    let edited = edited::render(&body, &NodeCard::of(&engine)).map_err(|error| {
        let message = format!("node {}: its inspect makes no sense: {error}", engine.name);
        Error::Handler(Refusal::new(RefusalKind::BadGateway, message))
    })?;
    Ok(answer::with_body(
        Response::from_parts(head, Body::empty()),
        edited.into(),
    ))
}
