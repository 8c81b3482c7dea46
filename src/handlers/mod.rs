//! Answers: one file per answer, each a pure `render` of a snapshot, a request and the time.

pub mod containers;
mod filtering;
#[cfg(test)]
mod golden;
pub mod images;
pub mod networks;
mod nodecard;
mod shown;
pub mod system;
#[cfg(test)]
mod testing;
pub mod volumes;

pub use nodecard::NodeCard;
