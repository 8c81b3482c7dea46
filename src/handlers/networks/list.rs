//! `GET /networks`: the networks of all nodes.

use std::sync::Arc;

use rustc_hash::FxHashMap;
use serde_json::value::RawValue;
use swarm_middleware::api::{Filters, Refusal};

use super::inspect::unite;
use crate::cluster::{ContainerState, EngineSnapshot, Network, NodeKey, Snapshot};
use crate::config::Networks;
use crate::handlers::containers::filters::NamePattern;
use crate::handlers::filtering::{self, LabelTests, includes, truth, values, wrong};
use crate::handlers::shown::with_node;
use crate::json::RawObject;

const KNOWN: [&str; 8] = [
    "dangling", "driver", "id", "label", "name", "node", "scope", "type",
];

/// What the filters ask for.
struct NetworkFilter<'f> {
    drivers: &'f [String],
    ids: &'f [String],
    scopes: &'f [String],
    names: Vec<NamePattern>,
    labels: LabelTests,
    nodes: Option<Vec<NodeKey>>,
    dangling: Option<bool>,
    builtin: Option<bool>,
}

/// One line of the list: a network as the nodes that have it know it.
struct Row<'a> {
    engine: &'a EngineSnapshot,
    copies: Vec<&'a Network>,
}

/// The list: networks of wider scope once, and what every node has once where names are plain.
///
/// # Errors
/// A filter that the engine would refuse.
pub fn render(snapshot: &Snapshot, filters: &Filters, names: Networks) -> Result<Vec<u8>, Refusal> {
    let filter = NetworkFilter::read(filters, snapshot)?;
    let mut rows: Vec<Row<'_>> = Vec::new();
    let mut united: FxHashMap<&str, usize> = FxHashMap::default();
    for engine in snapshot.engines() {
        for network in engine
            .networks
            .iter()
            .filter(|network| filter.accepts(engine, network))
        {
            let copies = vec![&**network];
            if let Some(one) = same_everywhere(network, names) {
                if let Some(at) = united.get(one) {
                    rows[*at].copies.extend(copies);
                    continue;
                }
                united.insert(one, rows.len());
            }
            rows.push(Row { engine, copies });
        }
    }
    let mut out = vec![b'['];
    for (index, row) in rows.iter().enumerate() {
        if index > 0 {
            out.push(b',');
        }
        let name = shown_name(snapshot, row.engine, row.copies[0], names);
        row.write(name.as_deref(), &mut out);
    }
    out.extend_from_slice(b"]\n");
    Ok(out)
}

/// What ties the copies of a network together; none where each node's stands for itself.
fn same_everywhere(network: &Network, names: Networks) -> Option<&str> {
    if !network.is_local() {
        return Some(&network.id);
    }
    (network.is_predefined() && names == Networks::Plain).then_some(&*network.name)
}

/// The name a network is shown by, where that is not its own.
pub(super) fn shown_name(
    snapshot: &Snapshot,
    engine: &EngineSnapshot,
    network: &Network,
    names: Networks,
) -> Option<String> {
    let with = network.is_local()
        && match names {
            Networks::Node => true,
            Networks::Plain => {
                !network.is_predefined() && snapshot.network_is_ambiguous(&network.name)
            }
        };
    with.then(|| with_node(&engine.name, &network.name))
}

impl Row<'_> {
    fn write(&self, name: Option<&str>, out: &mut Vec<u8>) {
        let first = &self.copies[0].raw;
        if name.is_none() && self.copies.len() == 1 {
            out.extend_from_slice(first.get().as_bytes());
            return;
        }
        let copies: Vec<&RawValue> = self.copies.iter().map(|copy| &*copy.raw).collect();
        match RawObject::parse(first.get().as_bytes()) {
            Ok(mut entry) => {
                unite(&mut entry, &copies);
                if let Some(name) = name {
                    entry.set_str("Name", name);
                }
                entry.write(out, |_, _, _| ());
            }
            // Cannot be: the state holds JSON objects alone.
            Err(_) => out.extend_from_slice(first.get().as_bytes()),
        }
    }
}

impl<'f> NetworkFilter<'f> {
    fn read(filters: &'f Filters, snapshot: &Snapshot) -> Result<Self, Refusal> {
        filtering::only(filters, &KNOWN)?;
        let builtin = match values(filters, "type") {
            [] => None,
            kinds => {
                let odd = kinds
                    .iter()
                    .find(|kind| *kind != "builtin" && *kind != "custom");
                if let Some(odd) = odd {
                    return Err(wrong("type", odd));
                }
                let same = kinds.iter().all(|kind| *kind == kinds[0]);
                same.then_some(kinds[0] == "builtin")
            }
        };
        Ok(Self {
            drivers: values(filters, "driver"),
            ids: values(filters, "id"),
            scopes: values(filters, "scope"),
            names: values(filters, "name")
                .iter()
                .map(|name| NamePattern::new(name))
                .collect(),
            labels: LabelTests::new(values(filters, "label")),
            nodes: filtering::nodes(filters, snapshot),
            dangling: truth(filters, "dangling")?,
            builtin,
        })
    }

    fn accepts(&self, engine: &EngineSnapshot, network: &Network) -> bool {
        let named = |pattern: &NamePattern| pattern.matches(&engine.name, &network.name);
        self.nodes
            .as_ref()
            .is_none_or(|nodes| nodes.contains(&engine.key))
            && includes(self.drivers, &network.driver)
            && includes(self.scopes, &network.scope)
            && (self.ids.is_empty() || self.ids.iter().any(|id| network.id.contains(id)))
            && (self.names.is_empty() || self.names.iter().any(named))
            && self.labels.hold(&network.labels)
            && self
                .builtin
                .is_none_or(|builtin| builtin == network.is_predefined())
            && self.dangling.is_none_or(|dangling| {
                dangling == (!network.is_predefined() && !is_used(engine, network))
            })
    }
}

/// Whether a container that runs has an endpoint in it.
fn is_used(engine: &EngineSnapshot, network: &Network) -> bool {
    let runs = |state: &ContainerState| {
        matches!(
            state,
            ContainerState::Running | ContainerState::Paused | ContainerState::Restarting
        )
    };
    let joined = |id: &Arc<str>| *id == network.id;
    let mut containers = engine
        .containers
        .values()
        .filter(|container| runs(&container.state));
    containers.any(|container| {
        container.network_ids.iter().any(joined)
            || container.workload.networks.contains(&network.name)
    })
}

#[cfg(test)]
mod tests;
