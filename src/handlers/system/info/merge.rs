//! One value for every field of `/info`, out of what groups of equal engines say.

use serde_json::{Map, Value};

use super::digest::Digest;
use crate::handlers::system::majority::majority;

/// A group of engines that say the same, and their names.
pub(super) type Group<'a> = (&'a Digest, Vec<&'a str>);

/// Every field of an engine, in its order, as it is while no engine is known.
pub(super) fn blank() -> Map<String, Value> {
    // It is part of the program, and a test reads it.
    serde_json::from_str(include_str!("blank.json")).unwrap_or_default()
}

/// Puts into `info` what the engines say.
pub(super) fn merge(info: &mut Map<String, Value>, groups: &[Group<'_>]) {
    let mut names: Vec<&str> = Vec::with_capacity(64);
    for (digest, _) in groups {
        names.extend(
            digest
                .names()
                .filter(|name| !names.contains(name))
                .collect::<Vec<_>>(),
        );
    }
    for name in names {
        let values: Vec<(Value, &[&str])> = groups
            .iter()
            .filter_map(|(digest, nodes)| {
                let value = serde_json::from_str(digest.get(name)?).ok()?;
                Some((value, nodes.as_slice()))
            })
            .collect();
        if let Some(value) = merge_field(name, &values, groups) {
            info.insert(name.to_owned(), value);
        }
    }
}

fn merge_field(name: &str, values: &[(Value, &[&str])], groups: &[Group<'_>]) -> Option<Value> {
    if name == "Warnings" {
        return Some(warnings(
            values,
            groups.iter().map(|(_, nodes)| nodes.len()).sum(),
        ));
    }
    // A field that some engines leave out is as good as false or empty there.
    let everywhere = values.len() == groups.len();
    let all = |test: fn(&Value) -> bool| {
        values
            .iter()
            .all(|(value, _)| test(value) || value.is_null())
    };
    let several = values.iter().any(|(value, _)| !value.is_null());
    match name {
        _ if !several => Some(Value::Null),
        "Plugins" | "Runtimes" if all(Value::is_object) => Some(Value::Object(union_of_objects(
            values.iter().map(|(value, _)| value),
        ))),
        "SecurityOptions" | "CDISpecDirs" | "DiscoveredDevices" | "GenericResources"
            if all(Value::is_array) =>
        {
            Some(union_of_arrays(values.iter().map(|(value, _)| value)))
        }
        _ if all(Value::is_boolean) => {
            let yes = values
                .iter()
                .all(|(value, _)| value.as_bool() == Some(true));
            Some(Value::Bool(everywhere && yes))
        }
        _ => {
            let texts = groups
                .iter()
                .filter_map(|(digest, nodes)| Some((digest.get(name)?, nodes.len())));
            serde_json::from_str(majority(texts)?).ok()
        }
    }
}

fn union_of_objects<'a>(values: impl Iterator<Item = &'a Value>) -> Map<String, Value> {
    let mut union: Map<String, Value> = Map::new();
    for (name, value) in values.filter_map(Value::as_object).flatten() {
        let merged = match (union.get(name), value) {
            (None | Some(Value::Null), value) => value.clone(),
            (Some(have @ Value::Array(_)), Value::Array(_)) => {
                union_of_arrays([have, value].into_iter())
            }
            _ => continue,
        };
        union.insert(name.clone(), merged);
    }
    union
}

fn union_of_arrays<'a>(values: impl Iterator<Item = &'a Value>) -> Value {
    let mut union: Vec<Value> = Vec::new();
    for value in values.filter_map(Value::as_array).flatten() {
        if !union.contains(value) {
            union.push(value.clone());
        }
    }
    Value::Array(union)
}

/// Warnings that not all nodes give say whose they are.
fn warnings(values: &[(Value, &[&str])], nodes: usize) -> Value {
    let mut texts: Vec<(&str, Vec<&str>)> = Vec::new();
    for (value, names) in values {
        for text in value
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(Value::as_str)
        {
            match texts.iter_mut().find(|(have, _)| *have == text) {
                Some((_, of)) => of.extend(*names),
                None => texts.push((text, names.to_vec())),
            }
        }
    }
    if texts.is_empty() {
        return Value::Null;
    }
    let said = texts.into_iter().map(|(text, of)| match of.len() {
        count if count == nodes => text.to_owned(),
        1..=3 => format!("{}: {text}", of.join(", ")),
        count => format!("{} and {} more nodes: {text}", of[0], count - 1),
    });
    said.collect()
}
