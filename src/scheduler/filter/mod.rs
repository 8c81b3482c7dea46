//! The filters a user may choose: each says of one node whether it may take the container.

mod affinity;
mod constraint;
mod dependency;
mod health;
mod kind;
mod name;
mod port;
mod slots;
mod whitelist;

pub use affinity::Affinity;
pub use constraint::Constraint;
pub use dependency::DependencyFilter;
pub use health::Health;
pub use kind::{Filter, Soft};
pub use name::FilterName;
pub use port::Port;
pub use slots::ContainerSlots;
pub use whitelist::WhitelistFilter;
