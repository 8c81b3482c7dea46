//! Completion scripts and manual pages, from the same definition as the commands.

use std::io::{self, Write};
use std::path::Path;

use clap::CommandFactory;
use clap_complete::Shell;

use super::args::Cli;

/// The completion script of a shell.
#[must_use]
pub fn completions(shell: Shell) -> Vec<u8> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "swarm", &mut script);
    script
}

/// Writes `swarm.1` to `out`, or a page for every command to `dir`, which is made if need be.
///
/// # Errors
///
/// When something cannot be written.
pub fn man(dir: Option<&Path>, out: &mut impl Write) -> io::Result<()> {
    match dir {
        None => clap_mangen::Man::new(Cli::command()).render(out),
        Some(dir) => {
            std::fs::create_dir_all(dir)?;
            clap_mangen::generate_to(Cli::command(), dir)
        }
    }
}
