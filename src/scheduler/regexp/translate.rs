//! From Go's syntax to the `regex` crate's, one token at a time.
//!
//! Every literal is written escaped and every group non-capturing, so nothing can come to mean what it did not mean in
//! Go: set operations in classes, `\<`, `{,n}`, the flags only one of the two knows.

use rustc_hash::FxHashSet;

use super::RegexpError;
use super::class;
use super::escape::{self, Escape};

/// Repetitions above this are refused, as in Go.
const MAX_REPEAT: u32 = 1000;

#[derive(Default)]
struct Translation<'a> {
    out: String,
    names: FxHashSet<&'a str>,
    /// Whether the last token was a repetition: they do not stack.
    repeated: bool,
}

/// Translates a whole pattern.
pub(super) fn translate(pattern: &str) -> Result<String, RegexpError> {
    let mut translation = Translation::default();
    let mut rest = pattern;
    while let Some(first) = rest.chars().next() {
        let after = &rest[first.len_utf8()..];
        let repeated = std::mem::take(&mut translation.repeated);
        rest = match first {
            '(' => translation.group(rest)?,
            '[' => {
                let (class, after) = class::bracketed(rest)?;
                translation.out.push_str(&class);
                after
            }
            '*' | '+' | '?' => translation.repeat(rest, 1, repeated)?,
            '{' => match bounds(rest)? {
                Some(length) => translation.repeat(rest, length, repeated)?,
                None => {
                    literal(&mut translation.out, '{');
                    after
                }
            },
            '\\' => translation.escape(rest)?,
            ')' | '|' | '^' | '$' | '.' => {
                translation.out.push(first);
                after
            }
            other => {
                literal(&mut translation.out, other);
                after
            }
        };
    }
    Ok(translation.out)
}

/// Writes a character so that it means itself.
pub(super) fn literal(out: &mut String, c: char) {
    out.push_str(&regex::escape(c.encode_utf8(&mut [0; 4])));
}

impl<'a> Translation<'a> {
    /// Copies a repetition of `length` bytes and the `?` that makes it lazy.
    fn repeat(
        &mut self,
        rest: &'a str,
        length: usize,
        repeated: bool,
    ) -> Result<&'a str, RegexpError> {
        if repeated {
            return Err(RegexpError::syntax(
                "invalid nested repetition operator",
                rest,
            ));
        }
        let lazy = usize::from(rest[length..].starts_with('?'));
        let (operator, after) = rest.split_at(length + lazy);
        self.out.push_str(operator);
        self.repeated = true;
        Ok(after)
    }

    fn escape(&mut self, rest: &'a str) -> Result<&'a str, RegexpError> {
        if let Some(quoted) = rest.strip_prefix(r"\Q") {
            let (text, after) = quoted.split_once(r"\E").unwrap_or((quoted, ""));
            self.out.push_str(&regex::escape(text));
            return Ok(after);
        }
        let anchors = [
            (r"\A", r"\A"),
            (r"\z", r"\z"),
            (r"\b", r"(?-u:\b)"),
            (r"\B", r"(?-u:\B)"),
        ];
        for (go, ours) in anchors {
            if let Some(after) = rest.strip_prefix(go) {
                self.out.push_str(ours);
                return Ok(after);
            }
        }
        let (escape, after) = escape::parse(rest)?;
        match escape {
            Escape::Char(c) => match char::from_u32(c) {
                Some(c) => literal(&mut self.out, c),
                // Half of a surrogate pair is in no text.
                None => self.out.push_str(r"[^\x{0}-\x{10FFFF}]"),
            },
            Escape::Class(class) => self.out.push_str(&class),
        }
        Ok(after)
    }

    fn group(&mut self, rest: &'a str) -> Result<&'a str, RegexpError> {
        let Some(special) = rest.strip_prefix("(?") else {
            self.out.push_str("(?:");
            return Ok(&rest[1..]);
        };
        let named = special
            .strip_prefix("P<")
            .or_else(|| special.strip_prefix('<'));
        if let Some(named) = named {
            let (name, after) = named
                .split_once('>')
                .ok_or_else(|| RegexpError::syntax("invalid named capture", rest))?;
            let word = |b: u8| b.is_ascii_alphanumeric() || b == b'_';
            if name.is_empty() || !name.bytes().all(word) || !self.names.insert(name) {
                return Err(RegexpError::syntax("invalid named capture", rest));
            }
            self.out.push_str("(?:");
            return Ok(after);
        }
        self.flags(rest, special)
    }

    /// `(?i)`, `(?i-s:`, with the flags i, m, s and U.
    fn flags(&mut self, rest: &'a str, special: &'a str) -> Result<&'a str, RegexpError> {
        let error = || RegexpError::syntax("invalid or unsupported Perl syntax", rest);
        let end = special.find([':', ')']).ok_or_else(error)?;
        let (on, off) = match special[..end].split_once('-') {
            Some((_, "")) => return Err(error()),
            Some((on, off)) => (on, off),
            None => (&special[..end], ""),
        };
        if !on
            .chars()
            .chain(off.chars())
            .all(|flag| "imsU".contains(flag))
        {
            return Err(error());
        }
        let stays = |flag: &char| on.contains(*flag) && !off.contains(*flag);
        let set: String = "imsU".chars().filter(stays).collect();
        let cleared: String = "imsU".chars().filter(|flag| off.contains(*flag)).collect();
        let minus = if cleared.is_empty() { "" } else { "-" };
        let flags = format!("{set}{minus}{cleared}");
        let close = &special[end..=end];
        if !(flags.is_empty() && close == ")") {
            self.out.push_str(&format!("(?{flags}{close}"));
        }
        Ok(&special[end + 1..])
    }
}

/// How long `{n}`, `{n,}` or `{n,m}` is; `None` when the brace is only a brace.
fn bounds(rest: &str) -> Result<Option<usize>, RegexpError> {
    let Some(end) = rest.find('}') else {
        return Ok(None);
    };
    let (low, high) = match rest[1..end].split_once(',') {
        Some((low, "")) => (low, None),
        Some((low, high)) => (low, Some(high)),
        None => (&rest[1..end], None),
    };
    let number = |text: &str| {
        let plain = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
        (plain && (text == "0" || !text.starts_with('0'))).then(|| text.parse().unwrap_or(u32::MAX))
    };
    let Some(low) = number(low) else {
        return Ok(None);
    };
    let high = match high.map(number) {
        Some(None) => return Ok(None),
        Some(high) => high,
        None => None,
    };
    let too_many = low.max(high.unwrap_or(0)) > MAX_REPEAT;
    if too_many || high.is_some_and(|high| high < low) {
        return Err(RegexpError::syntax("invalid repeat count", rest));
    }
    Ok(Some(end + 1))
}
