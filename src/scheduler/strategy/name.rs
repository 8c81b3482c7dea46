//! Strategies by name.

use std::fmt;
use std::str::FromStr;

use super::{Binpack, Random, Spread, Strategy};
use crate::scheduler::names::UnknownName;

/// A strategy that `--strategy` can name.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum StrategyName {
    /// `spread`
    #[default]
    Spread,
    /// `binpack`, also `binpacking`
    Binpack,
    /// `random`
    Random,
}

impl StrategyName {
    /// All strategies.
    pub const ALL: [Self; 3] = [Self::Spread, Self::Binpack, Self::Random];

    /// The strategy of this name.
    pub fn strategy(self, overcommit: f64) -> Box<dyn Strategy> {
        match self {
            Self::Spread => Box::new(Spread { overcommit }),
            Self::Binpack => Box::new(Binpack { overcommit }),
            Self::Random => Box::new(Random { overcommit }),
        }
    }

    /// The name as it is reported.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Spread => "spread",
            Self::Binpack => "binpack",
            Self::Random => "random",
        }
    }
}

impl fmt::Display for StrategyName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl FromStr for StrategyName {
    type Err = UnknownName;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "spread" => Ok(Self::Spread),
            "binpack" | "binpacking" => Ok(Self::Binpack),
            "random" => Ok(Self::Random),
            _ => Err(UnknownName::new(
                "strategy",
                text,
                &Self::ALL.map(Self::as_str),
            )),
        }
    }
}
