//! What a listener asked for: from when, until when, of what, and in which form.

use bytes::Bytes;
use jiff::Timestamp;
use swarm_middleware::api::{ApiVersion, Query, Refusal};

use super::{EventFilter, Framing, decorate};
use crate::engine::EngineEvent;
use crate::handlers::NodeCard;
use crate::handlers::system::instant;

/// A request for events.
#[derive(Clone, Debug)]
pub struct EventQuery {
    /// From when on; none for only what is to come.
    pub since: Option<Timestamp>,
    /// Until when; none for ever.
    pub until: Option<Timestamp>,
    /// The form of the answer.
    pub framing: Framing,
    filter: EventFilter,
    version: ApiVersion,
}

impl EventQuery {
    /// Reads a request of a client that speaks `version`.
    ///
    /// # Errors
    /// A time or filter that cannot be read, or a `since` after its `until`.
    pub fn parse(
        query: &Query,
        version: ApiVersion,
        accept: Option<&str>,
        now: Timestamp,
    ) -> Result<Self, Refusal> {
        let time = |key: &str| match query.get(key) {
            Some(text) if !text.is_empty() => instant::parse(&text, now)
                .map(Some)
                .map_err(|error| Refusal::bad_input(error.to_string())),
            _ => Ok(None),
        };
        let (since, until) = (time("since")?, time("until")?);
        if until.is_some_and(|until| since.is_some_and(|since| until < since)) {
            return Err(Refusal::bad_input(format!(
                "`since` time ({}) cannot be after `until` time ({})",
                query.get("since").unwrap_or_default(),
                query.get("until").unwrap_or_default(),
            )));
        }
        let filters = query
            .filters()
            .map_err(|error| Refusal::bad_input(error.to_string()))?;
        Ok(Self {
            since,
            until,
            framing: Framing::negotiate(version, accept),
            filter: EventFilter::new(filters),
            version,
        })
    }

    /// Whether nothing that is to come is asked for: past events, then the end.
    pub fn is_past(&self, now: Timestamp) -> bool {
        self.until.is_some_and(|until| until < now)
    }

    /// Whether an event of the past is replayed: at or after `since`, which has to be given.
    pub fn replays(&self, event: &EngineEvent) -> bool {
        let time = i128::from(event.time_nano);
        self.since
            .is_some_and(|since| time >= since.as_nanosecond())
    }

    /// The event as this listener gets it; none when it did not ask for it.
    pub fn render(&self, event: &EngineEvent, node: &NodeCard<'_>) -> Option<Bytes> {
        let late = |until: Timestamp| i128::from(event.time_nano) > until.as_nanosecond();
        let too_new = self.version < ApiVersion::v1(46)
            && &*event.kind == "image"
            && &*event.action == "create";
        if self.until.is_some_and(late) || too_new || !self.filter.accepts(event, node) {
            return None;
        }
        let legacy = self.version < ApiVersion::v1(52);
        let line = decorate::line(event, node, legacy).ok()?;
        Some(self.framing.frame(line))
    }
}

#[cfg(test)]
mod tests;
