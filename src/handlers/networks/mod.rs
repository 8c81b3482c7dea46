//! Answers about networks.

pub mod answers;
pub mod inspect;
pub mod list;
