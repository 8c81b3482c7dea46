//! The few commands a simulated container understands; everything else runs until it is stopped.

use std::{sync::Arc, time::Duration};

use bytes::Bytes;

/// What a command comes to.
pub(crate) type Program = Arc<[Step]>;

/// One step of a program.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Step {
    /// Bytes to stdout (1) or stderr (2).
    Print(u8, Bytes),
    /// Nothing, for a while.
    Sleep(Duration),
    /// The end.
    Exit(i64),
    /// Copies stdin to stdout until stdin ends.
    Copy,
    /// Reads commands from stdin.
    Shell,
    /// Runs until a signal.
    Forever,
}

/// Understands a command line.
pub(crate) fn program(argv: &[String]) -> Program {
    let words: Vec<&str> = argv.iter().map(String::as_str).collect();
    steps(&words).into()
}

fn steps(words: &[&str]) -> Vec<Step> {
    let Some((command, rest)) = words.split_first() else {
        return vec![Step::Forever];
    };
    match (command.rsplit('/').next().unwrap_or(command), rest) {
        ("true" | ":", _) => vec![],
        ("false", _) => vec![Step::Exit(1)],
        ("cat", []) => vec![Step::Copy],
        ("sh" | "bash" | "ash", []) => vec![Step::Shell],
        ("sh" | "bash" | "ash", [flag, text, ..])
            if flag.starts_with('-') && flag.contains('c') =>
        {
            script(text)
        }
        ("echo", rest) => vec![Step::Print(1, echo(rest))],
        ("sleep", [time]) => match seconds(time) {
            Some(time) => vec![Step::Sleep(time)],
            None => vec![Step::Forever],
        },
        ("exit", rest) => vec![Step::Exit(
            rest.first().and_then(|code| code.parse().ok()).unwrap_or(0),
        )],
        _ => vec![Step::Forever],
    }
}

/// Understands `a; b && c`, with output to stderr by `>&2`.
pub(crate) fn script(text: &str) -> Vec<Step> {
    let mut all = Vec::new();
    for part in text.split([';', '\n']).flat_map(|part| part.split("&&")) {
        let error = part.contains(">&2") || part.contains("1>&2");
        let part = part.replace("1>&2", "").replace(">&2", "");
        let words: Vec<&str> = part
            .split_whitespace()
            .map(|word| word.trim_matches(['"', '\'']))
            .collect();
        if words.is_empty() {
            continue;
        }
        for step in steps(&words) {
            match step {
                Step::Print(_, data) if error => all.push(Step::Print(2, data)),
                other => all.push(other),
            }
        }
    }
    all
}

fn echo(words: &[&str]) -> Bytes {
    match words {
        ["-n", rest @ ..] => rest.join(" ").into(),
        words => format!("{}\n", words.join(" ")).into(),
    }
}

fn seconds(text: &str) -> Option<Duration> {
    Duration::try_from_secs_f64(text.parse().ok()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(words: &[&str]) -> Vec<Step> {
        steps(words)
    }

    #[test]
    fn known_commands_end_and_unknown_ones_do_not() {
        assert_eq!(of(&["true"]), []);
        assert_eq!(of(&["/bin/false"]), [Step::Exit(1)]);
        assert_eq!(
            of(&["sleep", "0.5"]),
            [Step::Sleep(Duration::from_millis(500))]
        );
        assert_eq!(of(&["nginx"]), [Step::Forever]);
        assert_eq!(of(&["sh", "-c", "exit 3"]), [Step::Exit(3)]);
    }

    #[test]
    fn a_script_keeps_order_and_stream() {
        assert_eq!(
            of(&["sh", "-c", "echo out; echo err >&2 && exit 3"]),
            [
                Step::Print(1, "out\n".into()),
                Step::Print(2, "err\n".into()),
                Step::Exit(3)
            ]
        );
    }
}
