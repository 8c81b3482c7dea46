//! `GET /containers/json`: every engine's own entries, merged, filtered and written around their status.

use std::sync::Arc;

use bytes::{BufMut, Bytes, BytesMut};
use rustc_hash::FxHashSet;
use swarm_middleware::api::{Filters, Query, Refusal};

use super::filters::{ContainerFilter, place, position};
use super::size::Sizes;
use crate::cluster::{Container, ContainerState, Found, NodeKey, Snapshot};
use crate::json::write_str;

/// The status of every container whose node is not healthy.
const HOST_DOWN: &str = "Host Down";
/// A chunk is sent once it is this large; entries are not split.
const CHUNK: usize = 128 * 1024;

/// What a list was asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ListQuery {
    /// Also what does not run, what runs on nodes that are down, and the cluster's own containers.
    pub all: bool,
    /// So many at most, running or not; none and anything below 1 mean no limit.
    pub limit: Option<usize>,
    /// Only what was created before this container.
    pub before: Option<String>,
    /// Only what was created after this container.
    pub since: Option<String>,
    /// With sizes, which only the engines know.
    pub size: bool,
    /// The `filters` parameter.
    pub filters: Filters,
}

/// The list as chunks of one JSON array, made one by one as they are asked for.
#[derive(Debug)]
pub struct ContainerChunks {
    rows: std::vec::IntoIter<Row>,
    sizes: Option<Sizes>,
    now: i64,
    started: bool,
    ended: bool,
}

#[derive(Debug)]
struct Row {
    container: Arc<Container>,
    down: bool,
}

impl ListQuery {
    /// Reads a query string.
    ///
    /// # Errors
    /// When `limit` is no number or `filters` cannot be read.
    pub fn parse(query: &Query) -> Result<Self, Refusal> {
        let limit = query
            .number("limit")
            .map_err(|error| Refusal::bad_input(error.to_string()))?;
        let text = |key: &str| query.get(key).filter(|text| !text.is_empty());
        Ok(Self {
            all: query.flag("all"),
            limit: limit
                .and_then(|limit| usize::try_from(limit).ok())
                .filter(|limit| *limit > 0),
            before: text("before").map(Into::into),
            since: text("since").map(Into::into),
            size: query.flag("size"),
            filters: query
                .filters()
                .map_err(|error| Refusal::bad_input(error.to_string()))?,
        })
    }
}

/// Chooses what is shown; `now` is in seconds since 1970.
///
/// # Errors
/// A filter that the engine would refuse, or a `before` or `since` that is not there.
pub fn render(
    snapshot: &Snapshot,
    query: &ListQuery,
    now: i64,
) -> Result<ContainerChunks, Refusal> {
    let filter = ContainerFilter::read(&query.filters, snapshot)?;
    let all = query.all || filter.names_a_state();
    let bound = |filtered: &Option<_>, parameter: &Option<String>| match (filtered, parameter) {
        (None, Some(reference)) => place(snapshot, reference).map(Some),
        (filtered, _) => Ok(filtered.clone()),
    };
    let before = bound(&filter.before, &query.before)?;
    let since = bound(&filter.since, &query.since)?;
    let wanted = |found: &Found<'_>| {
        let shown = all || (found.engine.is_healthy() && !is_own(found.container));
        let shown = shown && (all || query.limit.is_some() || runs(found.container));
        let here = || position(found.container);
        shown
            && before.as_ref().is_none_or(|before| here() > *before)
            && since.as_ref().is_none_or(|since| here() < *since)
            && filter.accepts(*found)
    };
    let limit = query.limit.unwrap_or(usize::MAX);
    let rows: Vec<Row> = match filter.candidates(snapshot) {
        Some(mut candidates) => {
            candidates.sort_by_cached_key(|found| position(found.container));
            candidates
                .iter()
                .filter(|found| wanted(found))
                .take(limit)
                .map(Row::of)
                .collect()
        }
        None => {
            let all = snapshot.containers();
            all.filter(wanted)
                .take(limit)
                .map(|found| Row::of(&found))
                .collect()
        }
    };
    Ok(ContainerChunks {
        rows: rows.into_iter(),
        sizes: None,
        now,
        started: false,
        ended: false,
    })
}

/// Whether it does something, as `docker ps` without `-a` asks.
fn runs(container: &Container) -> bool {
    matches!(
        container.state,
        ContainerState::Running | ContainerState::Paused | ContainerState::Restarting
    )
}

/// Whether it is one of the cluster's own: its image is called `swarm`.
fn is_own(container: &Container) -> bool {
    let image = &*container.workload.image;
    let image = image.strip_prefix("docker.io/").unwrap_or(image);
    let image = image.strip_prefix("library/").unwrap_or(image);
    match image.strip_prefix("swarm") {
        Some(rest) => rest.is_empty() || rest.starts_with([':', '@']),
        None => false,
    }
}

impl Row {
    fn of(found: &Found<'_>) -> Self {
        Self {
            container: Arc::clone(found.container),
            down: !found.engine.is_healthy(),
        }
    }
}

impl ContainerChunks {
    /// How many containers are shown.
    pub fn count(&self) -> usize {
        self.rows.len()
    }

    /// The nodes whose containers are shown, which are to be asked for sizes.
    pub fn nodes(&self) -> FxHashSet<NodeKey> {
        let up = self.rows.as_slice().iter().filter(|row| !row.down);
        up.map(|row| row.container.node).collect()
    }

    /// The same list with sizes.
    #[must_use]
    pub fn with_sizes(mut self, sizes: Sizes) -> Self {
        self.sizes = Some(sizes);
        self
    }

    fn write(&self, row: &Row, out: &mut BytesMut, scratch: &mut Vec<u8>) {
        let (before, after) = row.container.entry.parts();
        scratch.clear();
        if row.down {
            write_str(scratch, HOST_DOWN);
        } else {
            row.container.write_status(self.now, scratch);
        }
        out.reserve(before.len() + scratch.len() + after.len() + 64);
        out.put_slice(before);
        out.put_slice(scratch);
        let size = self
            .sizes
            .as_ref()
            .and_then(|sizes| sizes.of(&row.container));
        match (size, after.split_last()) {
            (Some(size), Some((brace, rest))) => {
                out.put_slice(rest);
                out.put_slice(size.as_bytes());
                out.put_u8(*brace);
            }
            _ => out.put_slice(after),
        }
    }
}

impl Iterator for ContainerChunks {
    type Item = Bytes;

    fn next(&mut self) -> Option<Bytes> {
        if self.ended {
            return None;
        }
        let mut out = BytesMut::with_capacity(CHUNK.min(1024 * (self.rows.len() + 1)));
        let mut scratch = Vec::with_capacity(64);
        if !self.started {
            self.started = true;
            out.put_u8(b'[');
        } else {
            out.put_u8(b',');
        }
        while let Some(row) = self.rows.next() {
            self.write(&row, &mut out, &mut scratch);
            if self.rows.len() == 0 {
                break;
            }
            if out.len() >= CHUNK {
                return Some(out.freeze());
            }
            out.put_u8(b',');
        }
        self.ended = true;
        out.put_slice(b"]\n");
        Some(out.freeze())
    }
}

#[cfg(test)]
mod tests;
