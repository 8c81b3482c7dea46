//! What one node's pull or load says, line by line: pure.

use std::collections::BTreeMap;

use serde_json::{Value, json};

/// One node's pull or load so far.
#[derive(Debug)]
pub(super) struct Progress {
    node: String,
    layers: BTreeMap<String, (u64, u64)>,
    /// The engine's closing sentences, which name no layer.
    pub(super) closing: Vec<Value>,
    /// The engine's error, if it had one.
    pub(super) error: Option<String>,
}

impl Progress {
    pub(super) fn new(node: &str) -> Self {
        Self {
            node: node.to_owned(),
            layers: BTreeMap::new(),
            closing: Vec::new(),
            error: None,
        }
    }

    /// Takes one of the engine's lines; answers what the client is told, if anything.
    pub(super) fn line(&mut self, line: &Value) -> Option<Value> {
        if let Some(error) = line["error"].as_str() {
            self.error = Some(error.to_owned());
            return None;
        }
        if line["stream"].is_string() {
            self.closing.push(line.clone());
            return None;
        }
        let status = line["status"].as_str()?;
        let Some(layer) = line["id"].as_str() else {
            self.closing.push(line.clone());
            return None;
        };
        let detail = &line["progressDetail"];
        if let (Some(current), Some(total)) = (detail["current"].as_u64(), detail["total"].as_u64())
        {
            self.layers
                .insert(format!("{status} {layer}"), (current, total));
            let of = |pick: fn(&(u64, u64)) -> u64| {
                let same = self
                    .layers
                    .iter()
                    .filter(|(key, _)| key.starts_with(status));
                same.map(|(_, sizes)| pick(sizes))
                    .fold(0_u64, u64::saturating_add)
            };
            let detail = json!({ "current": of(|sizes| sizes.0), "total": of(|sizes| sizes.1) });
            return Some(self.say(status, &detail));
        }
        Some(self.say(&format!("{status} {layer}"), &json!({})))
    }

    /// A line of this node's.
    pub(super) fn say(&self, status: &str, detail: &Value) -> Value {
        json!({ "status": status, "progressDetail": detail, "id": self.node })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn layers_add_up_under_the_nodes_name() {
        let mut progress = Progress::new("node-1");
        let line = |id: &str, current: u64| json!({"status": "Downloading", "id": id, "progressDetail": {"current": current, "total": 10}});
        progress.line(&line("a", 4));
        let told = progress.line(&line("b", 3)).unwrap();
        assert_eq!(told["id"], "node-1");
        assert_eq!(told["progressDetail"], json!({"current": 7, "total": 20}));
        assert!(
            progress
                .line(&json!({"status": "Digest: sha256:1"}))
                .is_none()
        );
        assert_eq!(progress.closing.len(), 1);
        progress.line(&json!({"error": "denied"}));
        assert_eq!(progress.error.as_deref(), Some("denied"));
    }
}
