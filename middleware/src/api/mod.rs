//! The vocabulary of the Engine API: pure data that the rooms hand to one another.

mod version;

pub use version::{ApiVersion, InvalidVersion};
