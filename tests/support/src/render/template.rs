//! The recorded replies, parsed once.

use std::sync::LazyLock;

use serde_json::{Map, Value, json};

macro_rules! templates {
    ($($name:ident = $file:literal;)*) => {
        $(pub(super) static $name: LazyLock<Value> =
            LazyLock::new(|| body(include_str!(concat!("../../../../fixtures/engine/", $file, ".json"))));)*
    };
}

templates! {
    INFO = "info";
    VERSION = "version";
    INSPECT = "container-inspect";
    EXEC = "exec-inspect";
    STATS = "container-stats";
    STATS_STOPPED = "container-stats-stopped";
    IMAGE = "image-inspect";
    NETWORKS = "networks-list";
}

fn body(recorded: &str) -> Value {
    let mut recorded: Value = serde_json::from_str(recorded).expect("recorded replies are JSON");
    recorded["body"].take()
}

/// Overwrites the keys of `base` that `changes` has.
pub(super) fn merge(base: &mut Value, changes: Value) {
    if let (Value::Object(base), Value::Object(changes)) = (base, changes) {
        base.extend(changes);
    }
}

/// What an engine newer than any we know might add.
pub(super) fn odd(value: &mut Value, odd: bool) {
    if odd {
        merge(value, json!({ "FutureField": { "Depth": [1, "two"] } }));
    }
}

/// A recorded configuration whose values are the client's where it gave one.
pub(super) fn overlay(defaults: &Value, given: &Map<String, Value>) -> Map<String, Value> {
    let mut merged = defaults.as_object().cloned().unwrap_or_default();
    for (key, value) in given {
        if !value.is_null() {
            merged.insert(key.clone(), value.clone());
        }
    }
    merged
}
