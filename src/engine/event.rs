//! One event of an engine: its bytes as they came, and what filters look at.

use std::sync::Arc;

use bytes::Bytes;
use serde_json::Value;

use crate::cluster::NodeKey;
use crate::scheduler::labels::Labels;

/// One event of an engine.
#[derive(Clone, Debug)]
pub struct EngineEvent {
    /// The engine.
    pub node: NodeKey,
    /// When it happened, in nanoseconds since the epoch, by the engine's clock.
    pub time_nano: i64,
    /// `container`, `image`, `network`, `volume`, `daemon`...
    pub kind: Arc<str>,
    /// `start`, `die`, `exec_create: sh`...
    pub action: Arc<str>,
    /// The object's id or name.
    pub id: Arc<str>,
    /// `local` or `swarm`.
    pub scope: Arc<str>,
    /// The actor's attributes: `name`, `image`, labels...
    pub attributes: Labels,
    /// The JSON object as the engine sent it.
    pub bytes: Bytes,
}

impl EngineEvent {
    /// Reads a line of an event stream.
    ///
    /// # Errors
    /// When it is not a JSON object.
    pub fn parse(node: NodeKey, line: Bytes) -> Result<Self, String> {
        let value: Value = serde_json::from_slice(&line).map_err(|error| error.to_string())?;
        if !value.is_object() {
            return Err("an event that is not an object".to_owned());
        }
        let text = |value: &Value| value.as_str().map(Arc::<str>::from);
        let actor = &value["Actor"];
        let seconds = value["time"].as_i64().unwrap_or(0);
        // Before API 1.22 there were containers alone, with `status` and `id`.
        let action = text(&value["Action"]).or_else(|| text(&value["status"]));
        let id = text(&actor["ID"]).or_else(|| text(&value["id"]));
        Ok(Self {
            node,
            time_nano: value["timeNano"]
                .as_i64()
                .unwrap_or_else(|| seconds.saturating_mul(1_000_000_000)),
            kind: text(&value["Type"]).unwrap_or_else(|| "container".into()),
            action: action.unwrap_or_default(),
            id: id.unwrap_or_default(),
            scope: text(&value["scope"]).unwrap_or_else(|| "local".into()),
            attributes: Labels::from_json(actor.get("Attributes")),
            bytes: line,
        })
    }

    /// The action without what follows a colon: `exec_create`, `health_status`.
    pub fn verb(&self) -> &str {
        self.action.split(':').next().unwrap_or("")
    }
}
