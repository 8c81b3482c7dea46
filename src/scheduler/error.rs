//! Why a container found no node.

use std::fmt;

use super::SpecError;

/// What is the matter, for whoever chooses how to answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ScheduleErrorKind {
    /// The create itself is wrong.
    BadInput,
    /// No node is healthy.
    NoHealthyNode,
    /// Nodes would do, but are full.
    NoResources,
    /// No node is as asked for.
    Unsatisfied,
}

/// How many nodes one filter turned away.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TurnedAway {
    /// The filter, or `resources`.
    pub filter: &'static str,
    /// How many nodes passed those before it, but not it.
    pub nodes: usize,
    /// What it asked of them.
    pub wanted: Vec<String>,
}

/// How the nodes of a failed placement went.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tally {
    /// How many nodes there were.
    pub nodes: usize,
    /// Filters that turned some away, in the order they were applied.
    pub turned_away: Vec<TurnedAway>,
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let plural = if self.nodes == 1 { "" } else { "s" };
        write!(f, "{} node{plural}", self.nodes)?;
        for (at, away) in self.turned_away.iter().enumerate() {
            let lead = if at == 0 { ", turned away by " } else { ", " };
            write!(f, "{lead}{}: {}", away.filter, away.nodes)?;
        }
        Ok(())
    }
}

/// Why a container found no node.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ScheduleError {
    /// The create itself is wrong.
    BadInput(SpecError),
    /// No node is healthy.
    NoHealthyNode(Tally),
    /// Nodes would do, but are full.
    NoResources(Tally),
    /// No node is as asked for.
    Unsatisfied(Tally),
}

impl ScheduleError {
    /// What is the matter.
    pub fn kind(&self) -> ScheduleErrorKind {
        match self {
            Self::BadInput(_) => ScheduleErrorKind::BadInput,
            Self::NoHealthyNode(_) => ScheduleErrorKind::NoHealthyNode,
            Self::NoResources(_) => ScheduleErrorKind::NoResources,
            Self::Unsatisfied(_) => ScheduleErrorKind::Unsatisfied,
        }
    }

    /// How the nodes went, unless the create was wrong before any was asked.
    pub fn tally(&self) -> Option<&Tally> {
        match self {
            Self::BadInput(_) => None,
            Self::NoHealthyNode(tally) | Self::NoResources(tally) | Self::Unsatisfied(tally) => {
                Some(tally)
            }
        }
    }
}

impl fmt::Display for ScheduleError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::BadInput(error) => error.fmt(f),
            Self::NoHealthyNode(tally) => {
                write!(f, "no healthy node available in the cluster ({tally})")
            }
            Self::NoResources(tally) => {
                write!(f, "no resources available to schedule container")?;
                wanted(f, tally, |filter| filter == "resources")?;
                write!(f, " ({tally})")
            }
            Self::Unsatisfied(tally) => {
                write!(
                    f,
                    "unable to find a node that satisfies the following conditions"
                )?;
                wanted(f, tally, |_| true)?;
                write!(f, " ({tally})")
            }
        }
    }
}

fn wanted(f: &mut fmt::Formatter<'_>, tally: &Tally, of: impl Fn(&str) -> bool) -> fmt::Result {
    let blamed = tally.turned_away.iter().filter(|away| of(away.filter));
    for condition in blamed.flat_map(|away| &away.wanted) {
        write!(f, " [{condition}]")?;
    }
    Ok(())
}

impl std::error::Error for ScheduleError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::BadInput(error) => Some(error),
            Self::NoHealthyNode(_) | Self::NoResources(_) | Self::Unsatisfied(_) => None,
        }
    }
}

impl From<SpecError> for ScheduleError {
    fn from(error: SpecError) -> Self {
        Self::BadInput(error)
    }
}
