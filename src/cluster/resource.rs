//! Images, networks and volumes: the engine's own object and the fields that are looked for.

use std::sync::Arc;

use serde_json::Value;
use serde_json::value::RawValue;

use crate::scheduler::labels::Labels;

/// One image of one engine.
#[derive(Clone, Debug)]
pub struct Image {
    /// `sha256:...`
    pub id: Arc<str>,
    /// `repo:tag`s.
    pub tags: Box<[Arc<str>]>,
    /// `repo@digest`s.
    pub digests: Box<[Arc<str>]>,
    /// When it was made, in seconds since the epoch.
    pub created: i64,
    /// Bytes.
    pub size: i64,
    /// The image it was made from; empty where that is not known.
    pub parent: Arc<str>,
    /// Its labels.
    pub labels: Labels,
    /// The engine's list entry.
    pub raw: Box<RawValue>,
}

/// One network of one engine.
#[derive(Clone, Debug)]
pub struct Network {
    /// Its id.
    pub id: Arc<str>,
    /// Its name.
    pub name: Arc<str>,
    /// Its driver.
    pub driver: Arc<str>,
    /// `local`, `swarm`, `global`.
    pub scope: Arc<str>,
    /// Its labels.
    pub labels: Labels,
    /// The engine's list entry.
    pub raw: Box<RawValue>,
}

/// One volume of one engine.
#[derive(Clone, Debug)]
pub struct Volume {
    /// Its name.
    pub name: Arc<str>,
    /// Its driver.
    pub driver: Arc<str>,
    /// `local`, `global`.
    pub scope: Arc<str>,
    /// Its labels.
    pub labels: Labels,
    /// The engine's list entry.
    pub raw: Box<RawValue>,
}

/// Images, networks and volumes read alike.
pub trait FromEngine: Sized {
    /// Reads a list entry; none where what names the object is missing.
    fn from_engine(raw: &RawValue) -> Option<Self>;
}

impl FromEngine for Image {
    fn from_engine(raw: &RawValue) -> Option<Self> {
        let value: Value = serde_json::from_str(raw.get()).ok()?;
        let named = |key: &str| {
            let names = value[key].as_array().into_iter().flatten();
            let names = names.filter_map(Value::as_str);
            names
                .filter(|name| !name.starts_with("<none>"))
                .map(Into::into)
                .collect()
        };
        Some(Self {
            id: text(&value, "Id")?,
            tags: named("RepoTags"),
            digests: named("RepoDigests"),
            created: value["Created"].as_i64().unwrap_or(0),
            size: value["Size"].as_i64().unwrap_or(0),
            parent: text(&value, "ParentId").unwrap_or_default(),
            labels: Labels::from_json(value.get("Labels")),
            raw: raw.to_owned(),
        })
    }
}

impl FromEngine for Network {
    fn from_engine(raw: &RawValue) -> Option<Self> {
        let value: Value = serde_json::from_str(raw.get()).ok()?;
        Some(Self {
            id: text(&value, "Id")?,
            name: text(&value, "Name")?,
            driver: text(&value, "Driver").unwrap_or_default(),
            scope: text(&value, "Scope").unwrap_or_else(|| "local".into()),
            labels: Labels::from_json(value.get("Labels")),
            raw: raw.to_owned(),
        })
    }
}

impl FromEngine for Volume {
    fn from_engine(raw: &RawValue) -> Option<Self> {
        let value: Value = serde_json::from_str(raw.get()).ok()?;
        Some(Self {
            name: text(&value, "Name")?,
            driver: text(&value, "Driver").unwrap_or_default(),
            scope: text(&value, "Scope").unwrap_or_else(|| "local".into()),
            labels: Labels::from_json(value.get("Labels")),
            raw: raw.to_owned(),
        })
    }
}

impl Network {
    /// Whether it exists on this engine alone.
    pub fn is_local(&self) -> bool {
        &*self.scope == "local"
    }

    /// Whether it is one that every engine has: `bridge`, `host`, `none`, and Windows' `nat`.
    pub fn is_predefined(&self) -> bool {
        matches!(&*self.name, "bridge" | "host" | "none" | "nat")
    }
}

impl Volume {
    /// Whether it exists on this engine alone.
    pub fn is_local(&self) -> bool {
        &*self.scope == "local"
    }
}

fn text(value: &Value, key: &str) -> Option<Arc<str>> {
    let text = value[key].as_str().filter(|text| !text.is_empty());
    text.map(Into::into)
}
