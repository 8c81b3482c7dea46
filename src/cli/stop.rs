//! What is printed when a command line leads to nothing that runs.

use std::io::Write;
use std::process::ExitCode;

use clap::error::ErrorKind;

use super::args::{COMMIT, VERSION};
use crate::config::ConfigError;

/// The end of a run that starts nothing: help and version, or one line about what is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Stop {
    /// Asked for; goes to standard output, exit code 0.
    Asked(String),
    /// Wrong; one line to standard error, exit code 1.
    Wrong(String),
}

impl Stop {
    /// Prints it and says how the process ends.
    #[must_use]
    pub fn exit(&self) -> ExitCode {
        // Nobody is left to be told when these streams are closed.
        match self {
            Stop::Asked(text) => {
                let _ = std::io::stdout().write_all(text.as_bytes());
                ExitCode::SUCCESS
            }
            Stop::Wrong(line) => {
                let line = line.replace(['\n', '\r'], " ");
                let _ = writeln!(std::io::stderr(), "swarm: {line}");
                ExitCode::FAILURE
            }
        }
    }
}

impl From<clap::Error> for Stop {
    fn from(error: clap::Error) -> Self {
        match error.kind() {
            ErrorKind::DisplayVersion => {
                Stop::Asked(format!("swarm version {VERSION} ({COMMIT})\n"))
            }
            ErrorKind::DisplayHelp | ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => {
                Stop::Asked(error.render().to_string())
            }
            _ => Stop::Wrong(one_line(&error.render().to_string())),
        }
    }
}

impl From<ConfigError> for Stop {
    fn from(error: ConfigError) -> Self {
        Stop::Wrong(error.to_string())
    }
}

/// The sentence and the tips of clap's message, without usage and pointers to help.
fn one_line(message: &str) -> String {
    let said = message
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty())
        .take_while(|line| !line.starts_with("Usage:") && !line.starts_with("For more"))
        .collect::<Vec<_>>()
        .join(" ");
    said.trim_start_matches("error: ").replace(" tip: ", "; ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_of_many_lines_becomes_one() {
        let message = "error: unexpected argument '--hots' found\n\n  tip: a similar argument \
                       exists: '--host'\n\nUsage: swarm manage\n\nFor more information, try x.\n";
        assert_eq!(
            one_line(message),
            "unexpected argument '--hots' found; a similar argument exists: '--host'"
        );
        let list =
            "error: the following required arguments were not provided:\n  <SHELL>\n\nUsage: x";
        assert_eq!(
            one_line(list),
            "the following required arguments were not provided: <SHELL>"
        );
    }
}
