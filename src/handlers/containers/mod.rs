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
pub mod start;
#[cfg(test)]
mod status_props;
mod unstarted;
pub mod update;

pub use unstarted::Unstarted;
