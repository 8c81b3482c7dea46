//! What is asked: version, row of the route table, names and query; JSON bodies are read here.

mod call;
mod error;
mod future;
mod layer;
mod pattern;
mod payload;
pub mod routes;
mod service;
#[cfg(test)]
pub(crate) mod testing;
#[cfg(test)]
mod tests;

pub use call::call;
pub(crate) use call::split_version;
pub use error::ParseError;
pub use future::ResponseFuture;
pub use layer::ParseLayer;
pub use payload::JSON_LIMIT;
pub use service::{Parse, Versions};
