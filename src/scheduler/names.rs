//! Names a user may choose from.

/// A name that is none of the possible ones.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("unknown {kind} {given:?}: {possible} possible")]
pub struct UnknownName {
    /// What was to be named: `filter`, `strategy`.
    pub kind: &'static str,
    /// What was given.
    pub given: String,
    /// What would have been accepted.
    possible: String,
}

impl UnknownName {
    pub(crate) fn new(kind: &'static str, given: &str, possible: &[&str]) -> Self {
        Self {
            kind,
            given: given.to_owned(),
            possible: match possible {
                [one] => format!("{one} is"),
                many => format!("{} are", many.join(", ")),
            },
        }
    }
}
