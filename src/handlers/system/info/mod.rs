//! `GET /info`: all nodes as one engine, and the table of nodes.

mod digest;
mod merge;
mod renderer;
mod table;

pub use renderer::{InfoContext, InfoRenderer, Role};
