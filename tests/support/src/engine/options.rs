//! What distinguishes one simulated engine from another.

/// Options of an engine; `EngineOptions::default()` is an ordinary one.
#[derive(Debug, Clone)]
pub struct EngineOptions {
    /// The daemon's id; a random one when absent.
    pub id: Option<String>,
    /// The host name.
    pub name: String,
    /// CPUs of the host.
    pub cpus: u64,
    /// Memory of the host, in bytes.
    pub memory: u64,
    /// Daemon labels, `key=value`.
    pub labels: Vec<String>,
    /// Newest API version served.
    pub api: String,
    /// Oldest API version served.
    pub min_api: String,
    /// Engine version.
    pub version: String,
    /// Operating system as `OSType` has it.
    pub os: String,
    /// Architecture as `/info` has it.
    pub architecture: String,
    /// How far its clock is off, in milliseconds.
    pub clock_skew_millis: i64,
    /// Images it has from the start.
    pub images: Vec<String>,
    /// Images a pull finds; a pull of another name fails. Empty: every name is found.
    pub registry: Vec<String>,
    /// How long a pull takes, in milliseconds; a client that leaves before its end cancels it.
    pub pull_millis: u64,
    /// How many containers run from the start.
    pub containers: usize,
    /// Whether replies carry fields and values no client has heard of.
    pub odd: bool,
    /// How many bytes an export sends.
    pub export_bytes: u64,
    /// How many bytes of layer an image archive holds.
    pub layer_bytes: usize,
    /// Whether the last requests are kept, with heads and JSON bodies, for tests to look at.
    pub record: bool,
}

impl Default for EngineOptions {
    fn default() -> Self {
        Self {
            id: None,
            name: "engine".into(),
            cpus: 4,
            memory: 8 << 30,
            labels: Vec::new(),
            api: "1.41".into(),
            min_api: "1.12".into(),
            version: "20.10.24".into(),
            os: "linux".into(),
            architecture: "x86_64".into(),
            clock_skew_millis: 0,
            images: vec!["busybox:latest".into()],
            registry: Vec::new(),
            pull_millis: 0,
            containers: 0,
            odd: false,
            export_bytes: 1 << 20,
            layer_bytes: 4096,
            record: false,
        }
    }
}

impl EngineOptions {
    /// An ordinary engine of this name.
    pub fn named(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            ..Self::default()
        }
    }

    /// Adds a daemon label, `key=value`.
    #[must_use]
    pub fn label(mut self, label: impl Into<String>) -> Self {
        self.labels.push(label.into());
        self
    }
}
