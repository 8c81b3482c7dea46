//! `GET /volumes`: the volumes of all nodes.

use rustc_hash::FxHashSet;
use swarm_middleware::api::{Filters, Refusal};

use crate::cluster::{EngineSnapshot, NodeKey, Snapshot, Volume};
use crate::config::Volumes;
use crate::handlers::containers::filters::NamePattern;
use crate::handlers::filtering::{self, LabelTests, includes, truth, values};
use crate::handlers::shown::with_node;
use crate::json::RawObject;

const KNOWN: [&str; 5] = ["dangling", "driver", "label", "name", "node"];

/// What the filters ask for.
struct VolumeFilter<'f> {
    drivers: &'f [String],
    names: Vec<NamePattern>,
    labels: LabelTests,
    nodes: Option<Vec<NodeKey>>,
    dangling: Option<bool>,
}

/// The list; volumes that every node reaches are shown once.
///
/// # Errors
/// A filter that the engine would refuse.
pub fn render(snapshot: &Snapshot, filters: &Filters, mode: Volumes) -> Result<Vec<u8>, Refusal> {
    let filter = VolumeFilter::read(filters, snapshot)?;
    let mut shown: FxHashSet<(&str, &str)> = FxHashSet::default();
    let mut out = br#"{"Volumes":["#.to_vec();
    let mut first = true;
    for engine in snapshot.engines() {
        for volume in engine
            .volumes
            .iter()
            .filter(|volume| filter.accepts(engine, volume))
        {
            if !volume.is_local() && !shown.insert((&volume.driver, &volume.name)) {
                continue;
            }
            if !std::mem::take(&mut first) {
                out.push(b',');
            }
            let name = shown_name(snapshot, engine, volume, mode);
            write(volume, name.as_deref(), &mut out);
        }
    }
    out.extend_from_slice(br#"],"Warnings":"#);
    // Writing into a vector has no way to fail.
    let _ = serde_json::to_writer(&mut out, &warnings(snapshot));
    out.extend_from_slice(b"}\n");
    Ok(out)
}

/// The volume that engines answered an inspect with, by the name the list shows.
///
/// # Errors
/// When `body` is not a JSON object.
pub fn inspect(
    snapshot: &Snapshot,
    engine: &EngineSnapshot,
    volume: &Volume,
    body: &[u8],
    mode: Volumes,
) -> serde_json::Result<Vec<u8>> {
    let mut object = RawObject::parse(body)?;
    if let Some(name) = shown_name(snapshot, engine, volume, mode) {
        object.set_str("Name", &name);
    }
    Ok(object.to_vec())
}

/// The name a volume is shown by, where that is not its own.
fn shown_name(
    snapshot: &Snapshot,
    engine: &EngineSnapshot,
    volume: &Volume,
    mode: Volumes,
) -> Option<String> {
    let with = volume.is_local()
        && match mode {
            Volumes::All => true,
            Volumes::Placed => snapshot.volume_is_ambiguous(&volume.name),
        };
    with.then(|| with_node(&engine.name, &volume.name))
}

fn write(volume: &Volume, name: Option<&str>, out: &mut Vec<u8>) {
    let raw = volume.raw.get().as_bytes();
    match name.and_then(|name| Some((name, RawObject::parse(raw).ok()?))) {
        Some((name, mut entry)) => {
            entry.set_str("Name", name);
            entry.write(out, |_, _, _| ());
        }
        None => out.extend_from_slice(raw),
    }
}

/// Nodes whose volumes may have changed since; none as an engine says it.
fn warnings(snapshot: &Snapshot) -> Option<Vec<String>> {
    let down = snapshot.engines().filter(|engine| !engine.is_healthy());
    let warnings: Vec<_> = down
        .map(|engine| {
            format!(
                "node {} is {}: its volumes may be others now",
                engine.name, engine.status
            )
        })
        .collect();
    (!warnings.is_empty()).then_some(warnings)
}

impl<'f> VolumeFilter<'f> {
    fn read(filters: &'f Filters, snapshot: &Snapshot) -> Result<Self, Refusal> {
        filtering::only(filters, &KNOWN)?;
        Ok(Self {
            drivers: values(filters, "driver"),
            names: values(filters, "name")
                .iter()
                .map(|name| NamePattern::new(name))
                .collect(),
            labels: LabelTests::new(values(filters, "label")),
            nodes: filtering::nodes(filters, snapshot),
            dangling: truth(filters, "dangling")?,
        })
    }

    fn accepts(&self, engine: &EngineSnapshot, volume: &Volume) -> bool {
        let named = |pattern: &NamePattern| pattern.matches(&engine.name, &volume.name);
        self.nodes
            .as_ref()
            .is_none_or(|nodes| nodes.contains(&engine.key))
            && includes(self.drivers, &volume.driver)
            && (self.names.is_empty() || self.names.iter().any(named))
            && self.labels.hold(&volume.labels)
            && self
                .dangling
                .is_none_or(|dangling| dangling != engine.node.names_volume(&volume.name))
    }
}

#[cfg(test)]
mod tests;
