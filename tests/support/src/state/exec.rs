//! A command run inside a container.

use serde_json::Value;

use super::process::Process;

/// An exec instance.
#[derive(Debug)]
pub(crate) struct Exec {
    pub(crate) id: String,
    pub(crate) container: String,
    pub(crate) config: Value,
    pub(crate) argv: Vec<String>,
    pub(crate) process: Process,
    pub(crate) exit_code: Option<i64>,
    pub(crate) pid: u32,
}

impl Exec {
    pub(crate) fn flag(&self, key: &str) -> bool {
        self.config
            .get(key)
            .and_then(Value::as_bool)
            .unwrap_or(false)
    }
}
