//! Answers about containers.

pub mod answers;
mod chances;
pub mod create;
pub mod exec;
pub mod filters;
pub mod inspect;
pub mod list;
pub mod rename;
pub mod size;
#[cfg(test)]
mod status_props;
pub mod update;
