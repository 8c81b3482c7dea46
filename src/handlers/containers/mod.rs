//! Answers about containers.

pub mod filters;
pub mod inspect;
pub mod list;
pub mod size;
#[cfg(test)]
mod status_props;
