//! `GET /events`: what happens on every engine, as one stream.

mod event;
mod filter;
mod framing;
mod query;

pub use event::{Event, EventFacts, merge};
pub use filter::EventFilter;
pub use framing::Framing;
pub use query::EventQuery;
