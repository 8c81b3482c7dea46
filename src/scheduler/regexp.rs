//! Regular expressions from users: Go's RE2 syntax, compiled under limits.

mod class;
mod escape;
mod translate;

use std::sync::{LazyLock, Mutex, PoisonError};

use regex::{Regex, RegexBuilder};
use rustc_hash::FxHashMap;

/// The longest pattern taken, in bytes.
pub const MAX_LENGTH: usize = 1024;
const MAX_SIZE: usize = 256 * 1024;
const MAX_NESTING: u32 = 50;
const REMEMBERED: usize = 128;

/// Why a pattern was refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RegexpError {
    /// More bytes than allowed.
    #[error("the regular expression is longer than {MAX_LENGTH} bytes")]
    TooLong,
    /// It would take too much memory to match.
    #[error("the regular expression is too complex")]
    TooComplex,
    /// It is not a regular expression.
    #[error("the regular expression is not valid: {0}")]
    Syntax(String),
}

impl RegexpError {
    fn syntax(what: &str, at: &str) -> Self {
        let shown: String = at.chars().take(20).collect();
        Self::Syntax(format!("{what}: `{shown}`"))
    }
}

/// Compiled patterns by their text. A memo of a pure function: only a clock could tell that it is there.
static COMPILED: LazyLock<Mutex<FxHashMap<Box<str>, Regex>>> = LazyLock::new(Mutex::default);

/// Compiles a pattern, or remembers that it did.
///
/// # Errors
/// When the pattern is not one, or costs more than is allowed.
pub fn compile(pattern: &str) -> Result<Regex, RegexpError> {
    if pattern.len() > MAX_LENGTH {
        return Err(RegexpError::TooLong);
    }
    let compiled = || COMPILED.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(regex) = compiled().get(pattern) {
        return Ok(regex.clone());
    }
    let regex = build(pattern)?;
    let mut compiled = compiled();
    if compiled.len() >= REMEMBERED {
        compiled.clear();
    }
    compiled.insert(pattern.into(), regex.clone());
    Ok(regex)
}

fn build(pattern: &str) -> Result<Regex, RegexpError> {
    RegexBuilder::new(&translate::translate(pattern)?)
        .size_limit(MAX_SIZE)
        .dfa_size_limit(MAX_SIZE)
        .nest_limit(MAX_NESTING)
        .build()
        .map_err(|error| match error {
            regex::Error::CompiledTooBig(_) => RegexpError::TooComplex,
            // The engine's own words quote the translation, which nobody wrote; its last line says what is wrong.
            other => {
                let text = other.to_string();
                let reason = text.lines().last().unwrap_or("").trim();
                RegexpError::Syntax(reason.trim_start_matches("error: ").to_owned())
            }
        })
}

#[cfg(test)]
mod tests;
