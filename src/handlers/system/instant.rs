//! Points in time as clients write them: unix seconds, RFC 3339, or how long ago.

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

/// A text that is no point in time.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("invalid time {0:?}: give unix seconds, an RFC 3339 date or a duration such as 1h30m")]
pub struct InvalidInstant(String);

/// Reads `text`; a Go duration counts back from `now`, a date without a zone is in UTC.
///
/// # Errors
/// [`InvalidInstant`] when it has none of the three forms or lies out of range.
pub fn parse(text: &str, now: Timestamp) -> Result<Timestamp, InvalidInstant> {
    unix(text)
        .or_else(|| text.parse().ok())
        .or_else(|| civil(text))
        .or_else(|| {
            let ago = now.as_nanosecond() - duration(text)?;
            Timestamp::from_nanosecond(ago).ok()
        })
        .ok_or_else(|| InvalidInstant(text.to_owned()))
}

/// `SECONDS` or `SECONDS.FRACTION`; a fraction beyond nanoseconds is cut.
fn unix(text: &str) -> Option<Timestamp> {
    let (seconds, fraction) = text.split_once('.').unwrap_or((text, ""));
    if fraction.bytes().any(|b| !b.is_ascii_digit()) {
        return None;
    }
    let whole: i64 = seconds.parse().ok()?;
    let nanoseconds: i128 = format!("{:0<9.9}", fraction).parse().ok()?;
    let whole = i128::from(whole) * 1_000_000_000;
    let total = if seconds.starts_with('-') {
        whole - nanoseconds
    } else {
        whole + nanoseconds
    };
    Timestamp::from_nanosecond(total).ok()
}

/// A date with or without a time of day, in UTC.
fn civil(text: &str) -> Option<Timestamp> {
    let date: DateTime = text
        .parse()
        .ok()
        .or_else(|| text.strip_suffix('Z')?.parse().ok())?;
    Some(date.to_zoned(TimeZone::UTC).ok()?.timestamp())
}

/// Nanoseconds of a Go duration: signed, at least one number with its unit.
pub fn duration(text: &str) -> Option<i128> {
    let (sign, mut rest) = match text.strip_prefix('-') {
        Some(rest) => (-1, rest),
        None => (1, text.strip_prefix('+').unwrap_or(text)),
    };
    if rest == "0" {
        return Some(0);
    }
    if rest.is_empty() {
        return None;
    }
    let mut total = 0_i128;
    while !rest.is_empty() {
        let (number, after) = split(rest, |c| c.is_ascii_digit() || c == '.');
        let (unit, after) = split(after, |c| !c.is_ascii_digit() && c != '.');
        total = total.checked_add(decimal(number, nanoseconds_of(unit)?)?)?;
        rest = after;
    }
    (total <= i128::from(i64::MAX)).then_some(sign * total)
}

fn split(text: &str, inside: impl Fn(char) -> bool) -> (&str, &str) {
    text.split_at(text.find(|c| !inside(c)).unwrap_or(text.len()))
}

fn nanoseconds_of(unit: &str) -> Option<i128> {
    Some(match unit {
        "ns" => 1,
        "us" | "\u{b5}s" | "\u{3bc}s" => 1_000,
        "ms" => 1_000_000,
        "s" => 1_000_000_000,
        "m" => 60_000_000_000,
        "h" => 3_600_000_000_000,
        _ => return None,
    })
}

/// `number` times `unit`, where the number may have a fraction.
fn decimal(number: &str, unit: i128) -> Option<i128> {
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    if whole.is_empty() && fraction.is_empty() || whole.len() > 19 {
        return None;
    }
    let digits = |text: &str| match text {
        "" => Some(0),
        _ => text.parse::<i128>().ok(),
    };
    let fraction = &fraction[..fraction.len().min(15)];
    let scale = 10_i128.pow(u32::try_from(fraction.len()).ok()?);
    Some(digits(whole)? * unit + digits(fraction)? * unit / scale)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn now() -> Timestamp {
        Timestamp::from_second(1_000_000).unwrap()
    }

    #[test]
    fn every_form_is_read() {
        for (text, nanoseconds) in [
            ("1700000000", 1_700_000_000_000_000_000),
            ("1700000000.5", 1_700_000_000_500_000_000),
            ("1700000000.000000001", 1_700_000_000_000_000_001),
            ("1700000000.0000000019", 1_700_000_000_000_000_001),
            ("0", 0),
            ("-1.5", -1_500_000_000),
            ("1970-01-01T00:00:01Z", 1_000_000_000),
            ("1970-01-01T01:00:01+01:00", 1_000_000_000),
            ("1970-01-01T00:00:01.25Z", 1_250_000_000),
            ("1970-01-01T00:00:02", 2_000_000_000),
            ("1970-01-02", 86_400_000_000_000),
            ("1970-01-02Z", 86_400_000_000_000),
            ("10m", 999_400_000_000_000),
            ("1h30m", 994_600_000_000_000),
            ("1.5h", 994_600_000_000_000),
            ("-10s", 1_000_010_000_000_000),
            ("1ms1us1ns", 999_999_998_998_999),
        ] {
            let time = parse(text, now()).unwrap();
            assert_eq!(time.as_nanosecond(), nanoseconds, "{text}");
        }
    }

    #[test]
    fn anything_else_is_refused() {
        for text in [
            "",
            "x",
            "1.2.3",
            "1h30",
            "h",
            ".",
            ".h",
            "1d",
            "1970-13-01",
            "99999999999999999999",
            "1.-5",
            "2562048h",
            "1e9",
            "- 1s",
        ] {
            assert!(parse(text, now()).is_err(), "{text}");
        }
    }

    proptest! {
        #[test]
        fn no_text_panics(text in "[-+.0-9hmsuTZ:µ]{0,24}") {
            let _ = parse(&text, now());
        }

        #[test]
        fn a_duration_counts_back(seconds in 0i64..100_000_000) {
            let time = parse(&format!("{seconds}s"), now()).unwrap();
            prop_assert_eq!(time.as_second(), 1_000_000 - seconds);
        }
    }
}
