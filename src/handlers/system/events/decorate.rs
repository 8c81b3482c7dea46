//! An engine's event, with the node it happened on.

use bytes::Bytes;
use serde_json::json;
use serde_json::value::{RawValue, to_raw_value};

use crate::engine::EngineEvent;
use crate::handlers::NodeCard;
use crate::json::RawObject;

/// The event as one line; every field that is not ours stays as it came.
///
/// Below API 1.52 it has `status`, `id` and `from`, whatever version its engine speaks.
///
/// # Errors
/// When the event's bytes are not a JSON object.
pub(super) fn line(
    event: &EngineEvent,
    node: &NodeCard<'_>,
    legacy: bool,
) -> serde_json::Result<Bytes> {
    let mut object = RawObject::parse(&event.bytes)?;
    let actor = actor(object.get("Actor"), &event.id, node)?;
    object.set("Actor", actor);
    let card = json!({"Name": node.name, "Id": node.id, "Addr": node.addr, "Ip": node.ip});
    object.set("node", to_raw_value(&card)?);
    if legacy {
        set_legacy(&mut object, event, node);
    } else {
        for name in ["status", "id", "from"] {
            object.remove(name);
        }
    }
    let mut line = object.to_vec();
    line.push(b'\n');
    Ok(line.into())
}

/// `Actor` with the node among its attributes.
fn actor(
    actor: Option<&RawValue>,
    id: &str,
    node: &NodeCard<'_>,
) -> serde_json::Result<Box<RawValue>> {
    let read = |raw: Option<&RawValue>| raw.map(RawValue::to_owned);
    let raw = read(actor);
    let mut actor = parse(raw.as_deref());
    if actor.get("ID").is_none() {
        actor.set_str("ID", id);
    }
    let raw = read(actor.get("Attributes"));
    let mut attributes = parse(raw.as_deref());
    for (name, value) in [
        ("node.name", node.name),
        ("node.id", node.id),
        ("node.addr", node.addr),
        ("node.ip", node.ip),
    ] {
        attributes.set_str(name, value);
    }
    actor.set("Attributes", serde_json::from_slice(&attributes.to_vec())?);
    serde_json::from_slice(&actor.to_vec())
}

/// What is missing, null or no object counts as an empty one.
fn parse(raw: Option<&RawValue>) -> RawObject<'_> {
    let object = raw.and_then(|raw| RawObject::parse(raw.get().as_bytes()).ok());
    object.unwrap_or_default()
}

/// `status` and `id`, which engines give of containers and images alone, and `from`.
fn set_legacy(object: &mut RawObject<'_>, event: &EngineEvent, node: &NodeCard<'_>) {
    if matches!(&*event.kind, "container" | "image") {
        for (name, value) in [("status", &event.action), ("id", &event.id)] {
            if object.get(name).is_none() {
                object.set_str(name, value);
            }
        }
    }
    let from: Option<String> = object.read("from");
    let image = || match &*event.kind {
        "container" => event.attributes.get("image").unwrap_or_default().to_owned(),
        _ => String::new(),
    };
    let from = from.unwrap_or_else(image);
    object.set_str("from", &format!("{from} node:{}", node.name));
}
