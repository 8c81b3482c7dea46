//! The `filters` parameter: `{"key": {"value": true}}`, or the older `{"key": ["value"]}`.

use std::collections::BTreeMap;
use std::str::FromStr;

use serde::Deserialize;

/// Values by key: one value of a key must match, and every key must.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filters(BTreeMap<String, Vec<String>>);

/// A `filters` parameter that cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidFilters {
    /// Not JSON of either form.
    #[error("invalid filter: {0:?} is not JSON of the form {{\"key\": {{\"value\": true}}}}")]
    Syntax(String),
    /// A key that the operation does not know.
    #[error("invalid filter '{0}'")]
    Key(String),
    /// A value that the key cannot have.
    #[error("invalid filter '{0}=[{1}]'")]
    Value(String, String),
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Wire {
    Map(BTreeMap<String, BTreeMap<String, bool>>),
    List(BTreeMap<String, Vec<String>>),
}

impl Filters {
    /// The values of `key`; none where it is not asked for.
    pub fn get(&self, key: &str) -> Option<&[String]> {
        self.0.get(key).map(Vec::as_slice)
    }

    /// Takes the values of `key` out.
    pub fn remove(&mut self, key: &str) -> Option<Vec<String>> {
        self.0.remove(key)
    }

    /// Whether nothing is asked for.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Every key with its values.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &[String])> {
        self.0
            .iter()
            .map(|(key, values)| (key.as_str(), values.as_slice()))
    }

    /// Refuses keys outside `known`.
    ///
    /// # Errors
    /// [`InvalidFilters::Key`] naming the first unknown key.
    pub fn only(&self, known: &[&str]) -> Result<(), InvalidFilters> {
        match self.0.keys().find(|key| !known.contains(&key.as_str())) {
            Some(key) => Err(InvalidFilters::Key(key.clone())),
            None => Ok(()),
        }
    }

    /// The JSON that engines of every version read.
    pub fn to_json(&self) -> String {
        let map: BTreeMap<_, BTreeMap<_, _>> = self
            .0
            .iter()
            .map(|(key, values)| (key, values.iter().map(|value| (value, true)).collect()))
            .collect();
        serde_json::to_string(&map).unwrap_or_default()
    }
}

impl FromIterator<(String, Vec<String>)> for Filters {
    fn from_iter<I: IntoIterator<Item = (String, Vec<String>)>>(pairs: I) -> Self {
        Self(pairs.into_iter().collect())
    }
}

impl FromStr for Filters {
    type Err = InvalidFilters;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text.is_empty() {
            return Ok(Self::default());
        }
        let wire =
            serde_json::from_str(text).map_err(|_| InvalidFilters::Syntax(text.to_owned()))?;
        Ok(Self(match wire {
            Wire::Map(map) => map
                .into_iter()
                .map(|(key, values)| {
                    (
                        key,
                        values
                            .into_iter()
                            .filter(|(_, on)| *on)
                            .map(|(v, _)| v)
                            .collect(),
                    )
                })
                .collect(),
            Wire::List(map) => map,
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_forms_mean_the_same() {
        let map: Filters = r#"{"label":{"a=b":true,"c":true}}"#.parse().unwrap();
        let list: Filters = r#"{"label":["a=b","c"]}"#.parse().unwrap();
        assert_eq!(map, list);
        assert_eq!(
            map.get("label"),
            Some(&["a=b".to_owned(), "c".to_owned()][..])
        );
        assert_eq!(map.to_json().parse::<Filters>().unwrap(), map);
        assert!(map.only(&["label"]).is_ok());
        assert_eq!(
            map.only(&["name"]).unwrap_err().to_string(),
            "invalid filter 'label'"
        );
    }

    #[test]
    fn anything_else_is_refused() {
        for bad in ["[", "[]", "1", r#"{"a":"b"}"#, r#"{"a":{"b":1}}"#] {
            assert!(bad.parse::<Filters>().is_err(), "{bad}");
        }
    }
}
