//! The command line: what can be typed, and what it means.
//!
//! [`parse`] turns arguments into an [`Invocation`] or into a [`Stop`], which is the one line (or
//! the help) that is printed instead. Nothing is started here.

mod args;
mod create;
mod discovery;
mod generate;
mod invocation;
mod join;
mod later;
mod list;
mod manage;
mod normalize;
mod stop;
mod tls;

pub use generate::{completions, man};
pub use invocation::{Action, Invocation, parse};
pub use later::{LATER, Later, WhenUsed};
pub use list::{List, ListError};
pub use stop::Stop;
