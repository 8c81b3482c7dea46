//! Sends a recorded request again and compares the answers.

use std::{collections::BTreeSet, net::SocketAddr};

use serde_json::Value;
use testkit::client;

/// Objects whose keys are data.
const OPEN: [&str; 9] = [
    "Labels",
    "Ports",
    "Networks",
    "Containers",
    "Attributes",
    "ExposedPorts",
    "PortBindings",
    "Options",
    "networks",
];

pub(crate) fn recorded(name: &str) -> Value {
    let path = format!(
        "{}/../../fixtures/engine/{name}.json",
        env!("CARGO_MANIFEST_DIR")
    );
    let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"));
    serde_json::from_str(&text).unwrap()
}

/// Every path to a key; list items count as one, and so do the keys of open objects.
fn keys(value: &Value, path: &str, open: bool, out: &mut BTreeSet<String>) {
    match value {
        Value::Object(map) => {
            for (key, value) in map {
                let shown = if open { "*" } else { key.as_str() };
                let path = format!("{path}.{shown}");
                // `null`, `{}` and `[]` say the same, so what is below them cannot be compared.
                out.insert(path.clone());
                keys(value, &path, OPEN.contains(&key.as_str()), out);
            }
        }
        Value::Array(items) => items
            .iter()
            .for_each(|item| keys(item, &format!("{path}[]"), false, out)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

pub(crate) fn key_set(value: &Value) -> BTreeSet<String> {
    let mut out = BTreeSet::new();
    keys(value, "", false, &mut out);
    out
}

/// A message with every id replaced.
fn without_ids(message: &Value) -> String {
    let text = message.as_str().unwrap_or_default();
    let words = text
        .split_inclusive(|c: char| !c.is_ascii_alphanumeric())
        .map(|word| {
            let bare = word.trim_end_matches(|c: char| !c.is_ascii_alphanumeric());
            let id =
                matches!(bare.len(), 12 | 64) && bare.bytes().all(|byte| byte.is_ascii_hexdigit());
            if id {
                word.replace(bare, "ID")
            } else {
                word.to_owned()
            }
        });
    words.collect()
}

pub(crate) struct Replay {
    pub(crate) addr: SocketAddr,
    pub(crate) exec: String,
    pub(crate) compared: usize,
    pub(crate) differences: Vec<String>,
}

impl Replay {
    /// Sends the recorded request and compares the answer.
    pub(crate) async fn same(&mut self, name: &str) -> client::Answer {
        let recorded = recorded(name);
        let mut path = recorded["path"].as_str().unwrap().to_owned();
        if let Some((_, rest)) = path.split_once("/exec/")
            && rest.len() > 64
            && let Some(id) = rest.get(..64)
        {
            path = path.replace(id, &self.exec);
        }
        let method = recorded["method"].as_str().unwrap();
        let answer = client::send(self.addr, method, &path, recorded.get("request"))
            .await
            .unwrap();
        if name.starts_with("exec-create") {
            self.exec = answer.json()["Id"].as_str().unwrap_or_default().to_owned();
        }
        let mut differ = |what: &str, ours: String, theirs: String| {
            if ours != theirs {
                self.differences
                    .push(format!("{name}: {what}: {ours} for {theirs}"));
            }
        };
        differ(
            "status",
            answer.status.as_u16().to_string(),
            recorded["status"].to_string(),
        );
        for key in [
            "Content-Type",
            "Api-Version",
            "Ostype",
            "Docker-Experimental",
            "Server",
        ] {
            let ours = answer
                .headers
                .get(key)
                .map_or("", |value| value.to_str().unwrap());
            differ(
                key,
                ours.to_owned(),
                recorded["headers"][key]
                    .as_str()
                    .unwrap_or_default()
                    .to_owned(),
            );
        }
        if let Some(message) = recorded["body"].get("message") {
            differ(
                "message",
                without_ids(&answer.json()["message"]),
                without_ids(message),
            );
        } else if let Some(body) = recorded
            .get("body")
            .filter(|body| body.is_object() || body.is_array())
        {
            let (ours, theirs) = (key_set(&answer.json()), key_set(body));
            let only = |a: &BTreeSet<String>, b: &BTreeSet<String>| {
                format!("{:?}", a.difference(b).collect::<Vec<_>>())
            };
            differ("keys", only(&ours, &theirs), only(&theirs, &ours));
        }
        self.compared += 1;
        answer
    }

    pub(crate) async fn also(&self, method: &str, path: &str, body: Value) {
        let body = (!body.is_null()).then_some(body);
        let answer = client::send(self.addr, method, path, body.as_ref())
            .await
            .unwrap();
        assert!(
            answer.status.is_success(),
            "{method} {path}: {}",
            answer.text()
        );
    }
}
