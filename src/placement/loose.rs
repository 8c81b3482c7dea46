//! Volumes and networks that were made here and that no container has named yet: they go where
//! the first container that names them goes.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use swarm_middleware::api::ApiVersion;

use crate::cluster::{NodeKey, Snapshot};

/// How many loose objects are kept; the oldest stay where they are then.
const MOST: usize = 1024;
/// How many bytes their create bodies may have together.
const MOST_BYTES: usize = 16 << 20;
/// So much of an id tells a network.
const SHORT_ID: usize = 12;

/// What an object is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A volume.
    Volume,
    /// A network.
    Network,
}

/// One object that may still move.
#[derive(Clone, Debug)]
pub struct LooseObject {
    /// What it is.
    pub kind: Kind,
    /// Its name.
    pub name: Arc<str>,
    /// A network's id; a volume's name.
    pub id: Arc<str>,
    /// Where it is.
    pub node: NodeKey,
    /// What it was created from.
    pub body: Bytes,
    /// The version that was spoken.
    pub version: Option<ApiVersion>,
    /// Held by the one who moves it.
    pub turn: Arc<tokio::sync::Mutex<()>>,
    /// Whether it may be on two nodes at the moment.
    pub moving: bool,
}

/// All of them, and the first ids of networks that moved.
#[derive(Clone, Debug, Default)]
pub struct Loose(Arc<Mutex<Held>>);

#[derive(Debug, Default)]
struct Held {
    objects: VecDeque<LooseObject>,
    /// Ids of networks that are gone, and the names they have now.
    former: VecDeque<(Arc<str>, Arc<str>)>,
}

impl Loose {
    /// Remembers an object that was just made.
    pub fn keep(&self, object: LooseObject) {
        let mut held = self.lock();
        let (kind, name) = (object.kind, Arc::clone(&object.name));
        held.objects
            .retain(|one| !(one.kind == kind && one.name == name));
        // A network of its own is no longer meant by the ids of one that had its name.
        held.former
            .retain(|(_, former)| kind != Kind::Network || *former != name);
        held.objects.push_back(object);
        let size = |one: &LooseObject| one.body.len();
        while held.objects.len() > MOST || held.objects.iter().map(size).sum::<usize>() > MOST_BYTES
        {
            held.objects.pop_front();
        }
    }

    /// The object of this name, if it may move now: it is where it was made, its node answers,
    /// and no container there names it.
    pub fn find(&self, snapshot: &Snapshot, kind: Kind, name: &str) -> Option<LooseObject> {
        let object = self.get(kind, name)?;
        (object.moving || is_free(snapshot, &object)).then_some(object)
    }

    /// The object of this name as it is remembered.
    pub fn get(&self, kind: Kind, name: &str) -> Option<LooseObject> {
        let held = self.lock();
        let mut objects = held.objects.iter();
        let object = objects.find(|one| one.kind == kind && *one.name == *name);
        object.cloned()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.lock().objects.is_empty()
    }

    /// A container names it: it stays where it is.
    pub fn fix(&self, kind: Kind, name: &str) {
        let mut held = self.lock();
        held.objects
            .retain(|one| !(one.kind == kind && *one.name == *name));
    }

    /// Says that it moves, or no longer.
    pub fn set_moving(&self, kind: Kind, name: &str, moving: bool) {
        self.change(kind, name, |object| object.moving = moving);
    }

    /// Says where it is now, and by which id.
    pub fn moved(&self, kind: Kind, name: &str, node: NodeKey, id: &Arc<str>) {
        let mut former = None;
        self.change(kind, name, |object| {
            former = Some((Arc::clone(&object.id), Arc::clone(&object.name)));
            (object.node, object.id, object.moving) = (node, Arc::clone(id), false);
        });
        if kind == Kind::Network {
            let mut held = self.lock();
            held.former.extend(former);
            if held.former.len() > MOST {
                held.former.pop_front();
            }
        }
    }

    /// The name of the network that this is an id of, or was; none where ids need no translation.
    pub fn network_name(&self, id: &str) -> Option<Arc<str>> {
        if id.len() < SHORT_ID || !id.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return None;
        }
        let held = self.lock();
        let loose = held.objects.iter().filter(|one| one.kind == Kind::Network);
        let loose = loose.map(|one| (&one.id, &one.name));
        let former = held.former.iter().map(|(id, name)| (id, name));
        let mut all = loose.chain(former);
        let found = all.find(|(known, _)| known.starts_with(id))?;
        Some(Arc::clone(found.1))
    }

    /// The name that a network has now which had this id before it moved.
    pub fn moved_network(&self, id: &str) -> Option<Arc<str>> {
        if id.len() < SHORT_ID {
            return None;
        }
        let held = self.lock();
        let mut former = held.former.iter();
        let found = former.find(|(former, _)| former.starts_with(id))?;
        Some(Arc::clone(&found.1))
    }

    fn change(&self, kind: Kind, name: &str, change: impl FnOnce(&mut LooseObject)) {
        let mut held = self.lock();
        let mut objects = held.objects.iter_mut();
        if let Some(object) = objects.find(|one| one.kind == kind && *one.name == *name) {
            change(object);
        }
    }

    fn lock(&self) -> MutexGuard<'_, Held> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn is_free(snapshot: &Snapshot, object: &LooseObject) -> bool {
    let Some(engine) = snapshot
        .engine(object.node)
        .filter(|engine| engine.is_healthy())
    else {
        return false;
    };
    let name = &*object.name;
    match object.kind {
        Kind::Volume => {
            let held = snapshot.volumes_named(name);
            held.len() == 1
                && held.iter().all(|held| held.engine.key == object.node)
                && !engine.node.names_volume(name)
        }
        Kind::Network => {
            let held = snapshot.network(name).unwrap_or_default();
            held.len() == 1
                && held.iter().all(|held| held.object.id == object.id)
                && !engine.node.names_network(name)
                && !engine.node.names_network(&object.id)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn network(name: &str, id: &str, body: Bytes) -> LooseObject {
        LooseObject {
            kind: Kind::Network,
            name: name.into(),
            id: id.into(),
            node: NodeKey(1),
            body,
            version: None,
            turn: Arc::default(),
            moving: false,
        }
    }

    #[test]
    fn a_moved_network_goes_by_all_its_ids_until_another_takes_its_name() {
        let loose = Loose::default();
        let ids: Vec<String> = ["0a", "0b", "0c"].map(|two| two.repeat(32)).into();
        loose.keep(network("back", &ids[0], Bytes::new()));
        assert_eq!(loose.moved_network(&ids[0]), None);
        for id in &ids[1..] {
            loose.moved(Kind::Network, "back", NodeKey(2), &id.as_str().into());
        }
        for id in &ids[..2] {
            assert_eq!(loose.moved_network(id).as_deref(), Some("back"));
            assert_eq!(loose.network_name(&id[..12]).as_deref(), Some("back"));
        }
        assert_eq!(loose.moved_network(&ids[2]), None);
        assert_eq!(loose.network_name(&ids[2]).as_deref(), Some("back"));
        assert_eq!(loose.network_name("0a0a"), None, "too short to tell");
        loose.fix(Kind::Network, "back");
        assert!(loose.is_empty());
        assert_eq!(loose.moved_network(&ids[0]).as_deref(), Some("back"));
        loose.keep(network("back", &"0d".repeat(32), Bytes::new()));
        assert_eq!(loose.moved_network(&ids[0]), None);
    }

    #[test]
    fn the_oldest_are_forgotten_by_number_and_by_bytes() {
        let loose = Loose::default();
        for number in 0..=MOST {
            loose.keep(network(&format!("net-{number}"), "", Bytes::new()));
        }
        assert!(loose.get(Kind::Network, "net-0").is_none());
        assert!(loose.get(Kind::Network, "net-1").is_some());
        assert!(loose.get(Kind::Volume, "net-1").is_none());
        loose.keep(network("large", "", vec![0; MOST_BYTES].into()));
        assert!(loose.get(Kind::Network, &format!("net-{MOST}")).is_some());
        loose.keep(network("late", "", vec![0; 1].into()));
        assert!(loose.get(Kind::Network, "large").is_none());
        assert!(loose.get(Kind::Network, "late").is_some());
    }
}
