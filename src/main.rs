//! The `swarm` command: arguments, configuration, run.

use std::io::Write;
use std::process::ExitCode;

use swarm::cli::{self, Action, Invocation, Stop};

type Failure = Box<dyn std::error::Error>;

fn main() -> ExitCode {
    let invocation = match cli::parse(std::env::args_os()) {
        Ok(invocation) => invocation,
        Err(stop) => return stop.exit(),
    };
    match perform(invocation) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => Stop::Wrong(failure.to_string()).exit(),
    }
}

fn perform(invocation: Invocation) -> Result<(), Failure> {
    swarm::logging::init(invocation.log_level)?;
    for warning in &invocation.warnings {
        tracing::warn!("{warning}");
    }
    let mut stdout = std::io::stdout().lock();
    match invocation.action {
        Action::Manage(config) => runtime()?.block_on(swarm::run(*config))?,
        Action::List(list) => runtime()?.block_on(list.run(&mut stdout))?,
        Action::Completions(shell) => stdout.write_all(&cli::completions(shell))?,
        Action::Man(dir) => cli::man(dir.as_deref(), &mut stdout)?,
    }
    Ok(())
}

fn runtime() -> std::io::Result<tokio::runtime::Runtime> {
    tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
}
