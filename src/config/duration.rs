//! Durations as Go writes them: `30s`, `1m30s`, `500ms`, `1.5h`.

use std::time::Duration;

/// Why a text is not a duration.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DurationError {
    /// The text is empty or holds something that is neither a number nor a unit.
    #[error("expected a duration such as 30s, 1m30s or 500ms")]
    Malformed,
    /// A number without its unit.
    #[error("the unit is missing, as in {0}s")]
    NoUnit(String),
    /// A unit that is not one of Go's.
    #[error("unknown unit {0:?}: use h, m, s, ms, us or ns")]
    UnknownUnit(String),
    /// Below zero.
    #[error("must not be negative")]
    Negative,
    /// Too long to hold.
    #[error("is too long")]
    TooLong,
}

/// Reads a duration in Go's notation.
///
/// # Errors
///
/// When the text is not a duration, or is negative.
pub fn parse_duration(text: &str) -> Result<Duration, DurationError> {
    let unsigned = text.strip_prefix('+').unwrap_or(text);
    if let Some(rest) = unsigned.strip_prefix('-') {
        parse_duration(rest)?;
        return Err(DurationError::Negative);
    }
    if unsigned == "0" {
        return Ok(Duration::ZERO);
    }
    if unsigned.is_empty() {
        return Err(DurationError::Malformed);
    }
    let mut total = Duration::ZERO;
    let mut rest = unsigned;
    while !rest.is_empty() {
        let (part, after) = parse_part(rest)?;
        total = total.checked_add(part).ok_or(DurationError::TooLong)?;
        rest = after;
    }
    Ok(total)
}

/// One number with its unit, and what follows it.
fn parse_part(text: &str) -> Result<(Duration, &str), DurationError> {
    let is_number = |c: char| c.is_ascii_digit() || c == '.';
    let digits = text.find(|c| !is_number(c)).unwrap_or(text.len());
    let (number, rest) = text.split_at(digits);
    let unit_end = rest.find(is_number).unwrap_or(rest.len());
    let (unit, after) = rest.split_at(unit_end);
    let value: f64 = number.parse().map_err(|_| DurationError::Malformed)?;
    let seconds = match unit {
        "" => return Err(DurationError::NoUnit(text.to_owned())),
        "ns" => value / 1e9,
        "us" | "µs" | "μs" => value / 1e6,
        "ms" => value / 1e3,
        "s" => value,
        "m" => value * 60.0,
        "h" => value * 3600.0,
        other => return Err(DurationError::UnknownUnit(other.to_owned())),
    };
    let part = Duration::try_from_secs_f64(seconds).map_err(|_| DurationError::TooLong)?;
    Ok((part, after))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_go_reads() {
        for (text, millis) in [
            ("0", 0),
            ("30s", 30_000),
            ("+30s", 30_000),
            ("1m30s", 90_000),
            ("1.5h", 5_400_000),
            (".5s", 500),
            ("250ms", 250),
            ("2h45m", 9_900_000),
        ] {
            assert_eq!(
                parse_duration(text),
                Ok(Duration::from_millis(millis)),
                "{text}"
            );
        }
        assert_eq!(parse_duration("3us"), Ok(Duration::from_micros(3)));
        assert_eq!(parse_duration("7ns"), Ok(Duration::from_nanos(7)));
    }

    #[test]
    fn says_what_is_wrong() {
        for (text, wrong) in [
            ("", DurationError::Malformed),
            ("s", DurationError::Malformed),
            ("1..5s", DurationError::Malformed),
            ("abc", DurationError::Malformed),
            ("30", DurationError::NoUnit("30".into())),
            ("1m30", DurationError::NoUnit("30".into())),
            ("3d", DurationError::UnknownUnit("d".into())),
            ("-1s", DurationError::Negative),
            ("-x", DurationError::Malformed),
            ("99999999999999999999h", DurationError::TooLong),
        ] {
            assert_eq!(parse_duration(text), Err(wrong), "{text}");
        }
    }
}
