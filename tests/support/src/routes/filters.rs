//! `filters=`: both JSON forms, known keys only.

use serde_json::Value;

use crate::error::{Outcome, Refusal};

/// Filters: a key's values are alternatives, keys must all hold.
#[derive(Debug, Default)]
pub(crate) struct Filters(Vec<(String, Vec<String>)>);

impl Filters {
    /// With no known keys given every key passes, as it does for events.
    pub(crate) fn parse(text: &str, known: &[&str]) -> Outcome<Self> {
        if text.is_empty() {
            return Ok(Self::default());
        }
        let value: Value = serde_json::from_str(text)
            .map_err(|error| Refusal::failed(format!("invalid filters: {error}")))?;
        let mut filters = Vec::new();
        for (key, values) in value.as_object().into_iter().flatten() {
            if !known.is_empty() && !known.contains(&key.as_str()) {
                return Err(Refusal::bad(format!("Invalid filter '{key}'")));
            }
            let values = match values {
                Value::Object(map) => map.keys().cloned().collect(),
                Value::Array(list) => list
                    .iter()
                    .filter_map(Value::as_str)
                    .map(str::to_owned)
                    .collect(),
                _ => Vec::new(),
            };
            filters.push((key.clone(), values));
        }
        Ok(Self(filters))
    }

    pub(crate) fn values(&self, key: &str) -> &[String] {
        self.0
            .iter()
            .find(|(name, _)| name == key)
            .map_or(&[], |(_, values)| values)
    }

    /// True when the key is not filtered on or one of its values is accepted.
    pub(crate) fn any(&self, key: &str, accept: impl Fn(&str) -> bool) -> bool {
        let values = self.values(key);
        values.is_empty() || values.iter().any(|value| accept(value))
    }

    /// Every `label` value, `key` or `key=value`, must hold.
    pub(crate) fn labels(&self, labels: &Value) -> bool {
        let holds = |wanted: &String| match wanted.split_once('=') {
            Some((key, value)) => labels.get(key).and_then(Value::as_str) == Some(value),
            None => labels.get(wanted).is_some(),
        };
        self.values("label").iter().all(holds)
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}
