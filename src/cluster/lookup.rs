//! What a text in a request stands for.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::container::Container;
use super::engine::{EngineSnapshot, NodeKey};
use super::resource::{Image, Network, Volume};
use super::snapshot::Snapshot;
use crate::scheduler::images::ImageName;

/// A container and its engine.
#[derive(Clone, Copy, Debug)]
pub struct Found<'a> {
    /// The engine that has it.
    pub engine: &'a Arc<EngineSnapshot>,
    /// The container.
    pub container: &'a Arc<Container>,
}

/// An image, network or volume and an engine that holds it.
#[derive(Debug)]
pub struct Held<'a, T> {
    /// The engine that has it.
    pub engine: &'a Arc<EngineSnapshot>,
    /// The object.
    pub object: &'a Arc<T>,
}

impl<T> Clone for Held<'_, T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Held<'_, T> {}

/// Who goes by a name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Holder {
    /// The node's name.
    pub node: Arc<str>,
    /// The object's id; a volume's name.
    pub id: Arc<str>,
}

/// Why a text stands for nothing, or for too much.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LookupError {
    /// Nothing goes by it.
    #[error("nothing goes by that name or id")]
    NotFound,
    /// Several go by that name.
    #[error("the name is ambiguous: {}", holders(.0))]
    AmbiguousName(Vec<Holder>),
    /// Several ids begin so.
    #[error("several ids begin so")]
    AmbiguousPrefix,
}

fn holders(holders: &[Holder]) -> String {
    let one = |holder: &Holder| format!("{} on {}", holder.id, holder.node);
    holders.iter().map(one).collect::<Vec<_>>().join(", ")
}

type Hit<'a> = (NodeKey, &'a Arc<str>);

impl Snapshot {
    /// The container that `X` in a path stands for: id, swarm id, `name`, `/name`, `node/name`
    /// or the beginning of an id, in this order: exact or 12-character id, the same of a swarm id,
    /// name, unique prefix.
    ///
    /// # Errors
    /// When none or several go by it.
    pub fn container(&self, reference: &str) -> Result<Found<'_>, LookupError> {
        let plain = reference.strip_prefix('/').unwrap_or(reference);
        if let Some((engine, rest)) = self.split_node(plain) {
            let only = |hit: &Hit<'_>| hit.0 == engine.key;
            return match self.container_where(rest, only) {
                Err(LookupError::NotFound) => self.container_where(plain, |_| true),
                other => other,
            };
        }
        self.container_where(plain, |_| true)
    }

    fn container_where(
        &self,
        text: &str,
        only: impl Fn(&Hit<'_>) -> bool,
    ) -> Result<Found<'_>, LookupError> {
        if text.is_empty() {
            return Err(LookupError::NotFound);
        }
        let found = |hit: Hit<'_>| self.found(hit.0, hit.1).ok_or(LookupError::NotFound);
        let exact = [
            &self.index.container_ids,
            &self.index.swarm_ids,
            &self.index.container_names,
        ];
        for (rank, index) in exact.into_iter().enumerate() {
            let mut hit = self.single(index.exact(text).filter(&only))?;
            if rank < 2 && hit.is_none() && text.len() == 12 {
                hit = by_prefix(index.prefix(text).filter(&only))?;
            }
            if let Some(hit) = hit {
                return found(hit);
            }
        }
        let hit = by_prefix(self.index.container_ids.prefix(text).filter(&only))?;
        hit.map_or(Err(LookupError::NotFound), found)
    }

    /// Every node's copy of the image that a text stands for: id, name or the beginning of an id.
    ///
    /// One tag may stand for different images on different nodes; all are named.
    ///
    /// # Errors
    /// When no node holds it, or several ids begin so.
    pub fn image(&self, reference: &str) -> Result<Vec<Held<'_, Image>>, LookupError> {
        let hits: Vec<_> = self.index.image_ids.exact(reference).collect();
        if !hits.is_empty() {
            return Ok(self.images_held(hits));
        }
        let name = ImageName::parse(reference).canonical();
        let hits: Vec<_> = self.index.image_names.exact(&name).collect();
        if !hits.is_empty() {
            return Ok(self.images_held(hits));
        }
        let hex = reference.strip_prefix("sha256:").unwrap_or(reference);
        if hex.is_empty() || !hex.bytes().all(|b| b.is_ascii_hexdigit()) {
            return Err(LookupError::NotFound);
        }
        let prefix = format!("sha256:{hex}");
        let hits: Vec<_> = self.index.image_ids.prefix(&prefix).collect();
        one_id(&hits)?;
        Ok(self.images_held(hits))
    }

    fn images_held(&self, hits: Vec<Hit<'_>>) -> Vec<Held<'_, Image>> {
        self.held(hits, |engine, id| {
            engine.images.iter().find(|i| *i.id == *id)
        })
    }

    /// Every node's copy of the network that a text stands for: id, name, `node/name` or the
    /// beginning of an id. A local network has one, one of wider scope or a predefined one many.
    ///
    /// # Errors
    /// When none or several go by it.
    pub fn network(&self, reference: &str) -> Result<Vec<Held<'_, Network>>, LookupError> {
        let find = |hits| {
            self.held(hits, |engine, id| {
                engine.networks.iter().find(|network| *network.id == *id)
            })
        };
        if let Some((engine, rest)) = self.split_node(reference) {
            let mut hits = engine
                .networks
                .iter()
                .filter(|n| *n.name == *rest || *n.id == *rest);
            if let Some(object) = hits.next() {
                return Ok(vec![Held { engine, object }]);
            }
        }
        let by_id = find(self.index.network_ids.exact(reference).collect());
        if !by_id.is_empty() {
            return Ok(by_id);
        }
        let by_name = find(self.index.network_names.exact(reference).collect());
        if let Some(first) = by_name.first() {
            let same = |held: &Held<'_, Network>| held.object.id == first.object.id;
            let apart = !by_name.iter().all(same) && !first.object.is_predefined();
            return if apart {
                Err(LookupError::AmbiguousName(names(&by_name, |n| &n.id)))
            } else {
                Ok(by_name)
            };
        }
        let hits: Vec<_> = self.index.network_ids.prefix(reference).collect();
        if reference.is_empty() {
            return Err(LookupError::NotFound);
        }
        one_id(&hits)?;
        Ok(find(hits))
    }

    /// Every node's copy of the volume that a text stands for: `name` or `node/name`. A local
    /// volume has one, one of a global driver many.
    ///
    /// # Errors
    /// When none or several go by it.
    pub fn volume(&self, reference: &str) -> Result<Vec<Held<'_, Volume>>, LookupError> {
        if let Some((engine, rest)) = self.split_node(reference)
            && let Some(object) = engine.volumes.iter().find(|v| *v.name == *rest)
        {
            return Ok(vec![Held { engine, object }]);
        }
        let held = self.volumes_named(reference);
        match held.len() {
            0 => Err(LookupError::NotFound),
            1 => Ok(held),
            _ if held.iter().all(|held| !held.object.is_local()) => Ok(held),
            _ => Err(LookupError::AmbiguousName(names(&held, |v| &v.name))),
        }
    }

    /// The engine and the container that an exec runs in.
    pub fn exec(&self, id: &str) -> Option<(&Arc<EngineSnapshot>, &Arc<str>)> {
        let (node, container) = self.execs.get(id)?;
        Some((self.engine(*node)?, container))
    }

    /// `node/rest`, where a node goes by that name.
    pub fn split_node<'a>(&self, text: &'a str) -> Option<(&Arc<EngineSnapshot>, &'a str)> {
        let (node, rest) = text.split_once('/')?;
        let engine = self.engine(*self.names.get(node)?)?;
        (!rest.is_empty()).then_some((engine, rest))
    }

    pub(super) fn held<'a, T>(
        &'a self,
        hits: Vec<Hit<'_>>,
        find: impl Fn(&'a EngineSnapshot, &str) -> Option<&'a Arc<T>>,
    ) -> Vec<Held<'a, T>> {
        let held = |(node, id): Hit<'_>| {
            let engine = self.engine(node)?;
            let object = find(engine, id)?;
            Some(Held { engine, object })
        };
        hits.into_iter().filter_map(held).collect()
    }

    fn single<'a>(
        &self,
        mut hits: impl Iterator<Item = Hit<'a>>,
    ) -> Result<Option<Hit<'a>>, LookupError> {
        let first = hits.next();
        let (Some(one), Some(other)) = (first, hits.next()) else {
            return Ok(first);
        };
        let holder = |(node, id): Hit<'_>| Holder {
            node: self
                .engine(node)
                .map(|e| Arc::clone(&e.name))
                .unwrap_or_default(),
            id: Arc::clone(id),
        };
        let all = [one, other].into_iter().chain(hits);
        Err(LookupError::AmbiguousName(all.map(holder).collect()))
    }
}

fn names<T>(held: &[Held<'_, T>], id: impl Fn(&T) -> &Arc<str>) -> Vec<Holder> {
    let holder = |held: &Held<'_, T>| Holder {
        node: Arc::clone(&held.engine.name),
        id: Arc::clone(id(held.object)),
    };
    held.iter().map(holder).collect()
}

fn by_prefix<'a>(mut hits: impl Iterator<Item = Hit<'a>>) -> Result<Option<Hit<'a>>, LookupError> {
    let first = hits.next();
    match hits.next() {
        Some(_) => Err(LookupError::AmbiguousPrefix),
        None => Ok(first),
    }
}

fn one_id(hits: &[Hit<'_>]) -> Result<(), LookupError> {
    let ids: BTreeSet<&str> = hits.iter().map(|(_, id)| &***id).collect();
    match ids.len() {
        0 => Err(LookupError::NotFound),
        1 => Ok(()),
        _ => Err(LookupError::AmbiguousPrefix),
    }
}
