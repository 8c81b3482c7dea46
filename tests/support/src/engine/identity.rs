//! Who an engine says it is.

use std::{fmt, num::ParseIntError};

use super::options::EngineOptions;

/// An API version.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct ApiVersion(pub(crate) u16, pub(crate) u16);

impl ApiVersion {
    pub(crate) fn parse(text: &str) -> Result<Self, ParseIntError> {
        let (major, minor) = text.split_once('.').unwrap_or((text, "0"));
        Ok(Self(major.parse()?, minor.parse()?))
    }
}

impl fmt::Display for ApiVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.0, self.1)
    }
}

/// The facts an engine shows of itself.
#[derive(Debug, Clone)]
pub(crate) struct Identity {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) cpus: u64,
    pub(crate) memory: u64,
    pub(crate) labels: Vec<String>,
    pub(crate) api: ApiVersion,
    pub(crate) min_api: ApiVersion,
    pub(crate) version: String,
    pub(crate) os: String,
    pub(crate) architecture: String,
    pub(crate) odd: bool,
}

impl Identity {
    pub(crate) fn new(options: &EngineOptions) -> Self {
        let version = |text: &str, otherwise| ApiVersion::parse(text).unwrap_or(otherwise);
        Self {
            id: options.id.clone().unwrap_or_else(random_id),
            name: options.name.clone(),
            cpus: options.cpus,
            memory: options.memory,
            labels: options.labels.clone(),
            api: version(&options.api, ApiVersion(1, 41)),
            min_api: version(&options.min_api, ApiVersion(1, 12)),
            version: options.version.clone(),
            os: options.os.clone(),
            architecture: options.architecture.clone(),
            odd: options.odd,
        }
    }
}

/// Twelve groups of four, as engines of that age have.
fn random_id() -> String {
    let symbols = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    let group = |_| {
        (0..4)
            .map(|_| char::from(symbols[fastrand::usize(..symbols.len())]))
            .collect::<String>()
    };
    (0..12).map(group).collect::<Vec<_>>().join(":")
}
