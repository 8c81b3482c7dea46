//! Flags as Go programs take them, rewritten to the way clap takes them.
//!
//! Old unit files and scripts write `-experimental`, `-tlsverify=true` and `--tls=false`. Which
//! flags there are is asked of the command's own definition.

use std::collections::HashMap;
use std::ffi::OsString;

use clap::{Arg, ArgAction, Command};

/// How a flag takes its value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Takes {
    /// None: it is on when given.
    Nothing,
    /// The next argument, unless `=` stands in this one.
    Next,
    /// Only what stands behind `=`.
    Equals,
}

/// Rewrites Go-style flags; whatever is no flag of `root` or its commands stays as it is.
///
/// # Errors
///
/// When a flag that is on or off is given another value; the error is one line.
pub(super) fn normalize(args: Vec<OsString>, root: &Command) -> Result<Vec<OsString>, String> {
    let flags = Flags::of(root);
    // Flags that are on carry their name, so that a later `=false` can take them back.
    let mut out: Vec<(Option<String>, OsString)> = Vec::with_capacity(args.len());
    let mut args = args.into_iter().peekable();
    while let Some(arg) = args.next() {
        if arg == "--" {
            out.push((None, arg));
            break;
        }
        let Some((name, value, takes)) = arg.to_str().and_then(|text| flags.find(text)) else {
            out.push((None, arg));
            continue;
        };
        match (takes, value) {
            (Takes::Nothing, None) => out.push((Some(name.clone()), name.into())),
            (Takes::Nothing, Some(value)) => {
                out.retain(|(on, _)| on.as_ref() != Some(&name));
                if parse_bool(&name, &value)? {
                    out.push((Some(name.clone()), name.into()));
                }
            }
            (_, Some(value)) => out.push((None, format!("{name}={value}").into())),
            (Takes::Equals, None) => out.push((None, name.into())),
            (Takes::Next, None) => {
                // A value may begin with a dash (`--delay -1s`), but a flag is no value.
                let dashed = |next: &OsString| next.to_str().is_some_and(|t| t.starts_with('-'));
                let is_flag = |next: &OsString| next.to_str().is_some_and(|t| flags.is_flag(t));
                let value = args.next_if(|next| !is_flag(next));
                match value {
                    Some(value) if dashed(&value) => {
                        let mut joined = OsString::from(format!("{name}="));
                        joined.push(value);
                        out.push((None, joined));
                    }
                    value => {
                        out.push((None, name.into()));
                        out.extend(value.map(|value| (None, value)));
                    }
                }
            }
        }
    }
    let rest = args.map(|arg| (None, arg));
    Ok(out.into_iter().chain(rest).map(|(_, arg)| arg).collect())
}

/// What Go's `strconv.ParseBool` takes.
fn parse_bool(name: &str, value: &str) -> Result<bool, String> {
    match value {
        "1" | "t" | "T" | "true" | "TRUE" | "True" => Ok(true),
        "0" | "f" | "F" | "false" | "FALSE" | "False" => Ok(false),
        _ => Err(format!(
            "invalid value '{value}' for '{name}': expected true or false"
        )),
    }
}

/// Every flag of a command and its subcommands, with its dashes.
struct Flags(HashMap<String, Takes>);

impl Flags {
    fn of(root: &Command) -> Self {
        let mut flags = Self(HashMap::new());
        flags.collect(root);
        // Added by clap itself.
        for name in ["--help", "-h"] {
            flags.0.insert(name.to_owned(), Takes::Nothing);
        }
        flags
    }

    fn collect(&mut self, command: &Command) {
        for arg in command.get_arguments() {
            let longs = arg.get_long().into_iter();
            for long in longs.chain(arg.get_all_aliases().into_iter().flatten()) {
                self.0.insert(format!("--{long}"), takes(arg));
            }
            if let Some(short) = arg.get_short() {
                self.0.insert(format!("-{short}"), takes(arg));
            }
        }
        command.get_subcommands().for_each(|sub| self.collect(sub));
    }

    fn is_flag(&self, text: &str) -> bool {
        text == "--" || self.find(text).is_some()
    }

    /// The flag that `text` is, the value behind its `=`, and how it takes one.
    fn find(&self, text: &str) -> Option<(String, Option<String>, Takes)> {
        let (name, value) = match text.split_once('=') {
            Some((name, value)) => (name, Some(value.to_owned())),
            None => (text, None),
        };
        if !name.starts_with('-') {
            return None;
        }
        let dashed = format!("-{name}");
        let known = [name, &dashed]
            .into_iter()
            .find(|n| self.0.contains_key(*n))?;
        Some((known.to_owned(), value, self.0[known]))
    }
}

fn takes(arg: &Arg) -> Takes {
    match arg.get_action() {
        ArgAction::Set | ArgAction::Append if arg.is_require_equals_set() => Takes::Equals,
        ArgAction::Set | ArgAction::Append => Takes::Next,
        _ => Takes::Nothing,
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;
    use crate::cli::args::Cli;

    fn run(line: &str) -> Result<String, String> {
        let args = line.split(' ').map(OsString::from).collect();
        let out = normalize(args, &Cli::command())?;
        let words: Vec<&str> = out.iter().filter_map(|arg| arg.to_str()).collect();
        Ok(words.join(" "))
    }

    #[test]
    fn go_style_flags_are_rewritten() {
        for (line, wanted) in [
            ("swarm -experimental manage", "swarm --experimental manage"),
            ("swarm manage -tlsverify=true", "swarm manage --tlsverify"),
            ("swarm manage --tls=false a:1", "swarm manage a:1"),
            ("swarm manage --tls --tls=0 a:1", "swarm manage a:1"),
            ("swarm manage --tls=F --tls=T", "swarm manage --tls"),
            ("swarm -log-level debug m", "swarm --log-level debug m"),
            ("swarm -log-level=debug m", "swarm --log-level=debug m"),
            ("swarm m -H=tcp://a:1", "swarm m -H=tcp://a:1"),
            ("swarm m -H tcp://a:1", "swarm m -H tcp://a:1"),
            ("swarm m -host :1", "swarm m --host :1"),
            ("swarm m -cors", "swarm m --cors"),
            (
                "swarm m -api-enable-cors=true",
                "swarm m --api-enable-cors=true",
            ),
            ("swarm j -addr=a:1", "swarm j --addr=a:1"),
            ("swarm j --delay -1s a:1", "swarm j --delay=-1s a:1"),
            ("swarm m -f -tls", "swarm m -f --tls"),
            ("swarm -help", "swarm --help"),
            ("swarm -version", "swarm --version"),
            ("swarm -v", "swarm -v"),
            ("swarm -h=true", "swarm -h"),
        ] {
            assert_eq!(run(line).as_deref(), Ok(wanted), "{line}");
        }
    }

    #[test]
    fn what_is_no_flag_stays() {
        for line in [
            "swarm manage -Htcp://a:1",
            "swarm manage --nonsense=true -nonsense",
            "swarm manage -f a --tls",
            "swarm manage --host --",
            "swarm manage -- -tls --tls=false",
            "swarm manage --host",
            "swarm manage --",
            "swarm",
        ] {
            assert_eq!(run(line).as_deref(), Ok(line));
        }
    }

    #[test]
    fn a_switch_takes_true_or_false() {
        let error = run("swarm manage -tls=maybe").unwrap_err();
        assert_eq!(
            error,
            "invalid value 'maybe' for '--tls': expected true or false"
        );
    }
}
