//! How long to wait before the next attempt: longer each time, and never in step with others.

use std::time::Duration;

/// Doubles from a shortest to a longest wait; each wait is a random part of it, half at least.
#[derive(Clone, Copy, Debug)]
pub(super) struct Backoff {
    min: Duration,
    max: Duration,
    next: Duration,
}

impl Backoff {
    pub(super) fn new(min: Duration, max: Duration) -> Self {
        Self {
            min,
            max,
            next: min,
        }
    }

    /// The next wait; `chance` is a random number from 0 to 1.
    pub(super) fn next(&mut self, chance: f64) -> Duration {
        let whole = self.next;
        self.next = whole.saturating_mul(2).min(self.max);
        whole.mul_f64(0.5 + chance.clamp(0.0, 1.0) / 2.0)
    }

    pub(super) fn reset(&mut self) {
        self.next = self.min;
    }
}

/// A random time between two bounds; `chance` is a random number from 0 to 1.
pub(super) fn between(min: Duration, max: Duration, chance: f64) -> Duration {
    min + max.saturating_sub(min).mul_f64(chance.clamp(0.0, 1.0))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const MIN: Duration = Duration::from_millis(100);
    const MAX: Duration = Duration::from_secs(5);

    proptest! {
        #[test]
        fn waits_grow_within_bounds_and_start_anew(
            chances in proptest::collection::vec(0.0_f64..1.0, 1..20),
        ) {
            let mut backoff = Backoff::new(MIN, MAX);
            let mut whole = MIN;
            for chance in chances {
                let wait = backoff.next(chance);
                prop_assert!(wait >= whole / 2 && wait <= whole, "{wait:?} of {whole:?}");
                whole = (whole * 2).min(MAX);
            }
            backoff.reset();
            prop_assert_eq!(backoff.next(1.0), MIN);
        }

        #[test]
        fn between_is_between(chance in 0.0_f64..1.0) {
            let time = between(MIN, MAX, chance);
            prop_assert!(time >= MIN && time <= MAX);
            prop_assert_eq!(between(MAX, MAX, chance), MAX);
        }
    }
}
