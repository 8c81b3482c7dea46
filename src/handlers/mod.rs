//! Answers: one file per answer, each a pure `render` and the thin part that asks and sends.

pub mod answer;
pub mod ask;
pub mod build;
pub mod containers;
mod context;
mod effect;
mod filtering;
pub mod forwarded;
#[cfg(test)]
mod golden;
pub mod images;
pub mod loose;
pub mod merged;
pub mod networks;
mod nodecard;
pub mod outbound;
mod shown;
pub mod system;
mod task;
#[cfg(test)]
mod testing;
pub mod volumes;

pub use context::{Context, Identity, Parts, RefreshFirst};
pub use effect::Effect;
pub use nodecard::NodeCard;
