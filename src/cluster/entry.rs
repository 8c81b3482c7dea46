//! A container's entry in lists, edited when its state changed, with a hole for what is computed.

use std::ops::Range;

use bytes::Bytes;
use serde_json::Value;
use serde_json::value::{RawValue, to_raw_value};

use super::container::NodeContext;
use crate::config::Names;
use crate::json::RawObject;

/// One list entry: the engine's own object, edited; the value of `Status` is where the hole is.
///
/// `before() + STATUS + after()` is the entry, STATUS being a JSON string with its quotes.
#[derive(Clone, Debug)]
pub struct Entry {
    bytes: Bytes,
    hole: Range<u32>,
}

impl Entry {
    /// Edits an engine's list entry for the cluster.
    ///
    /// # Errors
    /// When it is not a JSON object.
    pub fn edit(raw: &RawValue, context: &NodeContext) -> serde_json::Result<Self> {
        let mut object = RawObject::parse(raw.get().as_bytes())?;
        if let Some(names) = object.read::<Vec<String>>("Names") {
            let names = edit_names(&names, context);
            object.set("Names", to_raw_value(&names)?);
        }
        if let Some(ports) = object.read::<Vec<Box<RawValue>>>("Ports") {
            object.set("Ports", edit_ports(&ports, context)?);
        }
        if object.get("Status").is_none() {
            object.set_str("Status", "");
        }
        let mut out = Vec::with_capacity(raw.get().len() + 64);
        let mut hole = 0..0;
        object.write(&mut out, |name, begin, end| {
            if name == "Status" {
                // Answers of engines are bounded far below 4 GiB.
                hole = begin as u32..end as u32;
            }
        });
        Ok(Self {
            bytes: out.into_boxed_slice().into(),
            hole,
        })
    }

    /// Everything up to the value of `Status`.
    pub fn before(&self) -> Bytes {
        self.bytes.slice(..self.hole.start as usize)
    }

    /// Everything behind the value of `Status`.
    pub fn after(&self) -> Bytes {
        self.bytes.slice(self.hole.end as usize..)
    }

    /// The parts around the hole.
    pub fn parts(&self) -> (&[u8], &[u8]) {
        let (start, end) = (self.hole.start as usize, self.hole.end as usize);
        (&self.bytes[..start], &self.bytes[end..])
    }

    /// The value of `Status` as the engine listed it, a JSON string with its quotes.
    pub fn listed_status(&self) -> &[u8] {
        &self.bytes[self.hole.start as usize..self.hole.end as usize]
    }

    /// The whole entry with the status as the engine listed it.
    pub fn bytes(&self) -> &Bytes {
        &self.bytes
    }

    /// Whether both are the same but for the status.
    pub fn same_but_status(&self, other: &Self) -> bool {
        self.parts() == other.parts()
    }
}

/// Plain names first, then the same with the node in front.
fn edit_names(names: &[String], context: &NodeContext) -> Vec<String> {
    let with_node = names
        .iter()
        .map(|name| format!("/{}/{}", context.name, name.trim_start_matches('/')));
    match context.names {
        Names::Node => with_node.collect(),
        Names::Both => names.iter().cloned().chain(with_node).collect(),
    }
}

fn edit_ports(ports: &[Box<RawValue>], context: &NodeContext) -> serde_json::Result<Box<RawValue>> {
    let parsed: Vec<Value> = ports
        .iter()
        .map(|port| serde_json::from_str(port.get()).unwrap_or_default())
        .collect();
    let same = |a: &Value, b: &Value| {
        ["PrivatePort", "PublicPort", "Type"]
            .iter()
            .all(|key| a[*key] == b[*key])
    };
    let mut kept: Vec<Box<RawValue>> = Vec::with_capacity(ports.len());
    for (raw, port) in ports.iter().zip(&parsed) {
        let ip = match port["IP"].as_str() {
            Some("0.0.0.0") => Some(&context.ip),
            Some("::") => {
                let twin = |other: &Value| other["IP"] == "0.0.0.0" && same(other, port);
                if context.ipv6.is_none() && parsed.iter().any(twin) {
                    continue;
                }
                context.ipv6.as_ref()
            }
            _ => None,
        };
        let edited = ip.and_then(|ip| {
            let mut object = RawObject::parse(raw.get().as_bytes()).ok()?;
            object.set_str("IP", ip);
            object.to_raw()
        });
        kept.push(edited.unwrap_or_else(|| raw.clone()));
    }
    to_raw_value(&kept)
}
