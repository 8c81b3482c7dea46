//! Moments as clients write them: seconds, RFC 3339, or how long ago.

use jiff::{SignedDuration, Timestamp};

/// Nanoseconds since 1970.
pub(super) fn nanos(text: &str, now: i128) -> Option<i128> {
    if let Some((seconds, fraction)) = text.split_once('.')
        && let Ok(seconds) = seconds.parse::<i64>()
        && fraction.bytes().all(|byte| byte.is_ascii_digit())
    {
        let digits = format!("{fraction:0<9}");
        return Some(i128::from(seconds) * 1_000_000_000 + digits[..9].parse::<i128>().ok()?);
    }
    if let Ok(seconds) = text.parse::<i64>() {
        return Some(i128::from(seconds) * 1_000_000_000);
    }
    if let Ok(time) = text.parse::<Timestamp>() {
        return Some(time.as_nanosecond());
    }
    text.parse::<SignedDuration>()
        .ok()
        .map(|ago| now - ago.as_nanos())
}

/// A moment as logs show it: nine digits, always.
pub(super) fn text(nanos: i128) -> String {
    let seconds = nanos.div_euclid(1_000_000_000) as i64;
    let whole = Timestamp::from_second(seconds)
        .unwrap_or_default()
        .to_string();
    format!(
        "{}.{:09}Z",
        whole.trim_end_matches('Z'),
        nanos.rem_euclid(1_000_000_000)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_form_is_read() {
        let now = 1_000_000_000_000;
        assert_eq!(nanos("12", now), Some(12_000_000_000));
        assert_eq!(nanos("12.5", now), Some(12_500_000_000));
        assert_eq!(nanos("1970-01-01T00:00:02Z", now), Some(2_000_000_000));
        assert_eq!(nanos("10m", now), Some(now - 600_000_000_000));
        assert_eq!(nanos("soon", now), None);
        assert_eq!(text(2_000_000_005), "1970-01-01T00:00:02.000000005Z");
    }
}
