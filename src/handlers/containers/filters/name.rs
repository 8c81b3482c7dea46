//! The `name` filter: a regular expression that is not anchored.

use memchr::memmem::Finder;
use regex::Regex;

use crate::scheduler::regexp;

/// One value of the filter, held against `name`, `/name` and, where it names a node, `/node/name`.
#[derive(Clone, Debug)]
pub struct NamePattern {
    node: Option<Box<str>>,
    kind: Kind,
}

#[derive(Clone, Debug)]
enum Kind {
    /// Only letters, digits, `_` and `-`: told without a regular expression.
    Equal(Box<str>),
    Prefix(Box<str>),
    Suffix(Box<str>),
    Contains(Box<Finder<'static>>),
    Regex {
        regex: Box<Regex>,
        with_node: bool,
    },
    /// Not a regular expression: like the engine, it finds nothing.
    Nothing,
}

impl NamePattern {
    /// Reads a value.
    pub fn new(value: &str) -> Self {
        let (start, rest) = match value.strip_prefix('^') {
            Some(rest) => (true, rest),
            None => (false, value),
        };
        let (start, rest) = match rest.strip_prefix('/') {
            Some(rest) => (true, rest),
            None => (start, rest),
        };
        let (rest, end) = match rest.strip_suffix('$') {
            Some(rest) => (rest, true),
            None => (rest, false),
        };
        if let Some((node, name)) = rest.split_once('/')
            && is_literal(node)
            && is_literal(name)
        {
            let kind = Kind::literal(name, true, end);
            return Self {
                node: Some(node.into()),
                kind,
            };
        }
        let kind = if is_literal(rest) {
            Kind::literal(rest, start, end)
        } else {
            let with_node = rest.contains('/');
            match regexp::compile(value) {
                Ok(regex) => Kind::Regex {
                    regex: Box::new(regex),
                    with_node,
                },
                Err(_) => Kind::Nothing,
            }
        };
        Self { node: None, kind }
    }

    /// The one name that can match, where there is only one.
    pub fn exact(&self) -> Option<&str> {
        match &self.kind {
            Kind::Equal(name) => Some(name),
            _ => None,
        }
    }

    /// Whether the container called `name` (without slash) on `node` matches.
    pub fn matches(&self, node: &str, name: &str) -> bool {
        if name.is_empty() || self.node.as_deref().is_some_and(|wanted| wanted != node) {
            return false;
        }
        match &self.kind {
            Kind::Equal(wanted) => **wanted == *name,
            Kind::Prefix(prefix) => name.starts_with(&**prefix),
            Kind::Suffix(suffix) => name.ends_with(&**suffix),
            Kind::Contains(finder) => finder.find(name.as_bytes()).is_some(),
            Kind::Regex { regex, with_node } => {
                regex.is_match(name)
                    || regex.is_match(&format!("/{name}"))
                    || (*with_node && regex.is_match(&format!("/{node}/{name}")))
            }
            Kind::Nothing => false,
        }
    }
}

impl Kind {
    fn literal(text: &str, start: bool, end: bool) -> Self {
        match (start, end) {
            (true, true) => Self::Equal(text.into()),
            (true, false) => Self::Prefix(text.into()),
            (false, true) => Self::Suffix(text.into()),
            (false, false) => Self::Contains(Box::new(Finder::new(text).into_owned())),
        }
    }
}

fn is_literal(text: &str) -> bool {
    text.bytes()
        .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-'))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn values_are_regular_expressions_over_both_forms() {
        for (value, hits, misses) in [
            ("web", &["web", "my-web-1"][..], &["wb"][..]),
            ("^web$", &["web"], &["web1", "aweb"]),
            ("^/web$", &["web"], &["web1", "aweb"]),
            ("/web", &["web", "web1"], &["aweb"]),
            ("web$", &["web", "aweb"], &["web1"]),
            ("^/?web$", &["web"], &["web1"]),
            ("w.b", &["web", "xwob"], &["wb"]),
            ("^(a|b)$", &["a", "b"], &["ab"]),
            ("n1/web", &["web", "web2"], &["aweb"]),
            ("^/n1/web$", &["web"], &["web2"]),
            ("n2/web", &[], &["web"]),
            ("^/n./web$", &["web"], &["web2"]),
            ("", &["web"], &[]),
            ("(", &[], &["web", "("]),
        ] {
            let pattern = NamePattern::new(value);
            for name in hits {
                assert!(pattern.matches("n1", name), "{value} {name}");
            }
            for name in misses {
                assert!(!pattern.matches("n1", name), "{value} {name}");
            }
            assert!(!pattern.matches("n1", ""));
        }
        assert_eq!(NamePattern::new("^/web$").exact(), Some("web"));
        assert_eq!(NamePattern::new("web").exact(), None);
    }

    proptest! {
        #[test]
        fn literals_match_as_their_expression_would(
            value in r"\^?/?[ab_-]{0,3}\$?",
            name in "[ab_-]{1,4}",
        ) {
            let regex = Regex::new(&value).unwrap();
            let expected = regex.is_match(&name) || regex.is_match(&format!("/{name}"));
            prop_assert_eq!(NamePattern::new(&value).matches("n1", &name), expected);
        }
    }
}
