//! `GET /images/json`: the images of all nodes, one entry for each.

use std::cmp::Reverse;

use jiff::Timestamp;
use rustc_hash::{FxHashMap, FxHashSet};
use swarm_middleware::api::{ApiVersion, Filters, Query, Refusal};

use super::glob::Glob;
use super::merge::Merged;
use crate::cluster::{LookupError, NodeKey, Snapshot};
use crate::handlers::filtering::{self, LabelTests, truth, values, wrong};
use crate::handlers::system::instant;
use crate::scheduler::images::ImageName;

const KNOWN: [&str; 7] = [
    "before",
    "dangling",
    "label",
    "node",
    "reference",
    "since",
    "until",
];

/// What a list was asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ImageQuery {
    /// Also images that are only steps towards others.
    pub all: bool,
    /// The `filters` parameter, and `filter` of clients below API 1.41.
    pub filters: Filters,
}

impl ImageQuery {
    /// Reads a query string of a client that speaks `version`.
    ///
    /// # Errors
    /// When `filters` cannot be read.
    pub fn parse(query: &Query, version: ApiVersion) -> Result<Self, Refusal> {
        let mut filters = query
            .filters()
            .map_err(|error| Refusal::bad_input(error.to_string()))?;
        let name = query.get("filter").filter(|name| !name.is_empty());
        if let Some(name) = name.filter(|_| version < ApiVersion::v1(41)) {
            let mut names = filters.remove("reference").unwrap_or_default();
            names.push(name.into_owned());
            let rest = filters
                .iter()
                .map(|(key, values)| (key.to_owned(), values.to_vec()));
            filters = rest.chain([("reference".to_owned(), names)]).collect();
        }
        Ok(Self {
            all: query.flag("all"),
            filters,
        })
    }
}

/// What the filters ask for.
struct ImageFilter {
    dangling: Option<bool>,
    labels: LabelTests,
    nodes: Option<Vec<NodeKey>>,
    references: Vec<Glob>,
    before: Option<i64>,
    since: Option<i64>,
}

/// The list, newest first.
///
/// # Errors
/// A filter that the engine would refuse, or a `before` or `since` that is not there.
pub fn render(snapshot: &Snapshot, query: &ImageQuery, now: Timestamp) -> Result<Vec<u8>, Refusal> {
    let filter = ImageFilter::read(&query.filters, snapshot, now)?;
    let mut merged: FxHashMap<&str, Merged<'_>> = FxHashMap::default();
    let mut parents: FxHashSet<&str> = FxHashSet::default();
    for engine in snapshot.engines() {
        if filter
            .nodes
            .as_ref()
            .is_some_and(|nodes| !nodes.contains(&engine.key))
        {
            continue;
        }
        for image in engine.images.iter() {
            parents.insert(&image.parent);
            match merged.get_mut(&*image.id) {
                Some(have) => have.add(image),
                None => {
                    merged.insert(&image.id, Merged::new(image));
                }
            }
        }
    }
    let mut shown: Vec<Merged<'_>> = merged
        .into_values()
        .filter_map(|image| filter.accept(image, query.all, &parents))
        .collect();
    shown.sort_by_key(|image| (Reverse(image.image().created), &image.image().id));
    let mut out = vec![b'['];
    for (index, image) in shown.iter().enumerate() {
        if index > 0 {
            out.push(b',');
        }
        let start = out.len();
        if image.write(&mut out).is_err() {
            // Cannot be: the state holds JSON objects alone.
            out.truncate(start);
            out.extend_from_slice(image.image().raw.get().as_bytes());
        }
    }
    out.extend_from_slice(b"]\n");
    Ok(out)
}

impl ImageFilter {
    fn read(filters: &Filters, snapshot: &Snapshot, now: Timestamp) -> Result<Self, Refusal> {
        filtering::only(filters, &KNOWN)?;
        let created = |key: &str| {
            let image = values(filters, key).last();
            image.map(|image| created(snapshot, image)).transpose()
        };
        let glob = |pattern: &String| {
            Glob::new(pattern).map_err(|error| Refusal::bad_input(error.to_string()))
        };
        let until = match values(filters, "until") {
            [] => None,
            [until] => {
                let until = instant::parse(until, now).map_err(|_| wrong("until", until))?;
                Some(until.as_second())
            }
            _ => return Err(Refusal::bad_input("more than one until filter specified")),
        };
        let before = created("before")?;
        Ok(Self {
            dangling: truth(filters, "dangling")?,
            labels: LabelTests::new(values(filters, "label")),
            nodes: filtering::nodes(filters, snapshot),
            references: values(filters, "reference")
                .iter()
                .map(glob)
                .collect::<Result<_, _>>()?,
            before: before.into_iter().chain(until).min(),
            since: created("since")?,
        })
    }

    /// The image with the names that are shown; none when it is not asked for.
    fn accept<'a>(
        &self,
        mut merged: Merged<'a>,
        all: bool,
        parents: &FxHashSet<&str>,
    ) -> Option<Merged<'a>> {
        let image = merged.image();
        let wanted = self.before.is_none_or(|before| image.created < before)
            && self.since.is_none_or(|since| image.created > since)
            && self.labels.hold(&image.labels);
        if !wanted {
            return None;
        }
        if !self.references.is_empty() {
            merged.tags.retain(|name| self.refers_to(name));
            merged.digests.retain(|name| self.refers_to(name));
        }
        let unnamed = merged.tags.is_empty() && merged.digests.is_empty();
        let shown = if unnamed {
            self.dangling != Some(false)
                && self.references.is_empty()
                && (all || !parents.contains(&*image.id))
        } else {
            self.dangling != Some(true) || merged.tags.is_empty()
        };
        shown.then_some(merged)
    }

    fn refers_to(&self, name: &str) -> bool {
        let repository = repository(name);
        let mut globs = self.references.iter();
        globs.any(|glob| glob.matches(name) || glob.matches(repository))
    }
}

/// `repo` of `repo:tag` and `repo@digest`.
fn repository(name: &str) -> &str {
    let name = name.split_once('@').map_or(name, |(name, _)| name);
    match name.rsplit_once(':') {
        Some((repository, tag)) if !tag.contains('/') => repository,
        _ => name,
    }
}

/// When the image that `before` or `since` names was made.
fn created(snapshot: &Snapshot, reference: &str) -> Result<i64, Refusal> {
    match snapshot.image(reference) {
        Ok(held) => Ok(held
            .iter()
            .map(|held| held.object.created)
            .min()
            .unwrap_or(0)),
        Err(LookupError::NotFound) => {
            let name = ImageName::parse(reference);
            let latest = if name.tag.is_none() && name.digest.is_none() {
                ":latest"
            } else {
                ""
            };
            let message = format!("No such image: {reference}{latest}");
            Err(Refusal::not_found(message))
        }
        Err(error) => Err(Refusal::bad_input(error.to_string())),
    }
}

#[cfg(test)]
mod tests;
