//! Filters by name.

use std::fmt;
use std::str::FromStr;

use super::{
    Affinity, Constraint, ContainerSlots, DependencyFilter, Filter, Health, Port, WhitelistFilter,
};
use crate::scheduler::names::UnknownName;

/// A filter that `--filter` can name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum FilterName {
    /// `health`
    Health,
    /// `port`
    Port,
    /// `containerslots`
    ContainerSlots,
    /// `dependency`
    Dependency,
    /// `affinity`
    Affinity,
    /// `constraint`
    Constraint,
    /// `whitelist`
    Whitelist,
}

impl FilterName {
    /// All filters, in the order they are applied by default.
    pub const ALL: [Self; 7] = [
        Self::Health,
        Self::Port,
        Self::ContainerSlots,
        Self::Dependency,
        Self::Affinity,
        Self::Constraint,
        Self::Whitelist,
    ];

    /// The filter of this name.
    pub fn filter(self) -> &'static dyn Filter {
        match self {
            Self::Health => &Health,
            Self::Port => &Port,
            Self::ContainerSlots => &ContainerSlots,
            Self::Dependency => &DependencyFilter,
            Self::Affinity => &Affinity,
            Self::Constraint => &Constraint,
            Self::Whitelist => &WhitelistFilter,
        }
    }
}

impl fmt::Display for FilterName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.filter().name())
    }
}

impl FromStr for FilterName {
    type Err = UnknownName;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let mut all = Self::ALL.into_iter();
        all.find(|name| name.filter().name() == text)
            .ok_or_else(|| UnknownName::new("filter", text, &Self::ALL.map(|n| n.filter().name())))
    }
}
