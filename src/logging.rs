//! Logs: one line an event to standard error, fields before text.

use std::io::IsTerminal;

use tracing::Level;
use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::fmt;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::{SubscriberInitExt, TryInitError};

use crate::config::LogLevel;

/// Our own crates, and the layer that writes a line for each request.
const OURS: [&str; 3] = ["swarm", "swarm_middleware", "tower_http"];

/// Starts logging.
///
/// # Errors
///
/// When it was started before.
pub fn init(level: LogLevel) -> Result<(), TryInitError> {
    let lines = fmt::layer()
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal())
        .with_target(false);
    tracing_subscriber::registry()
        .with(targets(level))
        .with(lines)
        .try_init()
}

/// Libraries never say more than what needs attention: their details are about them, not about
/// the cluster.
fn targets(level: LogLevel) -> Targets {
    let level = LevelFilter::from_level(match level {
        LogLevel::Debug => Level::DEBUG,
        LogLevel::Info => Level::INFO,
        LogLevel::Warn => Level::WARN,
        LogLevel::Error | LogLevel::Fatal | LogLevel::Panic => Level::ERROR,
    });
    Targets::new()
        .with_default(level.min(LevelFilter::WARN))
        .with_targets(OURS.map(|target| (target, level)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn levels_bound_our_lines_and_quieten_libraries() {
        for (level, target, allowed, refused) in [
            (LogLevel::Debug, "swarm::engine", Level::DEBUG, Level::TRACE),
            (
                LogLevel::Debug,
                "tower_http::trace",
                Level::DEBUG,
                Level::TRACE,
            ),
            (LogLevel::Debug, "hyper::proto", Level::WARN, Level::INFO),
            (LogLevel::Info, "swarm", Level::INFO, Level::DEBUG),
            (LogLevel::Warn, "swarm_middleware", Level::WARN, Level::INFO),
            (LogLevel::Error, "hyper", Level::ERROR, Level::WARN),
            (LogLevel::Fatal, "swarm", Level::ERROR, Level::WARN),
            (LogLevel::Panic, "swarm", Level::ERROR, Level::WARN),
        ] {
            let targets = targets(level);
            assert!(targets.would_enable(target, &allowed), "{level} {target}");
            assert!(!targets.would_enable(target, &refused), "{level} {target}");
        }
    }
}
