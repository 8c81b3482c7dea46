//! The vocabulary of the Engine API: pure data that the rooms hand to one another.

mod filters;
mod operation;
mod query;
mod refusal;
mod request;
mod route;
mod version;

pub use filters::{Filters, InvalidFilters};
pub use operation::Operation;
pub use query::{InvalidQuery, Query};
pub use refusal::{Refusal, RefusalKind};
pub use request::{ApiCall, ApiRequest, Payload, PeerIdentity, Subject};
pub use route::{BodyPolicy, Route, Treatment};
pub use version::{ApiVersion, InvalidVersion};
