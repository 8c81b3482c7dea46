//! One event, with the node it happened on.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap};
use std::sync::Arc;

use bytes::Bytes;
use serde::Deserialize;
use serde_json::value::to_raw_value;

use crate::handlers::NodeCard;
use crate::json::RawObject;

/// What filters look at.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EventFacts {
    /// `container`, `image`, `network` and so on.
    pub kind: String,
    /// `start`, `exec_create: sh` and so on.
    pub action: String,
    /// `local` or `swarm`.
    pub scope: String,
    /// The id or name of the object.
    pub actor: String,
    /// The actor's attributes, those of the node included.
    pub attributes: BTreeMap<String, String>,
    /// Nanoseconds since 1970.
    pub time: i64,
    /// The node's name.
    pub node_name: String,
    /// The node's id.
    pub node_id: String,
}

/// An event ready to be sent to any number of listeners.
#[derive(Clone, Debug)]
pub struct Event {
    facts: EventFacts,
    legacy: Bytes,
    modern: Bytes,
}

#[derive(Default, Deserialize)]
struct Actor {
    #[serde(rename = "ID", default)]
    id: String,
}

impl Event {
    /// Adds the node to an engine's event; every field it does not own stays as it came.
    ///
    /// # Errors
    /// When `raw` is not a JSON object.
    pub fn decorate(raw: &[u8], node: &NodeCard<'_>) -> serde_json::Result<Self> {
        let mut event = RawObject::parse(raw)?;
        let text = |name: &str| event.read::<String>(name).unwrap_or_default();
        let id: Option<String> = event.read("id");
        let actor: Actor = event.read("Actor").unwrap_or_default();
        let mut facts = EventFacts {
            kind: event.read("Type").unwrap_or_else(|| "container".to_owned()),
            action: event.read("Action").unwrap_or_else(|| text("status")),
            scope: text("scope"),
            actor: if actor.id.is_empty() {
                id.unwrap_or_default()
            } else {
                actor.id
            },
            attributes: BTreeMap::new(),
            time: time(&event),
            node_name: node.name.to_owned(),
            node_id: node.id.to_owned(),
        };
        facts.attributes = set_actor(&mut event, &facts.actor, node)?;
        event.set(
            "node",
            to_raw_value(&serde_json::json!({
                "Name": node.name, "Id": node.id, "Addr": node.addr, "Ip": node.ip,
            }))?,
        );
        let legacy = legacy(event.clone(), &facts);
        for name in ["status", "id", "from"] {
            event.remove(name);
        }
        Ok(Self {
            facts,
            legacy,
            modern: line(&event),
        })
    }

    /// What filters look at.
    pub fn facts(&self) -> &EventFacts {
        &self.facts
    }

    /// The line for clients below API 1.52, with `status`, `id` and `from`.
    pub fn legacy(&self) -> &Bytes {
        &self.legacy
    }

    /// The line for clients from API 1.52 on.
    pub fn modern(&self) -> &Bytes {
        &self.modern
    }
}

/// Adds the node to the actor's attributes, and gives them all.
fn set_actor(
    event: &mut RawObject<'_>,
    id: &str,
    node: &NodeCard<'_>,
) -> serde_json::Result<BTreeMap<String, String>> {
    let raw = event.get("Actor").map(|raw| raw.to_owned());
    let mut actor = match &raw {
        Some(raw) => RawObject::parse(raw.get().as_bytes()).unwrap_or_default(),
        None => RawObject::default(),
    };
    if actor.get("ID").is_none() {
        actor.set_str("ID", id);
    }
    let raw = actor.get("Attributes").map(|raw| raw.to_owned());
    let mut attributes = match &raw {
        Some(raw) => RawObject::parse(raw.get().as_bytes()).unwrap_or_default(),
        None => RawObject::default(),
    };
    for (name, value) in [
        ("node.name", node.name),
        ("node.id", node.id),
        ("node.addr", node.addr),
        ("node.ip", node.ip),
    ] {
        attributes.set_str(name, value);
    }
    let all = attributes
        .iter()
        .filter_map(|(name, value)| {
            Some((name.to_owned(), serde_json::from_str(value.get()).ok()?))
        })
        .collect();
    actor.set("Attributes", serde_json::from_slice(&attributes.to_vec())?);
    let actor = serde_json::from_slice(&actor.to_vec())?;
    event.set("Actor", actor);
    Ok(all)
}

/// The form with `status`, `id` and `from`, which engines send of containers and images alone.
fn legacy(mut event: RawObject<'_>, facts: &EventFacts) -> Bytes {
    if matches!(facts.kind.as_str(), "container" | "image") {
        for (name, value) in [("status", &facts.action), ("id", &facts.actor)] {
            if event.get(name).is_none() {
                event.set_str(name, value);
            }
        }
    }
    let from = event.read("from").unwrap_or_else(|| {
        let image = facts
            .attributes
            .get("image")
            .filter(|_| facts.kind == "container");
        image.cloned().unwrap_or_default()
    });
    event.set_str("from", &format!("{from} node:{}", facts.node_name));
    line(&event)
}

fn line(event: &RawObject<'_>) -> Bytes {
    let mut line = event.to_vec();
    line.push(b'\n');
    line.into()
}

fn time(event: &RawObject<'_>) -> i64 {
    event.read("timeNano").unwrap_or_else(|| {
        let seconds: i64 = event.read("time").unwrap_or_default();
        seconds.saturating_mul(1_000_000_000)
    })
}

/// One sequence out of one per node: by time, and never out of a node's own order.
pub fn merge(nodes: Vec<Vec<Arc<Event>>>) -> Vec<Arc<Event>> {
    let mut merged = Vec::with_capacity(nodes.iter().map(Vec::len).sum());
    let mut rest: Vec<_> = nodes
        .into_iter()
        .map(|events| events.into_iter().peekable())
        .collect();
    let mut heads: BinaryHeap<_> = rest
        .iter_mut()
        .enumerate()
        .filter_map(|(node, events)| Some(Reverse((events.peek()?.facts.time, node))))
        .collect();
    while let Some(Reverse((_, node))) = heads.pop() {
        merged.extend(rest[node].next());
        if let Some(next) = rest[node].peek() {
            heads.push(Reverse((next.facts.time, node)));
        }
    }
    merged
}
