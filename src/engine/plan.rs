//! What of an engine is to be read next: no object twice at a time, and nothing lost.

use std::collections::VecDeque;
use std::sync::Arc;

use rustc_hash::FxHashMap;

/// What can be read.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum Target {
    /// One container, by id.
    Container(Arc<str>),
    /// The list of images.
    Images,
    /// The list of networks.
    Networks,
    /// The list of volumes.
    Volumes,
    /// All lists.
    All,
    /// What the engine says of itself.
    Facts,
}

/// So many reads asked for by events and commands run at once.
const LIMIT: usize = 16;
/// So many reads of the background run at once.
const BACKGROUND: usize = 4;

#[derive(Debug)]
struct Slot<A> {
    running: bool,
    background: bool,
    /// Asked for again since the read began.
    again: bool,
    /// A list of everything began since the read began: its result may be older than that list.
    overtaken: bool,
    acks: Vec<A>,
    next: Vec<A>,
}

/// What became of a finished read.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Outcome<A> {
    /// To be applied, and these told.
    Apply(Vec<A>),
    /// Too old; it will be read again.
    Discard,
}

/// The reads that run and that wait.
///
/// While everything is listed, nothing else begins, and what was running is read again
/// afterwards: otherwise an older list could hide a newer object.
#[derive(Debug)]
pub(super) struct Plan<A> {
    slots: FxHashMap<Target, Slot<A>>,
    ready: VecDeque<Target>,
    background: VecDeque<Arc<str>>,
    running: usize,
    background_running: usize,
}

impl<A> Plan<A> {
    pub(super) fn new() -> Self {
        Self {
            slots: FxHashMap::default(),
            ready: VecDeque::new(),
            background: VecDeque::new(),
            running: 0,
            background_running: 0,
        }
    }

    /// Asks for a read that begins after now.
    pub(super) fn request(&mut self, target: Target, ack: Option<A>) {
        if let Some(slot) = self.slots.get_mut(&target) {
            slot.again |= slot.running;
            let acks = if slot.running {
                &mut slot.next
            } else {
                &mut slot.acks
            };
            acks.extend(ack);
            return;
        }
        let slot = Slot {
            running: false,
            background: false,
            again: false,
            overtaken: false,
            acks: ack.into_iter().collect(),
            next: Vec::new(),
        };
        self.slots.insert(target.clone(), slot);
        self.ready.push_back(target);
    }

    /// Makes these the containers that are read when there is nothing better to do.
    pub(super) fn set_background(&mut self, ids: impl IntoIterator<Item = Arc<str>>) {
        self.background = ids.into_iter().collect();
    }

    /// Whether no read of the background waits or runs.
    pub(super) fn background_done(&self) -> bool {
        self.background.is_empty() && self.background_running == 0
    }

    /// Whether a read of this target waits or runs.
    pub(super) fn has(&self, target: &Target) -> bool {
        self.slots.contains_key(target)
    }

    /// The next read to begin, and whether it is one of the background.
    pub(super) fn start(&mut self) -> Option<(Target, bool)> {
        if self.slots.get(&Target::All).is_some_and(|all| all.running) {
            return None;
        }
        if self.slots.contains_key(&Target::All) {
            for slot in self.slots.values_mut().filter(|slot| slot.running) {
                slot.overtaken = true;
            }
            self.ready.retain(|target| *target != Target::All);
            return Some((self.begin(Target::All, false), false));
        }
        if self.running < LIMIT
            && let Some(target) = self.ready.pop_front()
        {
            return Some((self.begin(target, false), false));
        }
        while self.background_running < BACKGROUND {
            let target = Target::Container(self.background.pop_front()?);
            if !self.slots.contains_key(&target) {
                self.request(target.clone(), None);
                self.ready.pop_back();
                return Some((self.begin(target, true), true));
            }
        }
        None
    }

    fn begin(&mut self, target: Target, background: bool) -> Target {
        if let Some(slot) = self.slots.get_mut(&target) {
            slot.running = true;
            slot.background = background;
        }
        if background {
            self.background_running += 1;
        } else {
            self.running += 1;
        }
        target
    }

    /// A read ended; says what to do with its result.
    pub(super) fn finish(&mut self, target: &Target) -> Outcome<A> {
        let Some(mut slot) = self.slots.remove(target) else {
            return Outcome::Discard;
        };
        if slot.background {
            self.background_running -= 1;
        } else {
            self.running -= 1;
        }
        if slot.overtaken {
            slot.acks.append(&mut slot.next);
            self.again(target, slot.acks);
            return Outcome::Discard;
        }
        if slot.again {
            self.again(target, slot.next);
        }
        Outcome::Apply(slot.acks)
    }

    fn again(&mut self, target: &Target, acks: Vec<A>) {
        self.request(target.clone(), None);
        if let Some(slot) = self.slots.get_mut(target) {
            slot.acks = acks;
        }
    }
}

#[cfg(test)]
mod tests;
