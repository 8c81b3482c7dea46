//! One entry for an image that several nodes hold.

use std::sync::Arc;

use serde_json::Value;
use serde_json::value::{RawValue, to_raw_value};

use crate::cluster::Image;
use crate::json::RawObject;

/// An image, and what the nodes that hold it say of it.
#[derive(Debug)]
pub(super) struct Merged<'a> {
    /// Each node's copy, at least one.
    pub(super) copies: Vec<&'a Arc<Image>>,
    /// All `repo:tag`s that are shown.
    pub(super) tags: Vec<&'a str>,
    /// All `repo@digest`s that are shown.
    pub(super) digests: Vec<&'a str>,
}

impl<'a> Merged<'a> {
    /// The image that a first node holds.
    pub(super) fn new(image: &'a Arc<Image>) -> Self {
        let mut merged = Self {
            copies: Vec::with_capacity(1),
            tags: Vec::new(),
            digests: Vec::new(),
        };
        merged.add(image);
        merged
    }

    /// Another node's copy of it.
    pub(super) fn add(&mut self, image: &'a Arc<Image>) {
        self.copies.push(image);
        for (all, more) in [
            (&mut self.tags, &image.tags),
            (&mut self.digests, &image.digests),
        ] {
            for name in more {
                if !all.contains(&&**name) {
                    all.push(name);
                }
            }
        }
    }

    /// Whatever is the same on all nodes.
    pub(super) fn image(&self) -> &'a Image {
        self.copies[0]
    }

    /// Writes the first node's entry with what the others add to it.
    pub(super) fn write(&self, out: &mut Vec<u8>) -> serde_json::Result<()> {
        let first = self.copies[0];
        let same_names = first
            .tags
            .iter()
            .map(|name| &**name)
            .eq(self.tags.iter().copied())
            && first
                .digests
                .iter()
                .map(|name| &**name)
                .eq(self.digests.iter().copied());
        let same = |copy: &&Arc<Image>| copy.raw.get() == first.raw.get();
        if same_names && self.copies.iter().all(same) {
            out.extend_from_slice(first.raw.get().as_bytes());
            return Ok(());
        }
        let mut entry = RawObject::parse(first.raw.get().as_bytes())?;
        for (name, all) in [("RepoTags", &self.tags), ("RepoDigests", &self.digests)] {
            if !all.is_empty() {
                entry.set(name, to_raw_value(all)?);
            } else if entry
                .read::<Vec<String>>(name)
                .is_some_and(|names| !names.is_empty())
            {
                // Only `<none>` is left, which clients of this image's engine expect.
                let none = entry.read::<Vec<String>>(name).unwrap_or_default();
                if !none.iter().all(|name| name.starts_with("<none>")) {
                    entry.set(name, to_raw_value::<[&str]>(&[])?);
                }
            }
        }
        self.numbers(&mut entry)?;
        self.manifests(&mut entry)?;
        entry.write(out, |_, _, _| ());
        Ok(())
    }

    fn numbers(&self, entry: &mut RawObject<'_>) -> serde_json::Result<()> {
        let read = |copy: &&Arc<Image>| {
            let object = RawObject::parse(copy.raw.get().as_bytes()).ok()?;
            object.read::<i64>("Containers").filter(|count| *count >= 0)
        };
        let containers: Vec<i64> = self.copies.iter().filter_map(read).collect();
        if !containers.is_empty() {
            entry.set("Containers", to_raw_value(&containers.iter().sum::<i64>())?);
        }
        let size = self.copies.iter().map(|copy| copy.size).max();
        if let Some(size) = size.filter(|size| entry.read("Size") != Some(*size)) {
            entry.set("Size", to_raw_value(&size)?);
            if entry.get("VirtualSize").is_some() {
                entry.set("VirtualSize", to_raw_value(&size)?);
            }
        }
        Ok(())
    }

    /// The variants that any node has; of one that several have, one that is available.
    fn manifests(&self, entry: &mut RawObject<'_>) -> serde_json::Result<()> {
        let mut all: Vec<(Value, Box<RawValue>)> = Vec::new();
        for copy in &self.copies {
            let object = RawObject::parse(copy.raw.get().as_bytes())?;
            let manifests: Option<Vec<Box<RawValue>>> = object.read("Manifests");
            for raw in manifests.into_iter().flatten() {
                let value: Value = serde_json::from_str(raw.get())?;
                match all.iter_mut().find(|(have, _)| have["ID"] == value["ID"]) {
                    Some(have) if have.0["Available"] != true && value["Available"] == true => {
                        *have = (value, raw);
                    }
                    Some(_) => {}
                    None => all.push((value, raw)),
                }
            }
        }
        if !all.is_empty() {
            let all: Vec<_> = all.iter().map(|(_, raw)| raw).collect();
            entry.set("Manifests", to_raw_value(&all)?);
        }
        Ok(())
    }
}
