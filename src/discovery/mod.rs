//! Where the engines are: a URL or list on the command line becomes a stream of whole sets.
//!
//! ```
//! use swarm::discovery::Entries;
//!
//! let old: Entries = "10.0.0.[1:2]:2375".parse()?;
//! let new: Entries = "10.0.0.2:2375,node[09:10]:2375".parse()?;
//! let (removed, added) = new.diff(&old);
//! assert_eq!(removed, ["10.0.0.1:2375".parse()?]);
//! assert_eq!(added, ["node09:2375".parse()?, "node10:2375".parse()?]);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod entries;
mod error;
mod file;
mod nodes;
mod range;
mod uri;

use futures_util::stream::BoxStream;

pub use entries::Entries;
pub use error::DiscoveryError;
pub use file::File;
pub use nodes::Nodes;
pub use uri::{LOCAL_DAEMON, from_uri, local_daemon};

/// One place that lists engines.
pub trait Discovery: std::fmt::Debug + Send + Sync {
    /// The set of engines, whole, now and whenever it changes.
    ///
    /// The stream never ends by itself. An error leaves the last set in force and comes once per
    /// cause, not once per attempt: whoever reads the stream logs it and reads on.
    fn watch(self: Box<Self>) -> BoxStream<'static, Result<Entries, DiscoveryError>>;
}
