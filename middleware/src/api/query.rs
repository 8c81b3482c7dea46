//! Query strings, read by the engine's rules.

use std::borrow::Cow;

use super::{Filters, InvalidFilters};

/// A request's query string.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Query(String);

/// A parameter whose value is not of its type.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("invalid value {value:?} for parameter {key:?}: give a whole number")]
pub struct InvalidQuery {
    key: String,
    value: String,
}

impl Query {
    /// Wraps the raw text behind the `?`.
    pub fn new(raw: impl Into<String>) -> Self {
        Self(raw.into())
    }

    /// The text as the client sent it.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Every parameter, decoded, in order.
    pub fn pairs(&self) -> impl Iterator<Item = (Cow<'_, str>, Cow<'_, str>)> {
        form_urlencoded::parse(self.0.as_bytes())
    }

    /// The first value of `key`.
    pub fn get(&self, key: &str) -> Option<Cow<'_, str>> {
        self.pairs().find(|(k, _)| k == key).map(|(_, value)| value)
    }

    /// A switch: off only for the engine's words for no (api/server/httputils/form.go).
    pub fn flag(&self, key: &str) -> bool {
        self.get(key).is_some_and(|value| {
            !matches!(
                value.trim().to_ascii_lowercase().as_str(),
                "" | "0" | "no" | "false" | "none"
            )
        })
    }

    /// A number; absent and empty are none.
    ///
    /// # Errors
    /// [`InvalidQuery`] when the value is no whole number.
    pub fn number(&self, key: &str) -> Result<Option<i64>, InvalidQuery> {
        match self.get(key) {
            None => Ok(None),
            Some(text) if text.is_empty() => Ok(None),
            Some(text) => text.parse().map(Some).map_err(|_| InvalidQuery {
                key: key.to_owned(),
                value: text.into_owned(),
            }),
        }
    }

    /// The `filters` parameter.
    ///
    /// # Errors
    /// [`InvalidFilters`] when it is not in one of the two forms that engines read.
    pub fn filters(&self) -> Result<Filters, InvalidFilters> {
        self.get("filters")
            .map_or_else(|| Ok(Filters::default()), |text| text.parse())
    }

    /// The same query without `key`, and with `key=value` behind it where a value is given.
    #[must_use]
    pub fn with(&self, key: &str, value: Option<&str>) -> Self {
        let mut text = form_urlencoded::Serializer::new(String::new());
        text.extend_pairs(self.pairs().filter(|(k, _)| k != key));
        if let Some(value) = value {
            text.append_pair(key, value);
        }
        Self(text.finish())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn switches_follow_the_engine() {
        for no in ["", "a=", "a=0", "a=No", "a=FALSE", "a=none", "a=+0+"] {
            assert!(!Query::new(no).flag("a"), "{no}");
        }
        for yes in ["a=1", "a=true", "a=x", "a=off"] {
            assert!(Query::new(yes).flag("a"), "{yes}");
        }
    }

    #[test]
    fn numbers_and_edits() {
        assert_eq!(Query::new("limit=-1").number("limit"), Ok(Some(-1)));
        assert_eq!(Query::new("limit=").number("limit"), Ok(None));
        assert!(Query::new("limit=x").number("limit").is_err());
        let query = Query::new("a=1&name=e1%2Fweb");
        assert_eq!(query.with("name", Some("w b")).as_str(), "a=1&name=w+b");
        assert_eq!(query.with("name", None).as_str(), "a=1");
    }
}
