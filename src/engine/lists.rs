//! What an engine holds: its lists, and what of them has changed.

use std::borrow::Cow;
use std::hash::Hasher;
use std::sync::Arc;

use bytes::Bytes;
use rustc_hash::{FxHashMap, FxHasher};
use serde::Deserialize;
use serde_json::value::RawValue;
use tracing::debug;

use super::client::EngineClient;
use super::error::EngineError;
use crate::cluster::{Container, Entry, FromEngine, NodeContext};

pub(super) const CONTAINERS: &str = "/containers/json?all=1";
pub(super) const IMAGES: &str = "/images/json";
pub(super) const NETWORKS: &str = "/networks";
pub(super) const VOLUMES: &str = "/volumes";

/// The answers to all lists, as they came.
#[derive(Debug)]
pub(super) struct Lists {
    pub(super) containers: Bytes,
    pub(super) images: Bytes,
    pub(super) networks: Bytes,
    pub(super) volumes: Bytes,
}

/// Asks for all lists at once.
///
/// # Errors
/// The first that occurs.
pub(super) async fn fetch(client: &EngineClient) -> Result<Lists, EngineError> {
    let (containers, images, networks, volumes) = tokio::try_join!(
        client.get(CONTAINERS),
        client.get(IMAGES),
        client.get(NETWORKS),
        client.get(VOLUMES),
    )?;
    Ok(Lists {
        containers,
        images,
        networks,
        volumes,
    })
}

/// Tells answers that are as before.
#[derive(Debug, Default)]
pub(super) struct Seen(Option<u64>);

impl Seen {
    /// Whether the bytes are those of the last call; they are remembered.
    pub(super) fn same(&mut self, bytes: &[u8]) -> bool {
        let mut hasher = FxHasher::default();
        hasher.write(bytes);
        let hash = hasher.finish();
        self.0.replace(hash) == Some(hash)
    }

    /// What is known no longer comes from that answer alone.
    pub(super) fn forget(&mut self) {
        self.0 = None;
    }
}

/// Containers of a list, and the entries of those that have to be inspected.
#[derive(Debug, Default)]
pub(super) struct Listed {
    pub(super) containers: Vec<Arc<Container>>,
    pub(super) inspect: Vec<(Arc<str>, Box<RawValue>)>,
}

#[derive(Deserialize)]
struct Id<'a> {
    #[serde(rename = "Id", borrow)]
    id: Cow<'a, str>,
}

/// Reads a list of containers; those that did not change stay the same objects.
///
/// # Errors
/// When it is no list of containers.
pub(super) fn containers(
    bytes: &[u8],
    known: &FxHashMap<Arc<str>, Arc<Container>>,
    context: &NodeContext,
    now: i64,
) -> Result<Listed, EngineError> {
    let garbage = |error: &dyn ToString| EngineError::garbage(CONTAINERS, error);
    let raws: Vec<&RawValue> = serde_json::from_slice(bytes).map_err(|error| garbage(&error))?;
    let mut listed = Listed::default();
    for raw in raws {
        let Id { id } = serde_json::from_str(raw.get()).map_err(|error| garbage(&error))?;
        let old = known.get(&*id);
        if let Some(old) = old
            && unchanged(old, raw, context, now)
        {
            listed.containers.push(Arc::clone(old));
            continue;
        }
        let mut new =
            Container::from_engine(raw, None, context).map_err(|error| garbage(&error))?;
        if let Some(old) = old {
            new.carry_over(old);
        }
        listed.inspect.push((Arc::clone(&new.id), raw.to_owned()));
        listed.containers.push(Arc::new(new));
    }
    Ok(listed)
}

/// Whether an entry says nothing that is not known: the same but for the passing of time.
fn unchanged(old: &Container, raw: &RawValue, context: &NodeContext, now: i64) -> bool {
    let Ok(entry) = Entry::edit(raw, context) else {
        return false;
    };
    let listed: Option<String> = serde_json::from_slice(entry.listed_status()).ok();
    // A container that was restarted meanwhile differs in its status alone.
    let as_expected = |now| old.status(now) == listed;
    old.is_settled()
        && entry.same_but_status(&old.entry)
        && [now, now - 2, now + 2].into_iter().any(as_expected)
}

/// Reads a list of images or networks.
///
/// # Errors
/// When it is no list.
pub(super) fn objects<T: FromEngine>(path: &str, bytes: &[u8]) -> Result<Vec<Arc<T>>, EngineError> {
    let raws: Option<Vec<&RawValue>> =
        serde_json::from_slice(bytes).map_err(|error| EngineError::garbage(path, &error))?;
    Ok(read(path, raws.unwrap_or_default()))
}

#[derive(Deserialize)]
struct Volumes<'a> {
    #[serde(rename = "Volumes", borrow)]
    volumes: Option<Vec<&'a RawValue>>,
}

/// Reads a list of volumes.
///
/// # Errors
/// When it is no list.
pub(super) fn volumes<T: FromEngine>(bytes: &[u8]) -> Result<Vec<Arc<T>>, EngineError> {
    let list: Volumes<'_> =
        serde_json::from_slice(bytes).map_err(|error| EngineError::garbage(VOLUMES, &error))?;
    Ok(read(VOLUMES, list.volumes.unwrap_or_default()))
}

fn read<T: FromEngine>(path: &str, raws: Vec<&RawValue>) -> Vec<Arc<T>> {
    let one = |raw| {
        let object = T::from_engine(raw);
        if object.is_none() {
            debug!(path, "An object without name or id is left out");
        }
        object.map(Arc::new)
    };
    raws.into_iter().filter_map(one).collect()
}
