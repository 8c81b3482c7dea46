//! Filters, then the strategy.

use super::error::{ScheduleError, Tally, TurnedAway};
use super::filter::{Filter, FilterName, Soft};
use super::implied::{
    ApiVersionFilter, Avoided, NetworksFilter, Paused, PlatformFilter, SessionFilter, Settled,
    VolumesFilter,
};
use super::strategy::{NoResources, Strategy, StrategyName};
use super::{Node, Spec};

/// Chooses nodes: the implied filters and the configured ones, then the strategy.
#[derive(Debug)]
pub struct Scheduler {
    strategy: Box<dyn Strategy>,
    strategy_name: StrategyName,
    filters: Vec<FilterName>,
    overcommit: f64,
}

impl Scheduler {
    /// A scheduler with these filters, applied in this order; none named means all.
    pub fn new(strategy: StrategyName, filters: &[FilterName], overcommit: f64) -> Self {
        let mut chosen: Vec<FilterName> = Vec::new();
        let named = if filters.is_empty() {
            &FilterName::ALL
        } else {
            filters
        };
        for filter in named {
            if !chosen.contains(filter) {
                chosen.push(*filter);
            }
        }
        Self {
            strategy: strategy.strategy(overcommit),
            strategy_name: strategy,
            filters: chosen,
            overcommit,
        }
    }

    /// The strategy.
    pub fn strategy(&self) -> StrategyName {
        self.strategy_name
    }

    /// The configured filters.
    pub fn filters(&self) -> &[FilterName] {
        &self.filters
    }

    /// How far beyond its capacity a node may be reserved.
    pub fn overcommit(&self) -> f64 {
        self.overcommit
    }

    /// The nodes that may take the container, best first. Soft expressions are given up only when nothing satisfies them.
    ///
    /// # Errors
    /// When no node may, with how many each filter turned away.
    pub fn place<'a>(
        &self,
        spec: &Spec,
        nodes: &[&'a Node],
        seed: u64,
    ) -> Result<Vec<&'a Node>, ScheduleError> {
        self.ask(spec, nodes, |fit| self.strategy.rank(spec, fit, seed))
    }

    /// The first that [`Scheduler::place`] gives, in time linear in the number of nodes.
    ///
    /// # Errors
    /// When no node may, with how many each filter turned away.
    pub fn choose<'a>(
        &self,
        spec: &Spec,
        nodes: &[&'a Node],
        seed: u64,
    ) -> Result<&'a Node, ScheduleError> {
        self.ask(spec, nodes, |fit| self.strategy.best(spec, fit, seed))
    }

    fn ask<'a, T>(
        &self,
        spec: &Spec,
        nodes: &[&'a Node],
        decide: impl Fn(Vec<&'a Node>) -> Result<T, NoResources>,
    ) -> Result<T, ScheduleError> {
        let volumes = VolumesFilter::survey(spec, nodes);
        let networks = NetworksFilter::survey(spec, nodes);
        let session = SessionFilter::survey(spec, nodes);
        let mut filters: Vec<&dyn Filter> = vec![
            &Settled,
            &Paused,
            &Avoided,
            &ApiVersionFilter,
            &PlatformFilter,
            &volumes,
            &networks,
            &session,
        ];
        let health = self.filters.contains(&FilterName::Health);
        if health {
            filters.insert(0, FilterName::Health.filter());
        }
        let rest = self
            .filters
            .iter()
            .filter(|name| **name != FilterName::Health);
        filters.extend(rest.map(|name| name.filter()));
        match pass(spec, nodes, &filters, Soft::Binding, &decide) {
            Err(_) if spec.has_soft() => pass(spec, nodes, &filters, Soft::Ignored, &decide),
            result => result,
        }
    }
}

fn pass<'a, T>(
    spec: &Spec,
    nodes: &[&'a Node],
    filters: &[&dyn Filter],
    soft: Soft,
    decide: impl Fn(Vec<&'a Node>) -> Result<T, NoResources>,
) -> Result<T, ScheduleError> {
    // Each node is asked until someone says no; `no[i]` counts the refusals of filter `i`.
    let mut no = vec![0_usize; filters.len()];
    let mut accepted = Vec::with_capacity(nodes.len());
    for node in nodes {
        match filters.iter().position(|f| !f.accepts(spec, node, soft)) {
            Some(at) => no[at] += 1,
            None => accepted.push(*node),
        }
    }
    let fitting = accepted.len();
    if fitting > 0
        && let Ok(decided) = decide(accepted)
    {
        return Ok(decided);
    }
    let mut tally = tally(spec, nodes.len(), filters, &no);
    let unavailable = |away: &TurnedAway| matches!(away.filter, "health" | "settled");
    if fitting > 0 {
        tally.turned_away.push(TurnedAway {
            filter: "resources",
            nodes: fitting,
            wanted: resources(spec),
        });
        Err(ScheduleError::NoResources(tally))
    } else if tally.turned_away.iter().all(unavailable) {
        Err(ScheduleError::NoHealthyNode(tally))
    } else {
        Err(ScheduleError::Unsatisfied(tally))
    }
}

fn tally(spec: &Spec, nodes: usize, filters: &[&dyn Filter], no: &[usize]) -> Tally {
    let refused = filters.iter().zip(no).filter(|(_, no)| **no > 0);
    let away = refused.map(|(filter, no)| TurnedAway {
        filter: filter.name(),
        nodes: *no,
        wanted: filter.describe(spec),
    });
    Tally {
        nodes,
        turned_away: away.collect(),
    }
}

fn resources(spec: &Spec) -> Vec<String> {
    let mut wanted = Vec::new();
    if spec.nano_cpus > 0 {
        wanted.push(format!("{} CPUs", spec.nano_cpus as f64 / 1e9));
    }
    if spec.memory > 0 {
        wanted.push(format!("{} bytes of memory", spec.memory));
    }
    wanted
}

#[cfg(test)]
mod tests;
