//! `GET /events`: what happens on every engine, as one stream.

mod decorate;
mod filter;
mod framing;
mod query;

pub use filter::EventFilter;
pub use framing::Framing;
pub use query::EventQuery;
