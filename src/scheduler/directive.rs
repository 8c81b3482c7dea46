//! Placement wishes in a create body: entries of `Env` and JSON arrays in labels.

use serde_json::Value;

use super::labels;
use super::spec::SpecError;

/// A kind of wish.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Directive {
    /// What a node must be like.
    Constraint,
    /// What it must hold already.
    Affinity,
    /// Which nodes may be used at all.
    Whitelist,
    /// What happens when the node fails.
    Reschedule,
}

impl Directive {
    /// All kinds.
    pub const ALL: [Self; 4] = [
        Self::Constraint,
        Self::Affinity,
        Self::Whitelist,
        Self::Reschedule,
    ];

    /// What an `Env` entry of this kind starts with, before the colon.
    pub fn prefix(self) -> &'static str {
        match self {
            Self::Constraint => "constraint",
            Self::Affinity => "affinity",
            Self::Whitelist => "whitelist",
            Self::Reschedule => "reschedule",
        }
    }

    /// The label that keeps wishes of this kind.
    pub fn label(self) -> &'static str {
        match self {
            Self::Constraint => labels::CONSTRAINTS,
            Self::Affinity => labels::AFFINITIES,
            Self::Whitelist => labels::WHITELISTS,
            Self::Reschedule => labels::RESCHEDULE,
        }
    }

    /// Takes an `Env` entry apart if it is a wish.
    pub fn from_env(entry: &str) -> Option<(Self, &str)> {
        let (prefix, wish) = entry.split_once(':')?;
        let kind = Self::ALL.into_iter().find(|kind| kind.prefix() == prefix)?;
        Some((kind, wish))
    }

    /// Wishes of this kind in the label's value.
    ///
    /// # Errors
    /// When it is not a JSON array of strings.
    pub fn read_label(self, value: Option<&Value>) -> Result<Vec<String>, SpecError> {
        match value.and_then(Value::as_str) {
            None | Some("") => Ok(Vec::new()),
            Some(text) => serde_json::from_str(text).map_err(|_| SpecError::Label(self.label())),
        }
    }

    /// Wishes of this kind in a create body, in labels and `Env`.
    ///
    /// # Errors
    /// When the label is not a JSON array of strings.
    pub fn wishes(self, body: &Value) -> Result<Vec<String>, SpecError> {
        let mut wishes = self.read_label(body["Labels"].get(self.label()))?;
        let env = body["Env"].as_array().into_iter().flatten();
        let entries = env.filter_map(|entry| Self::from_env(entry.as_str()?));
        wishes.extend(
            entries
                .filter(|(kind, _)| *kind == self)
                .map(|(_, wish)| wish.to_owned()),
        );
        Ok(wishes)
    }
}
