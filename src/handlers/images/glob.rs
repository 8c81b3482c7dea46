//! Shell patterns as Go's `path.Match` reads them: `*` and `?` stop at a slash.

/// A pattern that is cut off or empty where it cannot be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("syntax error in pattern")]
pub(super) struct BadPattern;

#[derive(Clone, Debug, PartialEq, Eq)]
enum Part {
    Any,
    One,
    Literal(char),
    Class {
        ranges: Vec<(char, char)>,
        not: bool,
    },
}

/// A pattern, read once.
#[derive(Clone, Debug)]
pub(super) struct Glob(Vec<Part>);

impl Glob {
    /// Reads a pattern.
    pub(super) fn new(pattern: &str) -> Result<Self, BadPattern> {
        let mut parts = Vec::new();
        let mut rest = pattern.chars();
        while let Some(c) = rest.next() {
            parts.push(match c {
                '*' => Part::Any,
                '?' => Part::One,
                '[' => class(&mut rest)?,
                '\\' => Part::Literal(rest.next().ok_or(BadPattern)?),
                c => Part::Literal(c),
            });
        }
        // One `*` says as much as several, and costs less.
        parts.dedup_by(|a, b| *a == Part::Any && *b == Part::Any);
        Ok(Self(parts))
    }

    /// Whether all of `text` matches.
    pub(super) fn matches(&self, text: &str) -> bool {
        // The places in the pattern that the text so far can have led to.
        let mut places = vec![false; self.0.len() + 1];
        places[0] = true;
        self.skip_any(&mut places);
        for c in text.chars() {
            let mut next = vec![false; places.len()];
            for (at, part) in self.0.iter().enumerate().filter(|(at, _)| places[*at]) {
                match part {
                    Part::Any => next[at] |= c != '/',
                    part => next[at + 1] |= part.takes(c),
                }
            }
            self.skip_any(&mut next);
            places = next;
        }
        places[self.0.len()]
    }

    fn skip_any(&self, places: &mut [bool]) {
        for (at, part) in self.0.iter().enumerate() {
            places[at + 1] |= places[at] && *part == Part::Any;
        }
    }
}

impl Part {
    fn takes(&self, c: char) -> bool {
        match self {
            Self::Any | Self::One => c != '/',
            Self::Literal(literal) => *literal == c,
            Self::Class { ranges, not } => {
                c != '/' && ranges.iter().any(|(low, high)| (*low..=*high).contains(&c)) != *not
            }
        }
    }
}

fn class(rest: &mut std::str::Chars<'_>) -> Result<Part, BadPattern> {
    let mut ranges = Vec::new();
    let not = rest.as_str().starts_with('^');
    if not {
        rest.next();
    }
    loop {
        let low = match rest.next().ok_or(BadPattern)? {
            ']' if !ranges.is_empty() => return Ok(Part::Class { ranges, not }),
            ']' | '-' => return Err(BadPattern),
            '\\' => rest.next().ok_or(BadPattern)?,
            low => low,
        };
        let high = if rest.as_str().starts_with('-') {
            rest.next();
            match rest.next().ok_or(BadPattern)? {
                ']' | '-' => return Err(BadPattern),
                '\\' => rest.next().ok_or(BadPattern)?,
                high => high,
            }
        } else {
            low
        };
        ranges.push((low, high));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_match_as_in_go() {
        for (pattern, text, expected) in [
            ("abc", "abc", true),
            ("*", "abc", true),
            ("*c", "abc", true),
            ("a*", "ab/c", false),
            ("a*/b", "abc/b", true),
            ("a*/b", "a/c/b", false),
            ("a*b*c*d*e*/f", "axbxcxdxexxx/f", true),
            ("a?c", "abc", true),
            ("a?c", "a/c", false),
            ("[a-c]x", "bx", true),
            ("[^a-c]x", "bx", false),
            ("[^a-c]x", "dx", true),
            ("a\\*b", "a*b", true),
            ("a\\*b", "axb", false),
            ("", "", true),
            ("", "a", false),
            ("**", "abc", true),
        ] {
            let glob = Glob::new(pattern).unwrap();
            assert_eq!(glob.matches(text), expected, "{pattern} {text}");
        }
        for bad in ["[", "[]", "[a", "[a-]", "[-a]", "\\", "[^]"] {
            assert_eq!(Glob::new(bad).unwrap_err(), BadPattern, "{bad}");
        }
    }
}
