//! What one engine's `/info` adds to the whole, without what changes from moment to moment.

use serde_json::Value;

/// What is counted anew, or said of the endpoint itself, and so not taken from engines.
const OWN: [&str; 18] = [
    "ID",
    "Name",
    "Containers",
    "ContainersRunning",
    "ContainersPaused",
    "ContainersStopped",
    "Images",
    "NCPU",
    "MemTotal",
    "NFd",
    "NGoroutines",
    "NEventsListener",
    "SystemTime",
    "ServerVersion",
    "Swarm",
    "SystemStatus",
    "Labels",
    "Debug",
];

/// The lasting part of an engine's `/info`; engines set up alike have equal ones.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(super) struct Digest {
    /// Fields in the engine's order, each value as JSON text.
    fields: Vec<(String, String)>,
}

impl Digest {
    /// Reads an answer; what is no object adds nothing.
    pub(super) fn read(info: &[u8]) -> Self {
        let Ok(Value::Object(info)) = serde_json::from_slice(info) else {
            return Self::default();
        };
        let lasting = info
            .into_iter()
            .filter(|(name, _)| !OWN.contains(&name.as_str()));
        Self {
            fields: lasting
                .map(|(name, value)| (name, value.to_string()))
                .collect(),
        }
    }

    /// A field's JSON text.
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        let mut fields = self.fields.iter();
        fields
            .find(|(have, _)| have == name)
            .map(|(_, value)| value.as_str())
    }

    /// All names in the engine's order.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.fields.iter().map(|(name, _)| name.as_str())
    }
}
