//! May they: every parsed request is put before a policy before a node is chosen.

mod layer;
mod service;
#[cfg(test)]
mod tests;

pub use layer::AdmitLayer;
pub use service::{Admission, Admit, Admitted, AllowAll};
