//! How much is logged.

use super::choice::choice;

choice! {
    /// How much is logged, by the names classic Swarm accepted.
    pub enum LogLevel {
        /// Everything, one access line per request too.
        Debug = "debug",
        /// What an operator wants to know.
        #[default]
        Info = "info",
        /// What may need attention.
        Warn = "warn" | "warning",
        /// What failed.
        Error = "error",
        /// Only what ends the process; as `error`, which is where such lines are written.
        Fatal = "fatal",
        /// Only what ends the process; as `error`, which is where such lines are written.
        Panic = "panic",
    }
}
