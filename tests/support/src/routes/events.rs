//! The event stream: what is kept since a moment, then what comes.

use std::{collections::VecDeque, time::Duration};

use bytes::Bytes;
use futures_util::stream;
use http::StatusCode;
use serde_json::Value;

use super::{call::Call, filters::Filters, reply, times};
use crate::{
    error::{Outcome, Refusal},
    server::{Reply, streamed},
    state::Event,
};

pub(super) async fn events(call: Call) -> Outcome<Reply> {
    let now = call.engine.read(|state| state.nanos());
    let moment = |key| {
        call.text(key)
            .filter(|text| !text.is_empty())
            .and_then(|text| times::nanos(text, now))
    };
    let (since, until) = (moment("since"), moment("until"));
    if let (Some(from), Some(to)) = (since, until)
        && from > to
    {
        let text = |key| call.text(key).unwrap_or_default();
        let message = format!(
            "`since` time ({}) cannot be after `until` time ({})",
            text("since"),
            text("until")
        );
        return Err(Refusal::bad(message));
    }
    let filters = call.filters(&[])?;
    let (ring, receiver) = call.engine.read(|state| state.events.follow());
    let kept = |event: &Event| {
        since.is_some_and(|since| event.nanos >= since)
            && until.is_none_or(|until| event.nanos <= until)
    };
    let backlog: VecDeque<Event> = ring.into_iter().filter(kept).collect();
    let left = until.map(|until| Duration::from_nanos(u64::try_from(until - now).unwrap_or(0)));
    let end = left.map(|left| tokio::time::Instant::now() + left);
    let lines = stream::unfold(
        (backlog, receiver, filters),
        move |(mut backlog, mut receiver, filters)| async move {
            loop {
                let event = match (backlog.pop_front(), end) {
                    (Some(event), _) => event,
                    (None, None) => received(&mut receiver).await?,
                    (None, Some(end)) => tokio::time::timeout_at(end, received(&mut receiver))
                        .await
                        .ok()??,
                };
                if wanted(&event, &filters) {
                    return Some((
                        Bytes::copy_from_slice(event.line.as_bytes()),
                        (backlog, receiver, filters),
                    ));
                }
            }
        },
    );
    Ok(Reply::Http(reply::response(
        StatusCode::OK,
        "application/json",
        streamed(lines),
    )))
}

async fn received(receiver: &mut tokio::sync::broadcast::Receiver<Event>) -> Option<Event> {
    use tokio::sync::broadcast::error::RecvError;
    loop {
        match receiver.recv().await {
            Ok(event) => return Some(event),
            Err(RecvError::Lagged(_)) => {}
            Err(RecvError::Closed) => return None,
        }
    }
}

fn wanted(event: &Event, filters: &Filters) -> bool {
    if filters.is_empty() {
        return true;
    }
    let Ok(value) = serde_json::from_str::<Value>(&event.line) else {
        return false;
    };
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let (kind, action, id) = (
        text(&value["Type"]),
        text(&value["Action"]),
        text(&value["Actor"]["ID"]),
    );
    let attributes = &value["Actor"]["Attributes"];
    let name = text(&attributes["name"]);
    let is = |wanted_kind: &'static str| {
        let (kind, id, name) = (&kind, &id, &name);
        move |wanted: &str| {
            kind == wanted_kind && (id == wanted || name == wanted || id.starts_with(wanted))
        }
    };
    let image = text(&attributes["image"]);
    filters.any("type", |wanted| wanted == kind)
        && filters.any("event", |wanted| {
            action == wanted || action.split(':').next() == Some(wanted)
        })
        && filters.any("container", is("container"))
        && filters.any("network", is("network"))
        && filters.any("volume", is("volume"))
        && filters.any("image", |wanted| {
            is("image")(wanted) || (kind == "container" && image == wanted)
        })
        && filters.any("scope", |wanted| value["scope"] == wanted)
        && filters.labels(attributes)
}
