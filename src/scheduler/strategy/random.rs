//! Any node that fits.

use super::weight::ranked;
use super::{NoResources, Strategy};
use crate::scheduler::{Node, Spec};

/// Takes any node that fits; the seed says which.
#[derive(Debug, Clone, Copy)]
pub struct Random {
    /// How far beyond its capacity a node may be reserved.
    pub overcommit: f64,
}

impl Strategy for Random {
    fn name(&self) -> &'static str {
        "random"
    }

    fn rank<'a>(
        &self,
        spec: &Spec,
        nodes: Vec<&'a Node>,
        seed: u64,
    ) -> Result<Vec<&'a Node>, NoResources> {
        let mut fitting = ranked(spec, nodes, self.overcommit, |_, _| ())?;
        fastrand::Rng::with_seed(seed).shuffle(&mut fitting);
        Ok(fitting)
    }

    fn best<'a>(
        &self,
        spec: &Spec,
        nodes: Vec<&'a Node>,
        seed: u64,
    ) -> Result<&'a Node, NoResources> {
        // A shuffle leaves no short cut to its first.
        let ranked = self.rank(spec, nodes, seed)?;
        ranked.first().copied().ok_or(NoResources)
    }
}
