//! Backslash sequences that stand for a character or a class, inside brackets and out.

use super::RegexpError;

/// What a backslash sequence stands for.
pub(super) enum Escape {
    /// One code point, perhaps half of a surrogate pair.
    Char(u32),
    /// A class, written so that it may stand alone or inside brackets.
    Class(String),
}

/// Reads the sequence that `rest` starts with.
pub(super) fn parse(rest: &str) -> Result<(Escape, &str), RegexpError> {
    let error = || RegexpError::syntax("invalid escape sequence", rest);
    let mut chars = rest.chars();
    chars.next();
    let kind = chars
        .next()
        .ok_or_else(|| RegexpError::Syntax("trailing backslash at the end".to_owned()))?;
    let after = chars.as_str();
    let class = |text: &str| (Escape::Class(text.to_owned()), after);
    let char = |code: u32| (Escape::Char(code), after);
    Ok(match kind {
        'd' => class("[0-9]"),
        'D' => class("[^0-9]"),
        's' => class(r"[\t\n\f\r\x20]"),
        'S' => class(r"[^\t\n\f\r\x20]"),
        'w' => class("[0-9A-Za-z_]"),
        'W' => class("[^0-9A-Za-z_]"),
        'p' | 'P' => return property(rest, kind == 'P').ok_or_else(error),
        'a' => char(7),
        'f' => char(12),
        't' => char(9),
        'n' => char(10),
        'r' => char(13),
        'v' => char(11),
        'x' => return hexadecimal(after).ok_or_else(error),
        '0'..='7' => return octal(&rest[1..]).ok_or_else(error),
        other if other.is_ascii() && !other.is_ascii_alphanumeric() => char(u32::from(other)),
        _ => return Err(error()),
    })
}

/// `\x7F` or `\x{10FFFF}`, after the `x`.
fn hexadecimal(text: &str) -> Option<(Escape, &str)> {
    let (digits, after) = match text.strip_prefix('{') {
        Some(braced) => braced.split_once('}')?,
        None => (text.get(..2)?, text.get(2..)?),
    };
    let hex = !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_hexdigit());
    let code = u32::from_str_radix(digits, 16).ok().filter(|_| hex)?;
    (code <= u32::from(char::MAX)).then_some((Escape::Char(code), after))
}

/// `\0`, `\12`, `\123`; one digit other than 0 would be a back-reference, which there are none of.
fn octal(text: &str) -> Option<(Escape, &str)> {
    let is_octal = |b: &u8| (b'0'..=b'7').contains(b);
    let length = text.bytes().take(3).take_while(is_octal).count();
    if length == 1 && !text.starts_with('0') {
        return None;
    }
    let code = u32::from_str_radix(&text[..length], 8).ok()?;
    Some((Escape::Char(code), &text[length..]))
}

/// `\pL`, `\p{Greek}`, `\P{Greek}`, `\p{^Greek}`.
fn property(rest: &str, negated: bool) -> Option<(Escape, &str)> {
    let text = &rest[2..];
    let (name, after) = match text.strip_prefix('{') {
        Some(braced) => braced.split_once('}')?,
        None => text.split_at(text.chars().next()?.len_utf8()),
    };
    let (name, negated) = match name.strip_prefix('^') {
        Some(name) => (name, !negated),
        None => (name, negated),
    };
    let word = |b: u8| b.is_ascii_alphanumeric() || b == b'_';
    if name.is_empty() || !name.bytes().all(word) {
        return None;
    }
    let letter = if negated { 'P' } else { 'p' };
    Some((Escape::Class(format!("\\{letter}{{{name}}}")), after))
}
