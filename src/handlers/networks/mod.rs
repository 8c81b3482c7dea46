//! Answers about networks.

pub mod inspect;
pub mod list;
