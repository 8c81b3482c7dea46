//! The commands and the flags that every command takes.

use std::path::PathBuf;

use clap::{ArgAction, Parser, Subcommand};
use clap_complete::Shell;

use super::create::CreateArgs;
use super::join::JoinArgs;
use super::list::ListArgs;
use super::manage::ManageArgs;
use crate::config::LogLevel;

/// The version, as `swarm --version` shows it.
pub(super) const VERSION: &str = env!("CARGO_PKG_VERSION");

/// The commit that the build was told, for `swarm --version`.
pub(super) const COMMIT: &str = match option_env!("SWARM_COMMIT") {
    Some(commit) => commit,
    None => "unknown commit",
};

/// One Docker endpoint in front of many Docker Engines
#[derive(Debug, Parser)]
#[command(
    name = "swarm",
    version = VERSION,
    disable_version_flag = true,
    arg_required_else_help = true,
    args_override_self = true,
    max_term_width = 100
)]
pub(super) struct Cli {
    /// Log what is done in detail, and serve /debug
    #[arg(long, global = true)]
    pub(super) debug: bool,
    /// How much to log: debug, info, warn, error, fatal or panic
    #[arg(
        short,
        long,
        value_name = "LEVEL",
        default_value = "info",
        global = true
    )]
    pub(super) log_level: LogLevel,
    /// Accepted, as old scripts pass it; nothing is experimental
    #[arg(long, global = true)]
    pub(super) experimental: bool,
    /// Print the version
    #[arg(short = 'v', long, action = ArgAction::Version)]
    version: Option<bool>,
    #[command(subcommand)]
    pub(super) command: Command,
}

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Print a new cluster token (not available yet)
    #[command(visible_alias = "c")]
    Create(CreateArgs),
    /// Print the address of every engine, one a line
    #[command(visible_alias = "l")]
    List(ListArgs),
    /// Serve the Docker API in front of the engines
    #[command(visible_alias = "m")]
    Manage(Box<ManageArgs>),
    /// Register an engine and keep its registration alive (not available yet)
    #[command(visible_alias = "j")]
    Join(JoinArgs),
    /// Print a shell's completion script
    Completions {
        /// The shell
        shell: Shell,
    },
    /// Print the manual page, or write one for each command
    Man {
        /// Directory to write the pages to
        dir: Option<PathBuf>,
    },
}
