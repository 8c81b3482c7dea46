//! Placement expressions: `key==value`, `key!=value`, soft with `~`, globs and `/regexp/`.

use std::fmt;

use super::regexp;

/// How key and value are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operator {
    /// `==`
    Equal,
    /// `!=`
    NotEqual,
}

impl fmt::Display for Operator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Equal => "==",
            Self::NotEqual => "!=",
        })
    }
}

/// Why a text is no expression.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ExprError {
    /// Neither `==` nor `!=` is in it.
    #[error("invalid expression {0:?}: one of the operators ==, != is expected")]
    Operator(String),
    /// The part before the operator is no key.
    #[error(
        "invalid expression {0:?}: the key must start with a letter or _, have two characters or more, and hold only letters, digits and _ . -"
    )]
    Key(String),
    /// Nothing to compare with.
    #[error("invalid expression {0:?}: the value is empty")]
    Value(String),
    /// The `/regexp/` is not one.
    #[error("invalid expression {0:?}: {1}")]
    Regexp(String, regexp::RegexpError),
}

/// The value of an expression.
#[derive(Debug, Clone)]
pub enum Pattern {
    /// To be equal to.
    Literal(String),
    /// The pieces between `*`s.
    Glob(Vec<String>),
    /// To be found anywhere in the text.
    Regexp(regex::Regex),
}

impl Pattern {
    fn parse(value: &str) -> Result<Self, regexp::RegexpError> {
        if value.len() > 2 && value.starts_with('/') && value.ends_with('/') {
            return regexp::compile(&value[1..value.len() - 1]).map(Self::Regexp);
        }
        Ok(Self::plain(value))
    }

    fn plain(value: &str) -> Self {
        if value.contains('*') {
            return Self::Glob(value.split('*').map(str::to_owned).collect());
        }
        Self::Literal(value.to_owned())
    }

    /// A name that may hold `*`, but is no regular expression; `None` when it is empty.
    pub fn name(text: &str) -> Option<Self> {
        (!text.is_empty()).then(|| Self::plain(text))
    }

    /// Whether a text fits.
    pub fn matches(&self, text: &str) -> bool {
        match self {
            Self::Literal(literal) => literal == text,
            Self::Glob(pieces) => glob(pieces, text),
            Self::Regexp(regex) => regex.is_match(text),
        }
    }
}

/// The first piece is anchored at the start, the last at the end, the rest go to the earliest place each.
fn glob(pieces: &[String], text: &str) -> bool {
    let [first, middle @ .., last] = pieces else {
        return pieces.first().is_some_and(|piece| piece == text);
    };
    let Some(mut rest) = text.strip_prefix(first.as_str()) else {
        return false;
    };
    for piece in middle {
        match rest.find(piece.as_str()) {
            Some(at) => rest = &rest[at + piece.len()..],
            None => return false,
        }
    }
    rest.ends_with(last.as_str())
}

/// One expression, parsed once.
#[derive(Debug, Clone)]
pub struct Expr {
    /// What is compared.
    pub key: String,
    /// How.
    pub operator: Operator,
    /// With what, as written, without the `~`.
    pub value: String,
    /// Whether it may be given up when nothing satisfies it.
    pub soft: bool,
    /// The value, ready to match.
    pub pattern: Pattern,
}

impl Expr {
    /// Parses `key OP value`.
    ///
    /// # Errors
    /// Says which part of the text is not as it should be.
    pub fn parse(text: &str) -> Result<Self, ExprError> {
        let equal = text.find("==").map(|at| (at, Operator::Equal));
        let not_equal = text.find("!=").map(|at| (at, Operator::NotEqual));
        let (at, operator) = [equal, not_equal]
            .into_iter()
            .flatten()
            .min_by_key(|(at, _)| *at)
            .ok_or_else(|| ExprError::Operator(text.to_owned()))?;
        let (key, value) = (&text[..at], &text[at + 2..]);
        if !is_key(key) {
            return Err(ExprError::Key(text.to_owned()));
        }
        let (soft, value) = match value.strip_prefix('~') {
            Some(value) => (true, value),
            None => (false, value),
        };
        if value.is_empty() || value == "//" {
            return Err(ExprError::Value(text.to_owned()));
        }
        let pattern =
            Pattern::parse(value).map_err(|error| ExprError::Regexp(text.to_owned(), error))?;
        Ok(Self {
            key: key.to_owned(),
            operator,
            value: value.to_owned(),
            soft,
            pattern,
        })
    }

    /// `==` holds when one of the texts fits, `!=` when none does.
    pub fn holds<'a>(&self, texts: impl IntoIterator<Item = &'a str>) -> bool {
        let mut texts = texts.into_iter();
        self.holds_if(texts.any(|text| self.pattern.matches(text)))
    }

    /// Whether the expression holds, given whether something fits its value.
    pub fn holds_if(&self, found: bool) -> bool {
        match self.operator {
            Operator::Equal => found,
            Operator::NotEqual => !found,
        }
    }
}

impl fmt::Display for Expr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let soft = if self.soft { "~" } else { "" };
        write!(f, "{}{}{soft}{}", self.key, self.operator, self.value)
    }
}

fn is_key(key: &str) -> bool {
    let mut bytes = key.bytes();
    let first = bytes.next();
    first.is_some_and(|b| b.is_ascii_alphabetic() || b == b'_')
        && key.len() > 1
        && bytes.all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'.' | b'-'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_told_apart() {
        let parsed = |text: &str| {
            let expr = Expr::parse(text).unwrap();
            (expr.key, expr.operator, expr.value, expr.soft)
        };
        let expected = |key: &str, operator, value: &str, soft| {
            (key.to_owned(), operator, value.to_owned(), soft)
        };
        use Operator::{Equal, NotEqual};
        assert_eq!(
            parsed("storage==ssd"),
            expected("storage", Equal, "ssd", false)
        );
        assert_eq!(
            parsed("storage!=~ssd"),
            expected("storage", NotEqual, "ssd", true)
        );
        assert_eq!(
            parsed("a.b-c_1==x!=y"),
            expected("a.b-c_1", Equal, "x!=y", false)
        );
        assert_eq!(parsed("ab!=x==y"), expected("ab", NotEqual, "x==y", false));
        assert_eq!(parsed("_a==~/x y/"), expected("_a", Equal, "/x y/", true));
        assert_eq!(parsed("ab===x"), expected("ab", Equal, "=x", false));
        assert_eq!(Expr::parse("ab!=~x").unwrap().to_string(), "ab!=~x");
    }

    #[test]
    fn what_is_no_expression_is_refused() {
        for (text, part) in [
            ("", "operators"),
            ("storage", "operators"),
            ("storage=ssd", "operators"),
            ("storage>=2", "operators"),
            ("==ssd", "key"),
            ("a==ssd", "key"),
            ("1a==ssd", "key"),
            ("-ab==ssd", "key"),
            (" ab==ssd", "key"),
            ("ab ==ssd", "key"),
            ("äb==ssd", "key"),
            ("ab==", "empty"),
            ("ab!=~", "empty"),
            ("ab==//", "empty"),
            ("ab==/(/", "regular expression"),
        ] {
            let error = Expr::parse(text).unwrap_err().to_string();
            assert!(error.contains(part), "{text}: {error}");
        }
    }

    #[test]
    fn values_are_literal_glob_or_regexp() {
        let matches =
            |value: &str, text: &str| Expr::parse(&format!("key=={value}")).unwrap().holds([text]);
        for (value, text) in [
            ("a.b", "a.b"),
            ("*", ""),
            ("a*", "a"),
            ("a*c", "abc"),
            ("a*b*c", "a-b-b-c"),
            ("*a*", "bab"),
            ("a**b", "ab"),
            ("/a.b/", "xaxbx"),
            ("/", "/"),
            ("/usr", "/usr"),
        ] {
            assert!(matches(value, text), "{value} and {text}");
        }
        for (value, text) in [
            ("a.b", "axb"),
            ("a", "ab"),
            ("a*a", "a"),
            ("a*bc", "abcb"),
            ("ab*ba", "aba"),
            ("/^a$/", "ab"),
            ("[ab]", "a"),
        ] {
            assert!(!matches(value, text), "{value} and {text}");
        }
    }
}
