//! Volumes.

use serde_json::{Value, json};

use super::template::odd;
use crate::state::Volume;

/// A volume as lists and inspect show it.
pub(crate) fn volume(volume: &Volume, strange: bool) -> Value {
    let given = |key: &str| volume.config.get(key).cloned().unwrap_or(Value::Null);
    let created = volume.created.to_string();
    let whole_seconds = created
        .split('.')
        .next()
        .unwrap_or_default()
        .trim_end_matches('Z');
    let mut out = json!({
        "CreatedAt": format!("{whole_seconds}Z"),
        "Driver": "local",
        "Labels": given("Labels"),
        "Mountpoint": Volume::mountpoint(&volume.name),
        "Name": volume.name,
        "Options": given("DriverOpts"),
        "Scope": "local",
    });
    odd(&mut out, strange);
    out
}
