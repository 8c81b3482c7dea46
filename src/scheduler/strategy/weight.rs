//! How full a node would be.

use super::NoResources;
use crate::scheduler::{Node, Spec};

/// How full a node would be with the container on it: CPU percent and memory percent, 100 for what was not asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Weight(i64);

impl Weight {
    /// The weight of a node; `None` when the container does not fit.
    pub fn of(spec: &Spec, node: &Node, overcommit: f64) -> Option<Self> {
        let (reserved, total) = (node.reserved(), node.allowance(overcommit));
        let cpu = percent(reserved.nano_cpus, spec.nano_cpus, total.nano_cpus)?;
        let memory = percent(reserved.memory, spec.memory, total.memory)?;
        Some(Self(cpu + memory))
    }

    /// The weight, lighter for every degree of health.
    pub fn favouring_health(self, node: &Node) -> i64 {
        self.0 - 10 * i64::from(node.health_degree)
    }

    /// The weight, heavier for every degree of health.
    pub fn crediting_health(self, node: &Node) -> i64 {
        self.0 + 10 * i64::from(node.health_degree)
    }
}

fn percent(reserved: i64, wanted: i64, total: i64) -> Option<i64> {
    if wanted <= 0 {
        return Some(100);
    }
    let after = i128::from(reserved) + i128::from(wanted);
    if after > i128::from(total) {
        return None;
    }
    i64::try_from(after * 100 / i128::from(total)).ok()
}

/// The node that fits with the least key and, where that is equal, the least id.
pub(super) fn first<'a, K: Ord>(
    spec: &Spec,
    nodes: Vec<&'a Node>,
    overcommit: f64,
    key: impl Fn(Weight, &Node) -> K,
) -> Result<&'a Node, NoResources> {
    let weigh = |node: &'a Node| {
        let weight = Weight::of(spec, node, overcommit)?;
        Some((key(weight, node), node))
    };
    let weighed = nodes.into_iter().filter_map(weigh);
    let least = weighed.min_by(|(a, one), (b, other)| a.cmp(b).then_with(|| one.id.cmp(&other.id)));
    least.map(|(_, node)| node).ok_or(NoResources)
}

/// The nodes that fit, ordered by a key and, where that is equal, by id.
pub(super) fn ranked<'a, K: Ord>(
    spec: &Spec,
    nodes: Vec<&'a Node>,
    overcommit: f64,
    key: impl Fn(Weight, &Node) -> K,
) -> Result<Vec<&'a Node>, NoResources> {
    let weigh = |node: &'a Node| {
        let weight = Weight::of(spec, node, overcommit)?;
        Some((key(weight, node), node))
    };
    let mut weighed: Vec<_> = nodes.into_iter().filter_map(weigh).collect();
    if weighed.is_empty() {
        return Err(NoResources);
    }
    weighed.sort_by(|(a, one), (b, other)| a.cmp(b).then_with(|| one.id.cmp(&other.id)));
    Ok(weighed.into_iter().map(|(_, node)| node).collect())
}
