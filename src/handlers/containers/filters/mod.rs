//! Which containers a list shows: the engine's filters, and `node`.

mod name;
mod ports;
mod position;
mod select;
mod values;

pub use name::NamePattern;
pub use ports::PortRanges;
pub(super) use position::{place, position};
pub use select::ContainerFilter;
