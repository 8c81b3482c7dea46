//! What can be wrong with a command line, beyond what one value alone shows.

use super::cluster::CLUSTER_OPTS;
use crate::discovery::DiscoveryError;
use crate::scheduler::UnknownName;

/// What can be wrong with a command line. Every message is one line.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// A value that its flag does not take.
    #[error("invalid value '{value}' for '{flag}': {reason}")]
    Invalid {
        /// The flag.
        flag: &'static str,
        /// What was given.
        value: String,
        /// Why it is refused.
        reason: String,
    },
    /// A cluster option without `=`.
    #[error("invalid value '{0}' for '--cluster-opt': expected KEY=VALUE")]
    ClusterOptForm(String),
    /// A cluster option that does not exist.
    #[error("unknown cluster option '{0}': the options are {list}", list = CLUSTER_OPTS.join(", "))]
    UnknownClusterOpt(String),
    /// A value that its cluster option does not take.
    #[error("invalid value '{value}' for cluster option '{key}': {reason}")]
    ClusterOpt {
        /// The option.
        key: String,
        /// What was given.
        value: String,
        /// Why it is refused.
        reason: String,
    },
    /// A cluster driver that does not exist.
    #[error(transparent)]
    Driver(#[from] UnknownName),
    /// Zero, where time must pass or attempts must be made.
    #[error("{0} must be above zero")]
    Zero(&'static str),
    /// The refresh interval ends before it begins.
    #[error("--engine-refresh-max-interval must not be below --engine-refresh-min-interval")]
    RefreshInterval,
    /// The heartbeat is too fast.
    #[error("--heartbeat must be at least 1s")]
    Heartbeat,
    /// A registration would be gone before it is renewed.
    #[error("--ttl must be longer than --heartbeat")]
    Ttl,
    /// TLS without the certificate to show.
    #[error("--tls and --tlsverify need --tlscert and --tlskey")]
    TlsWithoutFiles,
    /// Verification without an authority to trust.
    #[error("--tlsverify needs --tlscacert")]
    VerifyWithoutCa,
    /// Certificates that nothing would use.
    #[error("--tlscacert, --tlscert and --tlskey need --tls or --tlsverify")]
    FilesWithoutTls,
    /// A client's certificates that are nowhere.
    #[error(
        "DOCKER_TLS_VERIFY needs DOCKER_CERT_PATH, the directory of ca.pem, cert.pem and key.pem"
    )]
    NoCertPath,
    /// Discovery as an argument and as a flag.
    #[error("discovery is given twice, as an argument and by --discovery")]
    DiscoveryTwice,
    /// A command that cannot do without discovery.
    #[error("{0} needs a discovery URL, such as nodes://HOST:PORT or file://PATH")]
    NoDiscovery(&'static str),
    /// A command that cannot do without an address to publish.
    #[error("{0} needs --advertise HOST:PORT")]
    NoAdvertise(&'static str),
    /// Discovery in which no engine can register.
    #[error("join needs token, etcd, consul or zk discovery: edit nodes and file lists instead")]
    CannotJoin,
    /// No service that could make a token.
    #[error("create needs --url or SWARM_DISCOVERY_URL: the hosted discovery service is gone")]
    NoDiscoveryService,
    /// Something that comes later.
    #[error("{0} is not available yet")]
    NotYet(&'static str),
    /// The discovery URL was refused.
    #[error(transparent)]
    Discovery(#[from] DiscoveryError),
}
