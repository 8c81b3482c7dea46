//! How a node is named in what is shown of its objects.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::cluster::EngineSnapshot;

/// A node as answers show it.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct NodeCard<'a> {
    /// `ENGINEID|ADDR`.
    #[serde(rename = "ID")]
    pub id: &'a str,
    /// The address that published ports are reached at.
    #[serde(rename = "IP")]
    pub ip: &'a str,
    /// Where the engine listens.
    #[serde(rename = "Addr")]
    pub addr: &'a str,
    /// The node's name in the cluster.
    #[serde(rename = "Name")]
    pub name: &'a str,
    /// CPUs of the machine.
    #[serde(rename = "Cpus")]
    pub cpus: i64,
    /// Bytes of memory of the machine.
    #[serde(rename = "Memory")]
    pub memory: i64,
    /// The daemon's labels and those derived from its facts.
    #[serde(rename = "Labels")]
    pub labels: &'a BTreeMap<String, String>,
}

impl<'a> NodeCard<'a> {
    /// The card of an engine.
    pub fn of(engine: &'a EngineSnapshot) -> Self {
        let node = &engine.node;
        let facts = engine.facts.as_ref();
        Self {
            id: &node.id,
            ip: &node.ip,
            addr: &node.addr,
            name: &engine.name,
            cpus: facts.map_or(0, |facts| facts.cpus),
            memory: facts.map_or(0, |facts| facts.memory),
            labels: node.labels(),
        }
    }
}
