//! From arguments to what is to be done.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::{CommandFactory, Parser};
use clap_complete::Shell;

use super::args::{Cli, Command};
use super::list::List;
use super::normalize::normalize;
use super::stop::Stop;
use crate::config::{LogLevel, ManageConfig};

/// A command line that was understood.
#[derive(Debug)]
pub struct Invocation {
    /// What is to be done.
    pub action: Action,
    /// How much is logged.
    pub log_level: LogLevel,
    /// What the operator should know about the command line, one line each.
    pub warnings: Vec<String>,
}

/// What is to be done.
#[derive(Debug)]
pub enum Action {
    /// Serve the Docker API.
    Manage(Box<ManageConfig>),
    /// Print the engines.
    List(List),
    /// Print a completion script.
    Completions(Shell),
    /// Print the manual page, or write all pages to a directory.
    Man(Option<PathBuf>),
}

/// Reads a command line, the program's name first.
///
/// # Errors
///
/// When nothing is to be started: help and version were asked for, or something is wrong.
pub fn parse(args: impl IntoIterator<Item = OsString>) -> Result<Invocation, Stop> {
    let args = normalize(args.into_iter().collect(), &Cli::command()).map_err(Stop::Wrong)?;
    let cli = Cli::try_parse_from(args)?;
    let log_level = if cli.debug {
        LogLevel::Debug
    } else {
        cli.log_level
    };
    let mut warnings = Vec::new();
    if cli.experimental {
        warnings.push("--experimental has no effect: nothing is experimental".to_owned());
    }
    let action = match cli.command {
        Command::Manage(args) => {
            let config = args.resolve(log_level, cli.debug, &mut warnings)?;
            Action::Manage(Box::new(config))
        }
        Command::List(args) => Action::List(args.resolve(&mut warnings)?),
        Command::Join(args) => match args.check(&mut warnings)? {},
        Command::Create(args) => match args.check()? {},
        Command::Completions { shell } => Action::Completions(shell),
        Command::Man { dir } => Action::Man(dir),
    };
    Ok(Invocation {
        action,
        log_level,
        warnings,
    })
}
