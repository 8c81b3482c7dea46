//! Strategies: which of the nodes that may take a container shall.

mod binpack;
mod kind;
mod name;
mod random;
mod spread;
mod weight;

pub use binpack::Binpack;
pub use kind::{NoResources, Strategy};
pub use name::StrategyName;
pub use random::Random;
pub use spread::Spread;
pub use weight::Weight;
