//! Where: a placement policy turns an admitted request into a plan.

mod layer;
mod service;
#[cfg(test)]
mod tests;

pub use layer::SelectLayer;
pub use service::{Placed, Placement, Select};
