//! `GET /events`: the past from the rings, then what comes.

use std::convert::Infallible;
use std::sync::Arc;

use bytes::{Bytes, BytesMut};
use futures_util::{Stream, StreamExt, stream};
use http::header::{ACCEPT, CONTENT_TYPE};
use http::{HeaderValue, Response};
use http_body::Frame;
use http_body_util::StreamBody;
use jiff::Timestamp;
use swarm_middleware::api::ApiRequest;
use swarm_middleware::body::Body;
use swarm_middleware::error::Error;
use tokio::time::{Instant, sleep_until};
use tracing::info;

use super::events::EventQuery;
use super::offer::offer;
use crate::cluster::Snapshot;
use crate::engine::{EngineEvent, Subscription};
use crate::handlers::{Context, NodeCard};

/// Opens a stream of events; its head goes out at once.
///
/// # Errors
/// When a time or filter is not valid.
pub fn events(context: &Context, request: &ApiRequest) -> Result<Response<Body>, Error> {
    let snapshot = context.snapshot();
    let version = request
        .call
        .version
        .unwrap_or_else(|| offer(&snapshot).maximum);
    let accept = request
        .head
        .headers
        .get(ACCEPT)
        .and_then(|value| value.to_str().ok());
    let now = Timestamp::now();
    let query =
        EventQuery::parse(&request.call.query, version, accept, now).map_err(Error::Handler)?;
    let hub = context.engines.events();
    let mut subscription = if query.since.is_some() {
        hub.subscribe()
    } else {
        hub.listen()
    };
    let kind = HeaderValue::from_static(query.framing.content_type());
    let past = replay(&snapshot, &query, &std::mem::take(&mut subscription.past));
    let past = stream::iter((!past.is_empty()).then_some(past));
    let ends = query.until.map(|until| {
        let left = until.duration_since(now);
        Instant::now() + std::time::Duration::try_from(left).unwrap_or_default()
    });
    let live = live(context.clone(), query, subscription);
    let live = live.take_until(async move {
        match ends {
            Some(ends) => sleep_until(ends).await,
            None => std::future::pending().await,
        }
    });
    let frames = past
        .chain(live)
        .map(|bytes| Ok::<_, Infallible>(Frame::data(bytes)));
    let mut response = Response::new(Body::new(StreamBody::new(frames)));
    response.headers_mut().insert(CONTENT_TYPE, kind);
    Ok(response)
}

/// The events that are kept, by time, as this listener gets them.
fn replay(snapshot: &Snapshot, query: &EventQuery, past: &[Arc<EngineEvent>]) -> Bytes {
    let mut bytes = BytesMut::new();
    for event in past.iter().filter(|event| query.replays(event)) {
        if let Some(line) = shown(snapshot, query, event) {
            bytes.extend_from_slice(&line);
        }
    }
    bytes.freeze()
}

fn live(
    context: Context,
    query: EventQuery,
    subscription: Subscription,
) -> impl Stream<Item = Bytes> + Send {
    stream::unfold(
        (context, query, subscription),
        |(context, query, mut subscription)| async {
            loop {
                let event = match subscription.next().await {
                    Ok(event) => event?,
                    Err(lagged) => {
                        // An end is honest; a gap would not be.
                        info!(%lagged, "An events listener is cut off");
                        return None;
                    }
                };
                if let Some(line) = shown(&context.snapshot(), &query, &event) {
                    return Some((line, (context, query, subscription)));
                }
            }
        },
    )
}

/// The event as this listener gets it, if its engine is still there.
fn shown(snapshot: &Snapshot, query: &EventQuery, event: &EngineEvent) -> Option<Bytes> {
    let engine = snapshot.engine(event.node)?;
    query.render(event, &NodeCard::of(engine))
}
