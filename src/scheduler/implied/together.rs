//! What volumes and networks have in common: a name that is taken somewhere ties a container to that place.

use crate::scheduler::{Mention, Node};

/// What one mention asks of a node.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Tie {
    /// Nothing: the name is free, or reachable from everywhere.
    Nowhere,
    /// The node it was given with.
    Named,
    /// A node that has it, or where others name it.
    Held,
    /// A node where others name it already; where the object itself lies does not matter.
    Promised,
}

/// The ties of a list of mentions, found by one look at every node.
#[derive(Debug)]
pub(super) struct Ties(Vec<Tie>);

/// How a kind of object is looked for on a node.
pub(super) struct Kind {
    pub(super) has: fn(&Node, &str) -> bool,
    pub(super) named: fn(&Node, &str) -> bool,
    pub(super) everywhere: fn(&Node, &str) -> bool,
}

impl Ties {
    pub(super) fn survey(mentions: &[Mention], nodes: &[&Node], kind: &Kind) -> Self {
        Self(
            mentions
                .iter()
                .map(|mention| tie(mention, nodes, kind))
                .collect(),
        )
    }

    pub(super) fn accept(&self, mentions: &[Mention], node: &Node, kind: &Kind) -> bool {
        let pairs = self.0.iter().zip(mentions);
        pairs
            .into_iter()
            .all(|(tie, mention)| meets(*tie, mention, node, kind))
    }

    /// Each tied name and the nodes it is tied to.
    pub(super) fn places(&self, mentions: &[Mention], nodes: &[&Node], kind: &Kind) -> Vec<Place> {
        let tied = self
            .0
            .iter()
            .zip(mentions)
            .filter(|(tie, _)| **tie != Tie::Nowhere);
        tied.map(|(tie, mention)| {
            let here = nodes.iter().filter(|node| meets(*tie, mention, node, kind));
            let mut nodes: Vec<_> = here.map(|node| node.name.to_string()).collect();
            nodes.sort_unstable();
            Place {
                name: mention.name.to_string(),
                nodes,
            }
        })
        .collect()
    }
}

/// A name and where it is.
#[derive(Debug)]
pub(super) struct Place {
    name: String,
    nodes: Vec<String>,
}

impl Place {
    pub(super) fn describe(&self, kind: &str) -> String {
        format!("{kind} {} is on {}", self.name, self.nodes.join(", "))
    }
}

fn tie(mention: &Mention, nodes: &[&Node], kind: &Kind) -> Tie {
    let name = &*mention.name;
    if let Some(given) = &mention.node {
        // A node nobody knows is the engine's to refuse.
        let known = nodes.iter().any(|node| node.name == *given);
        return if known { Tie::Named } else { Tie::Nowhere };
    }
    if nodes.iter().any(|node| (kind.everywhere)(node, name)) {
        return Tie::Nowhere;
    }
    if mention.loose {
        let promised = nodes.iter().any(|node| (kind.named)(node, name));
        return if promised {
            Tie::Promised
        } else {
            Tie::Nowhere
        };
    }
    let held = |node: &&Node| (kind.has)(node, name) || (kind.named)(node, name);
    if nodes.iter().any(held) {
        Tie::Held
    } else {
        Tie::Nowhere
    }
}

fn meets(tie: Tie, mention: &Mention, node: &Node, kind: &Kind) -> bool {
    let name = &*mention.name;
    match tie {
        Tie::Nowhere => true,
        Tie::Named => mention.node.as_ref() == Some(&node.name),
        Tie::Held => (kind.has)(node, name) || (kind.named)(node, name),
        Tie::Promised => (kind.named)(node, name),
    }
}
