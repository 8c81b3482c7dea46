//! Values of filters, checked and looked up once.

use std::sync::Arc;

use rustc_hash::FxHashSet;
use swarm_middleware::api::{Filters, InvalidFilters};

use crate::cluster::{NodeKey, Snapshot};

/// A name of an object; where a node was given, only of that node's.
#[derive(Debug)]
pub(super) struct Named {
    plain: Box<str>,
    on_node: Option<(NodeKey, Box<str>)>,
}

impl Named {
    pub(super) fn new(value: &str, snapshot: &Snapshot) -> Self {
        let split = snapshot.split_node(value);
        Self {
            plain: value.into(),
            on_node: split.map(|(engine, rest)| (engine.key, rest.into())),
        }
    }

    pub(super) fn holds(&self, node: NodeKey, test: impl Fn(&str) -> bool) -> bool {
        let there = |(key, rest): &(NodeKey, Box<str>)| *key == node && test(rest);
        test(&self.plain) || self.on_node.as_ref().is_some_and(there)
    }
}

pub(super) fn one_of(
    filters: &Filters,
    key: &str,
    allowed: &[&str],
) -> Result<Vec<Box<str>>, InvalidFilters> {
    let value = |value: &String| match allowed.contains(&value.as_str()) {
        true => Ok(value.as_str().into()),
        false => Err(InvalidFilters::Value(key.to_owned(), value.clone())),
    };
    filters
        .get(key)
        .unwrap_or_default()
        .iter()
        .map(value)
        .collect()
}

pub(super) fn is_task(values: &[String]) -> Result<Option<bool>, InvalidFilters> {
    match values {
        [] => Ok(None),
        [value] if value == "true" => Ok(Some(true)),
        [value] if value == "false" => Ok(Some(false)),
        _ => Err(InvalidFilters::Value(
            "is-task".to_owned(),
            values.join(" "),
        )),
    }
}

/// The ids of the images named and of all made from them; like the engine, what is not there is passed over.
pub(super) fn ancestors(values: &[String], snapshot: &Snapshot) -> Option<FxHashSet<Arc<str>>> {
    if values.is_empty() {
        return None;
    }
    let mut ids: FxHashSet<Arc<str>> = FxHashSet::default();
    for held in values.iter().filter_map(|value| snapshot.image(value).ok()) {
        ids.extend(held.iter().map(|held| Arc::clone(&held.object.id)));
    }
    let mut grown = !ids.is_empty();
    while grown {
        let before = ids.len();
        for image in snapshot.engines().flat_map(|engine| engine.images.iter()) {
            if ids.contains(&image.parent) {
                ids.insert(Arc::clone(&image.id));
            }
        }
        grown = ids.len() > before;
    }
    Some(ids)
}
