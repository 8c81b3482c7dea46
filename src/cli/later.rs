//! What the command line takes already and what is behind it comes later.

use crate::config::ConfigError;

/// What happens when something that comes later is used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WhenUsed {
    /// Nothing starts.
    Refused,
    /// It is said at the start, and the rest works.
    Warned,
}

/// One thing that the command line takes and that does nothing yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Later {
    /// What is typed.
    pub what: &'static str,
    /// What happens then.
    pub when_used: WhenUsed,
}

/// Everything that comes later. Discovery URLs stand last: [`crate::discovery::from_uri`] refuses
/// them.
pub const LATER: [Later; 12] = [
    CREATE,
    JOIN,
    REPLICATION,
    REPLICATION_TTL,
    ADVERTISE,
    STATE,
    HEARTBEAT,
    DISCOVERY_OPT,
    QUEUE_TIMEOUT,
    refused("token:// discovery"),
    refused("etcd:// discovery"),
    refused("consul:// and zk:// discovery"),
];

pub(super) const CREATE: Later = refused("swarm create");
pub(super) const JOIN: Later = refused("swarm join");
pub(super) const REPLICATION: Later = refused("swarm manage --replication");
pub(super) const REPLICATION_TTL: Later = warned("swarm manage --replication-ttl");
pub(super) const ADVERTISE: Later = warned("swarm manage --advertise");
pub(super) const STATE: Later = refused("swarm manage --state");
pub(super) const HEARTBEAT: Later = warned("swarm manage --heartbeat");
pub(super) const DISCOVERY_OPT: Later = warned("--discovery-opt");
pub(super) const QUEUE_TIMEOUT: Later = refused("--cluster-opt swarm.queue-timeout");

const fn refused(what: &'static str) -> Later {
    let when_used = WhenUsed::Refused;
    Later { what, when_used }
}

const fn warned(what: &'static str) -> Later {
    let when_used = WhenUsed::Warned;
    Later { what, when_used }
}

impl Later {
    /// The error that refuses it.
    pub(super) fn refusal(self) -> ConfigError {
        ConfigError::NotYet(self.what)
    }

    /// Refuses the command line, or adds to its warnings, if this was used.
    pub(super) fn check(self, used: bool, warnings: &mut Vec<String>) -> Result<(), ConfigError> {
        match self.when_used {
            _ if !used => Ok(()),
            WhenUsed::Refused => Err(self.refusal()),
            WhenUsed::Warned => {
                let what = self.what;
                warnings.push(format!("{what} is not available yet and has no effect"));
                Ok(())
            }
        }
    }
}
