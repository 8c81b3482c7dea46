//! What the filters of all lists have in common.

use swarm_middleware::api::{Filters, InvalidFilters, Refusal};

use crate::cluster::{NodeKey, Snapshot};
use crate::scheduler::labels::Labels;

/// Labels that all have to be there, each with any value or one.
#[derive(Clone, Debug, Default)]
pub(super) struct LabelTests(Vec<(Box<str>, Option<Box<str>>)>);

impl LabelTests {
    /// Reads `key` and `key=value`.
    pub(super) fn new(values: &[String]) -> Self {
        let test = |value: &String| match value.split_once('=') {
            Some((key, wanted)) => (key.into(), Some(wanted.into())),
            None => (value.as_str().into(), None),
        };
        Self(values.iter().map(test).collect())
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether all hold of these labels.
    pub(super) fn hold(&self, labels: &Labels) -> bool {
        self.0.iter().all(|(key, wanted)| {
            let have = labels.get(key);
            have.is_some_and(|have| wanted.as_deref().is_none_or(|wanted| wanted == have))
        })
    }
}

/// Refuses keys outside `known`, as the engine does.
pub(super) fn only(filters: &Filters, known: &[&str]) -> Result<(), Refusal> {
    filters.only(known).map_err(|error| refusal(&error))
}

/// The values of a key; none where it is not asked for.
pub(super) fn values<'a>(filters: &'a Filters, key: &str) -> &'a [String] {
    filters.get(key).unwrap_or_default()
}

/// Whether one of the values is this, or nothing is asked for.
pub(super) fn includes(values: &[String], text: &str) -> bool {
    values.is_empty() || values.iter().any(|value| value == text)
}

/// A key whose value is a truth.
pub(super) fn truth(filters: &Filters, key: &str) -> Result<Option<bool>, Refusal> {
    match values(filters, key) {
        [] => Ok(None),
        [value] if value == "true" || value == "1" => Ok(Some(true)),
        [value] if value == "false" || value == "0" => Ok(Some(false)),
        values => Err(wrong(key, &values.join(" "))),
    }
}

/// The nodes that `node` names; a name that no node has names none.
pub(super) fn nodes(filters: &Filters, snapshot: &Snapshot) -> Option<Vec<NodeKey>> {
    let key = |value: &String| snapshot.engine_named(value).map(|engine| engine.key);
    let values = filters.get("node").filter(|values| !values.is_empty())?;
    Some(values.iter().filter_map(key).collect())
}

/// The refusal of a value that its key cannot have.
pub(super) fn wrong(key: &str, value: &str) -> Refusal {
    refusal(&InvalidFilters::Value(key.to_owned(), value.to_owned()))
}

fn refusal(error: &InvalidFilters) -> Refusal {
    Refusal::bad_input(error.to_string())
}
