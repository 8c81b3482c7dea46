//! Regular expressions from users: Go's RE2 syntax, compiled under limits.

use regex::{Regex, RegexBuilder};

/// The longest pattern taken, in bytes.
pub const MAX_LENGTH: usize = 1024;
const MAX_SIZE: usize = 256 * 1024;
const MAX_NESTING: u32 = 50;

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

/// Compiles a pattern.
///
/// # Errors
/// When the pattern is not one, or costs more than is allowed.
pub fn compile(pattern: &str) -> Result<Regex, RegexpError> {
    if pattern.len() > MAX_LENGTH {
        return Err(RegexpError::TooLong);
    }
    RegexBuilder::new(pattern)
        .size_limit(MAX_SIZE)
        .dfa_size_limit(MAX_SIZE)
        .nest_limit(MAX_NESTING)
        .build()
        .map_err(|error| match error {
            regex::Error::CompiledTooBig(_) => RegexpError::TooComplex,
            other => RegexpError::Syntax(other.to_string()),
        })
}
