//! How the indexes follow what one engine holds.

use std::collections::BTreeSet;
use std::sync::Arc;

use rustc_hash::{FxHashMap, FxHashSet};

use super::container::Container;
use super::engine::{EngineSnapshot, NodeKey};
use super::index::Index;
use super::resource::{Image, Network, Volume};
use super::snapshot::{Indexes, ListKey};
use crate::scheduler::images::{ImageName, Images};
use crate::scheduler::{Networks, Node};

type Containers = FxHashMap<Arc<str>, Arc<Container>>;

impl Indexes {
    /// Makes these the containers of an engine.
    pub(super) fn replace_containers(
        &mut self,
        engine: &mut EngineSnapshot,
        all: Vec<Arc<Container>>,
    ) {
        let kept: FxHashSet<&str> = all.iter().map(|container| &*container.id).collect();
        let known = engine.containers.keys();
        let gone: Vec<_> = known.filter(|id| !kept.contains(&***id)).cloned().collect();
        for id in gone {
            self.remove_container(engine, &id);
        }
        self.upsert_containers(engine, all);
    }

    /// Adds or replaces containers of an engine.
    pub(super) fn upsert_containers(
        &mut self,
        engine: &mut EngineSnapshot,
        some: Vec<Arc<Container>>,
    ) {
        let same = |c: &Arc<Container>| {
            let known = engine.containers.get(&c.id);
            known.is_some_and(|known| Arc::ptr_eq(known, c))
        };
        if some.iter().all(same) {
            return;
        }
        let containers: &mut Containers = Arc::make_mut(&mut engine.containers);
        let node: &mut Node = Arc::make_mut(&mut engine.node);
        for container in some {
            let old = containers.insert(Arc::clone(&container.id), Arc::clone(&container));
            if let Some(old) = &old {
                *engine.counts.slot(&old.state) -= 1;
            }
            *engine.counts.slot(&container.state) += 1;
            node.insert(Arc::clone(&container.workload));
            self.index_container(engine.key, old.as_deref(), Some(&container));
        }
    }

    /// Takes a container of an engine away.
    pub(super) fn remove_container(&mut self, engine: &mut EngineSnapshot, id: &str) {
        if !engine.containers.contains_key(id) {
            return;
        }
        let containers: &mut Containers = Arc::make_mut(&mut engine.containers);
        if let Some(old) = containers.remove(id) {
            *engine.counts.slot(&old.state) -= 1;
            Arc::make_mut(&mut engine.node).remove(id);
            self.index_container(engine.key, Some(&old), None);
        }
    }

    fn index_container(
        &mut self,
        node: NodeKey,
        old: Option<&Container>,
        new: Option<&Arc<Container>>,
    ) {
        let mut ids = Pairs::new(&mut self.container_ids, node);
        ids.old.extend(old.map(|c| (&c.id, &c.id)));
        ids.new.extend(new.map(|c| (&c.id, &c.id)));
        ids.apply();
        let mut names = Pairs::new(&mut self.container_names, node);
        names.old.extend(old.into_iter().flat_map(names_of));
        names.new.extend(new.into_iter().flat_map(|c| names_of(c)));
        names.apply();
        let mut swarm_ids = Pairs::new(&mut self.swarm_ids, node);
        swarm_ids.old.extend(old.and_then(swarm_id_of));
        swarm_ids.new.extend(new.and_then(|c| swarm_id_of(c)));
        swarm_ids.apply();
        if let Some(old) = old
            && new.is_none_or(|new| new.created != old.created)
        {
            self.list.remove(&ListKey::of(old));
        }
        if let Some(new) = new {
            self.list.insert(ListKey::of(new), Arc::clone(new));
        }
    }

    /// Makes these the images of an engine.
    pub(super) fn replace_images(&mut self, engine: &mut EngineSnapshot, all: Vec<Arc<Image>>) {
        let old = std::mem::replace(&mut engine.images, Arc::new(all));
        let new = &engine.images;
        let mut ids = Pairs::new(&mut self.image_ids, engine.key);
        ids.old
            .extend(old.iter().map(|image| (&image.id, &image.id)));
        ids.new
            .extend(new.iter().map(|image| (&image.id, &image.id)));
        ids.apply();
        let (old_names, new_names) = (canonical(&old), canonical(new));
        let mut names = Pairs::new(&mut self.image_names, engine.key);
        names
            .old
            .extend(old_names.iter().map(|(name, id)| (name, id)));
        names
            .new
            .extend(new_names.iter().map(|(name, id)| (name, id)));
        names.apply();
        let mut images = Images::default();
        for image in new.iter() {
            let names = image.tags.iter().chain(&image.digests);
            images.insert(&image.id, names.map(|name| &**name));
        }
        Arc::make_mut(&mut engine.node).images = Arc::new(images);
    }

    /// Makes these the networks of an engine.
    pub(super) fn replace_networks(&mut self, engine: &mut EngineSnapshot, all: Vec<Arc<Network>>) {
        let old = std::mem::replace(&mut engine.networks, Arc::new(all));
        let new = &engine.networks;
        let mut ids = Pairs::new(&mut self.network_ids, engine.key);
        ids.old
            .extend(old.iter().map(|network| (&network.id, &network.id)));
        ids.new
            .extend(new.iter().map(|network| (&network.id, &network.id)));
        ids.apply();
        let mut names = Pairs::new(&mut self.network_names, engine.key);
        names
            .old
            .extend(old.iter().map(|network| (&network.name, &network.id)));
        names
            .new
            .extend(new.iter().map(|network| (&network.name, &network.id)));
        names.apply();
        let mut networks = Networks::default();
        for network in new.iter().filter(|network| !network.is_predefined()) {
            if network.is_local() {
                networks.insert_local(&network.name, &network.id);
            } else {
                networks.insert_global(&network.name, &network.id);
            }
        }
        Arc::make_mut(&mut engine.node).networks = Arc::new(networks);
    }

    /// Makes these the volumes of an engine.
    pub(super) fn replace_volumes(&mut self, engine: &mut EngineSnapshot, all: Vec<Arc<Volume>>) {
        let old = std::mem::replace(&mut engine.volumes, Arc::new(all));
        let new = &engine.volumes;
        let mut names = Pairs::new(&mut self.volume_names, engine.key);
        names
            .old
            .extend(old.iter().map(|volume| (&volume.name, &volume.name)));
        names
            .new
            .extend(new.iter().map(|volume| (&volume.name, &volume.name)));
        names.apply();
        let local = new.iter().filter(|volume| volume.is_local());
        let local = local.map(|volume| Arc::clone(&volume.name)).collect();
        Arc::make_mut(&mut engine.node).volumes = Arc::new(local);
    }
}

fn names_of(container: &Container) -> impl Iterator<Item = (&Arc<str>, &Arc<str>)> {
    container
        .workload
        .names
        .iter()
        .map(|name| (name, &container.id))
}

fn swarm_id_of(container: &Container) -> Option<(&Arc<str>, &Arc<str>)> {
    let id = container.workload.swarm_id.as_ref()?;
    Some((id, &container.id))
}

fn canonical(images: &[Arc<Image>]) -> Vec<(Arc<str>, Arc<str>)> {
    let names = |image: &Arc<Image>| {
        let id = Arc::clone(&image.id);
        let names = image.tags.iter().chain(&image.digests);
        let names = names.map(move |n| (ImageName::parse(n).canonical().into(), Arc::clone(&id)));
        names.collect::<Vec<_>>()
    };
    images.iter().flat_map(names).collect()
}

/// What an engine had and has in an index; applying touches only the difference.
struct Pairs<'i, 'a> {
    index: &'i mut Index,
    node: NodeKey,
    old: BTreeSet<(&'a Arc<str>, &'a Arc<str>)>,
    new: BTreeSet<(&'a Arc<str>, &'a Arc<str>)>,
}

impl<'i, 'a> Pairs<'i, 'a> {
    fn new(index: &'i mut Index, node: NodeKey) -> Self {
        Self {
            index,
            node,
            old: BTreeSet::new(),
            new: BTreeSet::new(),
        }
    }

    fn apply(self) {
        for (text, id) in self.old.difference(&self.new) {
            self.index.remove(text, self.node, id);
        }
        for (text, id) in self.new.difference(&self.old) {
            self.index.insert(text, self.node, id);
        }
    }
}
