//! The `Status` text over all of time.

use proptest::prelude::*;

use crate::cluster::duration;

/// The unit's rank and the number of a worded duration.
fn rank(seconds: i64) -> (usize, i64) {
    let words = duration(seconds);
    let unit = ["second", "minute", "hour", "day", "week", "month", "year"]
        .iter()
        .position(|unit| words.contains(unit))
        .unwrap();
    let about = i64::from(words.starts_with("About"));
    let number = words.split(' ').next().unwrap().parse();
    (unit, number.unwrap_or(about))
}

proptest! {
    #[test]
    fn a_longer_time_never_reads_shorter(a in -9i64..4_000_000_000, b in -9i64..4_000_000_000) {
        prop_assert!(rank(a.min(b)) <= rank(a.max(b)));
    }

    #[test]
    fn neighbours_read_alike_or_one_apart(seconds in 0i64..200_000) {
        let ((unit, number), (next_unit, next_number)) = (rank(seconds), rank(seconds + 1));
        prop_assert!(next_unit > unit || next_number - number <= 1);
    }
}
