//! The real binary: what it prints, where, and how it exits.

mod answers;
mod environment;
mod refusals;

use std::process::Command;

/// How a run ended.
#[derive(Debug)]
struct Outcome {
    code: Option<i32>,
    stdout: String,
    stderr: String,
}

/// Runs `swarm` with these arguments and nothing but these variables; one that does not end is
/// ended, with exit code 124.
fn run(args: &[&str], env: &[(&str, &str)]) -> Outcome {
    let output = Command::new("timeout")
        .arg("20")
        .arg(env!("CARGO_BIN_EXE_swarm"))
        .args(args)
        .env_clear()
        .env("PATH", "/usr/bin:/bin")
        .envs(env.iter().copied())
        .output()
        .expect("timeout is installed");
    Outcome {
        code: output.status.code(),
        stdout: String::from_utf8(output.stdout).expect("UTF-8"),
        stderr: String::from_utf8(output.stderr).expect("UTF-8"),
    }
}

/// Runs a command line that must be refused in one line, and gives that line.
fn refused(line: &str, env: &[(&str, &str)]) -> String {
    let args: Vec<&str> = line.split_whitespace().collect();
    let outcome = run(&args, env);
    assert_eq!(outcome.code, Some(1), "{line}: {outcome:?}");
    assert_eq!(outcome.stdout, "", "{line}");
    assert_eq!(outcome.stderr.lines().count(), 1, "{line}: {outcome:?}");
    let text = outcome.stderr.strip_prefix("swarm: ");
    text.unwrap_or_else(|| panic!("{line}: {outcome:?}"))
        .trim_end()
        .to_owned()
}

fn assert_refused(cases: &[(&str, &str)]) {
    for (line, wanted) in cases {
        let said = refused(line, &[]);
        assert!(said.contains(wanted), "{line}: {said}");
    }
}

/// What `manage` logs before it fails on a certificate that does not exist.
fn warned(args: &[&str], env: &[(&str, &str)]) -> String {
    let stop = [
        "manage",
        "a:1",
        "--tls",
        "--tlscert=/none/c",
        "--tlskey=/none/k",
    ];
    let outcome = run(&[&stop[..], args].concat(), env);
    assert_eq!(outcome.code, Some(1), "{outcome:?}");
    let (warnings, last) = outcome
        .stderr
        .trim_end()
        .rsplit_once('\n')
        .unwrap_or(("", &outcome.stderr));
    assert!(
        last.starts_with("swarm: cannot read /none/c: "),
        "{outcome:?}"
    );
    warnings.to_owned()
}
