//! Which node a client builds on: pure, time is an input.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::time::Duration;

use tokio::time::Instant;

use super::Client;
use crate::cluster::NodeKey;

/// How long a client keeps its node after its last connection has ended.
pub const LINGER: Duration = Duration::from_secs(60);

/// A healthy node.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Candidate {
    /// The node.
    pub node: NodeKey,
    /// Whether it takes new clients.
    pub open: bool,
}

/// Something of a build that is under way on a node: a connection, or a build request.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Visit {
    /// Whose pin it keeps; none for a build that is placed by itself.
    pub client: Option<Client>,
    /// The BuildKit session that the connection carries.
    pub session: Option<Box<str>>,
    /// The id by which the build can be cancelled.
    pub build: Option<Box<str>>,
}

/// The pins of clients, and everything that is under way.
#[derive(Debug, Default)]
pub struct Pins {
    next: u64,
    visits: HashMap<u64, (NodeKey, Visit)>,
    pins: HashMap<Client, Pin>,
}

#[derive(Clone, Copy, Debug)]
struct Pin {
    node: NodeKey,
    /// When it was made, or its last visit ended.
    last: Instant,
}

impl Pins {
    /// The client's node: the one it has, else the open one with the fewest builds. Between equals
    /// the client decides, so that it comes back to the node that has its cache.
    pub fn node(
        &mut self,
        client: &Client,
        candidates: &[Candidate],
        now: Instant,
    ) -> Option<NodeKey> {
        self.expire(now);
        let had = self.pins.get(client).map(|pin| pin.node);
        let kept = had.filter(|node| {
            let mut candidates = candidates.iter();
            let candidate = candidates.find(|candidate| candidate.node == *node);
            // What has begun goes on where it is, also when the node takes no new clients.
            candidate.is_some_and(|candidate| candidate.open || self.visited(client, *node))
        });
        let open = candidates.iter().filter(|candidate| candidate.open);
        let fewest = || {
            open.map(|candidate| candidate.node)
                .min_by_key(|node| (self.builds(*node), preference(client, *node)))
        };
        let node = kept.or_else(fewest)?;
        let last = now;
        self.pins.insert(client.clone(), Pin { node, last });
        Some(node)
    }

    /// The node of a session.
    pub fn session(&self, id: &str) -> Option<NodeKey> {
        self.find(|visit| visit.session.as_deref() == Some(id))
    }

    /// The node of a build.
    pub fn build(&self, id: &str) -> Option<NodeKey> {
        self.find(|visit| visit.build.as_deref() == Some(id))
    }

    /// Something begins on a node; its number.
    pub fn enter(&mut self, node: NodeKey, visit: Visit) -> u64 {
        let number = self.next;
        self.next += 1;
        self.visits.insert(number, (node, visit));
        number
    }

    /// It has ended.
    pub fn leave(&mut self, number: u64, now: Instant) {
        let Some((node, visit)) = self.visits.remove(&number) else {
            return;
        };
        let pin = visit.client.and_then(|client| self.pins.get_mut(&client));
        if let Some(pin) = pin.filter(|pin| pin.node == node) {
            pin.last = now;
        }
        self.expire(now);
    }

    /// The nodes that clients are pinned to.
    pub fn nodes(&mut self, now: Instant) -> Vec<NodeKey> {
        self.expire(now);
        let mut nodes: Vec<NodeKey> = self.pins.values().map(|pin| pin.node).collect();
        nodes.sort_unstable();
        nodes.dedup();
        nodes
    }

    fn expire(&mut self, now: Instant) {
        let visits = &self.visits;
        self.pins
            .retain(|client, pin| now < pin.last + LINGER || is_visited(visits, client, pin.node));
    }

    fn visited(&self, client: &Client, node: NodeKey) -> bool {
        is_visited(&self.visits, client, node)
    }

    /// The clients pinned to a node, and the builds there that were placed by themselves.
    fn builds(&self, node: NodeKey) -> usize {
        let pinned = self.pins.values().filter(|pin| pin.node == node);
        let visits = self.visits.values();
        let placed = visits.filter(|(at, visit)| *at == node && visit.client.is_none());
        pinned.count() + placed.count()
    }

    fn find(&self, wanted: impl Fn(&Visit) -> bool) -> Option<NodeKey> {
        let mut visits = self.visits.values();
        visits
            .find(|(_, visit)| wanted(visit))
            .map(|(node, _)| *node)
    }
}

fn is_visited(visits: &HashMap<u64, (NodeKey, Visit)>, client: &Client, node: NodeKey) -> bool {
    let mut visits = visits.values();
    visits.any(|(at, visit)| *at == node && visit.client.as_ref() == Some(client))
}

fn preference(client: &Client, node: NodeKey) -> u64 {
    let mut hasher = DefaultHasher::new();
    (client, node.0).hash(&mut hasher);
    hasher.finish()
}

#[cfg(test)]
mod tests;
