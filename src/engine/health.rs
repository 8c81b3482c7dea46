//! When an engine is to be trusted: a state machine without clock or connection.

use crate::cluster::EngineStatus;

/// Counts failures in a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Health {
    status: EngineStatus,
    failures: u32,
    retry: u32,
}

/// What an outcome changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// As before, failures aside.
    Same,
    /// It can be used from now on.
    Healed,
    /// It cannot be used any more.
    Down,
}

impl Health {
    /// An engine that was never reached; `retry` failures in a row, at least one, make it unhealthy.
    pub(super) fn new(retry: u32) -> Self {
        Self {
            status: EngineStatus::Pending,
            failures: 0,
            retry: retry.max(1),
        }
    }

    /// It was read as a whole.
    pub(super) fn success(&mut self) -> Verdict {
        self.failures = 0;
        if self.status == EngineStatus::Healthy {
            return Verdict::Same;
        }
        self.status = EngineStatus::Healthy;
        Verdict::Healed
    }

    /// It answered a probe; that alone heals nothing.
    pub(super) fn alive(&mut self) -> bool {
        let had_failed = self.failures > 0 && self.status == EngineStatus::Healthy;
        if had_failed {
            self.failures = 0;
        }
        had_failed
    }

    /// A connect was refused, a deadline missed, or the event stream lost.
    pub(super) fn failure(&mut self) -> Verdict {
        self.failures = self.failures.saturating_add(1);
        if self.status == EngineStatus::Healthy && self.failures >= self.retry {
            self.status = EngineStatus::Unhealthy;
            return Verdict::Down;
        }
        Verdict::Same
    }

    pub(super) fn status(&self) -> EngineStatus {
        self.status
    }

    pub(super) fn failures(&self) -> u32 {
        self.failures
    }

    /// 100 without failures, 0 once it is unhealthy.
    pub(super) fn degree(&self) -> u8 {
        let lost = u64::from(self.failures.min(self.retry)) * 100 / u64::from(self.retry);
        100 - u8::try_from(lost).unwrap_or(100)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn as_many_failures_in_a_row_as_allowed_make_it_unhealthy_and_one_success_heals() {
        let mut health = Health::new(3);
        assert_eq!(health.success(), Verdict::Healed);
        assert_eq!([health.failure(), health.failure()], [Verdict::Same; 2]);
        assert_eq!(health.degree(), 34);
        assert!(health.alive(), "a probe in between starts the count anew");
        assert_eq!([health.failure(), health.failure()], [Verdict::Same; 2]);
        assert_eq!(health.failure(), Verdict::Down);
        assert_eq!(
            (health.status(), health.degree()),
            (EngineStatus::Unhealthy, 0)
        );
        assert!(!health.alive(), "a probe alone does not heal");
        assert_eq!(health.failure(), Verdict::Same);
        assert_eq!(health.success(), Verdict::Healed);
        assert_eq!((health.failures(), health.degree()), (0, 100));
    }

    #[test]
    fn what_was_never_reached_stays_pending() {
        let mut health = Health::new(1);
        assert_eq!([health.failure(), health.failure()], [Verdict::Same; 2]);
        assert_eq!(health.status(), EngineStatus::Pending);
    }

    proptest! {
        #[test]
        fn unhealthy_means_enough_failures_since_the_last_success(
            retry in 1_u32..6,
            outcomes in proptest::collection::vec(any::<bool>(), 0..40),
        ) {
            let mut health = Health::new(retry);
            health.success();
            let mut in_a_row = 0;
            for success in outcomes {
                let before = health.status();
                let verdict = if success { health.success() } else { health.failure() };
                in_a_row = if success { 0 } else { in_a_row + 1 };
                let down = in_a_row >= retry;
                prop_assert_eq!(health.status() == EngineStatus::Unhealthy, down);
                prop_assert_eq!(verdict == Verdict::Same, before == health.status());
                prop_assert_eq!(health.degree() == 0, down);
            }
        }
    }
}
