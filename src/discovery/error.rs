//! What can be wrong with a discovery URL or with what it leads to.

use std::io;
use std::path::PathBuf;

use swarm_middleware::address::{Address, InvalidAddress};

/// Every scheme that is known, whether it can be used yet or not.
const SCHEMES: &str = "nodes://, file://, token://, etcd://, consul:// and zk://";

/// What can be wrong with discovery. Every message is one line.
#[derive(Debug, thiserror::Error)]
pub enum DiscoveryError {
    /// One entry is not an engine's address.
    #[error(transparent)]
    Address(#[from] InvalidAddress),
    /// Nothing between two commas, or nothing at all.
    #[error("empty entry in {0:?}; give HOST:PORT or unix:///PATH, separated by commas")]
    EmptyEntry(String),
    /// The same engine twice.
    #[error("{0} is listed twice")]
    Duplicate(Address),
    /// A range that cannot be expanded.
    #[error("invalid range in {entry:?}: {reason}")]
    Range {
        /// The entry it stands in.
        entry: String,
        /// What is wrong.
        reason: &'static str,
    },
    /// A backend that this version does not have yet.
    #[error("{0}:// discovery is not available yet; use nodes:// or file://")]
    NotYet(&'static str),
    /// A URL with another scheme.
    #[error("unknown discovery scheme {0:?}; the schemes are {SCHEMES}")]
    UnknownScheme(String),
    /// A URL without what follows the scheme.
    #[error("{0} names nothing")]
    Nothing(String),
    /// No argument, and no daemon on this machine.
    #[error(
        "no discovery was given and there is no local daemon at {path}; \
         pass HOST:PORT,..., nodes://HOST:PORT,... or file://PATH",
        path = .0.display()
    )]
    NoLocalDaemon(PathBuf),
    /// The file cannot be read.
    #[error("cannot read {path}: {source}", path = path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A line of the file is wrong.
    #[error("{path}, line {line}: {source}", path = path.display())]
    Line {
        /// The file.
        path: PathBuf,
        /// The line, counted from 1.
        line: usize,
        /// What is wrong with it.
        source: Box<DiscoveryError>,
    },
}
