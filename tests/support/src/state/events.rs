//! The event log: a ring of the last 256 as a real engine keeps, and a broadcast of what comes.

use std::{collections::VecDeque, sync::Arc};

use serde_json::{Map, Value, json};
use tokio::sync::broadcast;

/// How many events a real engine keeps for `since`.
const KEPT: usize = 256;

/// An event as the line that goes over the wire, with its time for `since` and `until`.
#[derive(Debug, Clone)]
pub(crate) struct Event {
    pub(crate) nanos: i128,
    pub(crate) line: Arc<str>,
}

/// The ring and the broadcast.
#[derive(Debug)]
pub(crate) struct EventLog {
    ring: VecDeque<Event>,
    live: broadcast::Sender<Event>,
    last: i128,
    pub(crate) odd: bool,
}

impl EventLog {
    pub(crate) fn new(odd: bool) -> Self {
        Self {
            ring: VecDeque::new(),
            live: broadcast::Sender::new(KEPT),
            last: 0,
            odd,
        }
    }

    /// What is kept, and a receiver that misses nothing after it.
    pub(crate) fn follow(&self) -> (Vec<Event>, broadcast::Receiver<Event>) {
        (self.ring.iter().cloned().collect(), self.live.subscribe())
    }

    pub(crate) fn listeners(&self) -> usize {
        self.live.receiver_count()
    }

    /// Records an event; containers and images also carry the fields of older versions.
    pub(crate) fn emit(
        &mut self,
        kind: &str,
        action: &str,
        id: &str,
        attributes: Map<String, Value>,
        now: i128,
    ) {
        let nanos = now.max(self.last + 1);
        self.last = nanos;
        let mut event = Map::new();
        if kind == "container" || kind == "image" {
            event.insert("status".into(), action.into());
            event.insert("id".into(), id.into());
            if kind == "container" {
                event.insert(
                    "from".into(),
                    attributes.get("image").cloned().unwrap_or_default(),
                );
            }
        }
        event.insert("Type".into(), kind.into());
        event.insert("Action".into(), action.into());
        event.insert(
            "Actor".into(),
            json!({ "ID": id, "Attributes": sorted(attributes) }),
        );
        event.insert("scope".into(), "local".into());
        event.insert("time".into(), Value::from((nanos / 1_000_000_000) as i64));
        event.insert("timeNano".into(), Value::from(nanos as i64));
        if self.odd {
            event.insert("FutureField".into(), json!({ "Depth": [1, "two"] }));
        }
        self.record(nanos, Value::Object(event).to_string() + "\n");
        if self.odd && action == "create" {
            let nanos = nanos + 1;
            let line = json!({ "Type": "hologram", "Action": "project", "Actor": { "ID": id, "Attributes": {} },
                "scope": "galaxy", "time": (nanos / 1_000_000_000) as i64, "timeNano": nanos as i64 });
            self.last = nanos;
            self.record(nanos, line.to_string() + "\n");
        }
    }

    fn record(&mut self, nanos: i128, line: String) {
        let event = Event {
            nanos,
            line: line.into(),
        };
        if self.ring.len() == KEPT {
            self.ring.pop_front();
        }
        self.ring.push_back(event.clone());
        let _ = self.live.send(event);
    }
}

/// Go sorts the keys of a map when it writes JSON.
fn sorted(map: Map<String, Value>) -> Map<String, Value> {
    let mut pairs: Vec<_> = map.into_iter().collect();
    pairs.sort_by(|a, b| a.0.cmp(&b.0));
    pairs.into_iter().collect()
}
