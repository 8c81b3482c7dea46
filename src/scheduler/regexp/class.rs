//! Bracketed classes: Go has no set operations and no nesting in them.

use std::fmt::Write;

use super::RegexpError;
use super::escape::{self, Escape};

const NAMES: [&str; 14] = [
    "alnum", "alpha", "ascii", "blank", "cntrl", "digit", "graph", "lower", "print", "punct",
    "space", "upper", "word", "xdigit",
];

/// Translates the class that `rest` starts with; gives what is behind it too.
pub(super) fn bracketed(rest: &str) -> Result<(String, &str), RegexpError> {
    let mut out = String::from("[");
    let mut tail = &rest[1..];
    if let Some(negated) = tail.strip_prefix('^') {
        out.push('^');
        tail = negated;
    }
    let mut first = true;
    let mut empty = true;
    while first || !tail.starts_with(']') {
        first = false;
        if let Some(after) = named(&mut out, tail)? {
            (tail, empty) = (after, false);
            continue;
        }
        let (low, after) = member(rest, tail)?;
        tail = after;
        let low = match low {
            Escape::Class(class) => {
                (out, empty) = (out + &class, false);
                continue;
            }
            Escape::Char(low) => low,
        };
        let mut high = low;
        // `[a-]` is an a or a dash.
        if let Some(bound) = tail
            .strip_prefix('-')
            .filter(|b| !b.is_empty() && !b.starts_with(']'))
        {
            let (end, after) = member(rest, bound)?;
            high = match end {
                Escape::Char(high) if high >= low => high,
                _ => return Err(RegexpError::syntax("invalid character class range", rest)),
            };
            tail = after;
        }
        empty &= !range(&mut out, low, high);
    }
    if empty {
        // Only halves of surrogate pairs: as good as nothing.
        out.push_str(r"[^\x{0}-\x{10FFFF}]");
    }
    out.push(']');
    Ok((out, &tail[1..]))
}

/// `[:alpha:]` or `[:^alpha:]`, if the text starts with one.
fn named<'a>(out: &mut String, text: &'a str) -> Result<Option<&'a str>, RegexpError> {
    let Some((name, after)) = text.strip_prefix("[:").and_then(|t| t.split_once(":]")) else {
        return Ok(None);
    };
    let bare = name.strip_prefix('^').unwrap_or(name);
    if !NAMES.contains(&bare) {
        return Err(RegexpError::syntax("invalid character class range", text));
    }
    out.push_str(&format!("[:{name}:]"));
    Ok(Some(after))
}

fn member<'a>(class: &str, text: &'a str) -> Result<(Escape, &'a str), RegexpError> {
    if text.starts_with('\\') {
        return escape::parse(text);
    }
    let mut chars = text.chars();
    match chars.next() {
        Some(c) => Ok((Escape::Char(u32::from(c)), chars.as_str())),
        None => Err(RegexpError::syntax("missing closing ]", class)),
    }
}

/// Writes a range without the surrogates at its ends; false when nothing is left of it.
fn range(out: &mut String, low: u32, high: u32) -> bool {
    let surrogate = 0xD800..=0xDFFF;
    let low = if surrogate.contains(&low) {
        0xE000
    } else {
        low
    };
    let high = if surrogate.contains(&high) {
        0xD7FF
    } else {
        high
    };
    // Writing to a string cannot fail.
    low <= high && write!(out, "\\x{{{low:X}}}-\\x{{{high:X}}}").is_ok()
}
