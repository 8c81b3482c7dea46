//! Amounts as docker words them.

use std::fmt;

const UNITS: [&str; 7] = ["B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"];

/// A number of bytes in binary units, with at most four significant digits: `8.4 GiB`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Size(pub u64);

/// A number of CPUs: two decimals unless it is whole.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Cpus(pub f64);

impl fmt::Display for Size {
    #[allow(
        clippy::cast_precision_loss,
        reason = "four significant digits are shown"
    )]
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut amount = self.0 as f64;
        let mut unit = 0;
        while amount >= 1024.0 && unit + 1 < UNITS.len() {
            amount /= 1024.0;
            unit += 1;
        }
        let decimals = match amount {
            a if a < 10.0 => 3,
            a if a < 100.0 => 2,
            a if a < 1000.0 => 1,
            _ => 0,
        };
        let digits = format!("{amount:.decimals$}");
        let digits = match digits.split_once('.') {
            Some(_) => digits.trim_end_matches('0').trim_end_matches('.'),
            None => &digits,
        };
        write!(f, "{digits} {}", UNITS[unit])
    }
}

impl fmt::Display for Cpus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let rounded = (self.0 * 100.0).round() / 100.0;
        if rounded.fract() == 0.0 {
            write!(f, "{rounded:.0}")
        } else {
            write!(f, "{rounded:.2}")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_have_four_significant_digits() {
        for (bytes, words) in [
            (0, "0 B"),
            (1, "1 B"),
            (1023, "1023 B"),
            (1024, "1 KiB"),
            (1536, "1.5 KiB"),
            (1 << 30, "1 GiB"),
            (9_019_431_321, "8.4 GiB"),
            (8_233_431_040, "7.668 GiB"),
            (100 << 20, "100 MiB"),
            (1000 << 20, "1000 MiB"),
            ((1 << 30) - 1, "1024 MiB"),
            (10_737_311_000, "10 GiB"),
            (u64::MAX, "16 EiB"),
        ] {
            assert_eq!(Size(bytes).to_string(), words);
        }
    }

    #[test]
    fn cpus_have_two_decimals_unless_whole() {
        for (cpus, words) in [
            (0.0, "0"),
            (1.0, "1"),
            (4.2, "4.20"),
            (0.5, "0.50"),
            (0.001, "0"),
            (2.999, "3"),
        ] {
            assert_eq!(Cpus(cpus).to_string(), words);
        }
    }
}
