//! What is asked: version, row of the route table, names and query; JSON bodies are read here.

mod error;

pub use error::ParseError;
