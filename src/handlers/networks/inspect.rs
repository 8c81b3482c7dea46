//! `GET /networks/X`: a network as the nodes that have it know it.

use serde_json::value::RawValue;

use super::list::shown_name;
use crate::cluster::{Held, Network, Snapshot};
use crate::config::Networks;
use crate::json::RawObject;

/// Unites what engines answered to an inspect, in the order of `held`: the first one's fields, and
/// the containers of all.
///
/// # Errors
/// When an answer is not a JSON object.
pub fn render(
    snapshot: &Snapshot,
    held: &[Held<'_, Network>],
    bodies: &[Vec<u8>],
    names: Networks,
) -> serde_json::Result<Vec<u8>> {
    let copies: Vec<&RawValue> = bodies
        .iter()
        .map(|body| serde_json::from_slice(body))
        .collect::<Result<_, _>>()?;
    let mut network = match copies.first() {
        Some(first) => RawObject::parse(first.get().as_bytes())?,
        None => RawObject::default(),
    };
    unite(&mut network, &copies);
    let name = held
        .first()
        .and_then(|held| shown_name(snapshot, held.engine, held.object, names));
    if let Some(name) = name {
        network.set_str("Name", &name);
    }
    Ok(network.to_vec())
}

/// Puts the containers that any copy knows into `network`, where that adds some.
pub(super) fn unite(network: &mut RawObject<'_>, copies: &[&RawValue]) {
    if copies.len() < 2 {
        return;
    }
    let own: Vec<Box<RawValue>> = copies
        .iter()
        .filter_map(|copy| {
            let copy = RawObject::parse(copy.get().as_bytes()).ok()?;
            copy.get("Containers").map(RawValue::to_owned)
        })
        .collect();
    let mut all = RawObject::default();
    for containers in &own {
        let Ok(containers) = RawObject::parse(containers.get().as_bytes()) else {
            continue;
        };
        for (id, endpoint) in containers.iter() {
            if all.get(id).is_none() {
                all.set(id, endpoint.to_owned());
            }
        }
    }
    if all.iter().next().is_some()
        && let Some(all) = all.to_raw()
    {
        network.set("Containers", all);
    }
}
