//! The `Status` text of a container list, computed when it is asked for.

use std::fmt;

use jiff::Timestamp;

/// What the text of one container depends on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct StatusFacts<'a> {
    /// `State` of the list: `running`, `exited` and so on.
    pub state: &'a str,
    /// `State.Health.Status`; none without a health check.
    pub health: Option<&'a str>,
    /// The exit code of the last run.
    pub exit_code: i64,
    /// When it was started last; none when never.
    pub started: Option<Timestamp>,
    /// When it stopped last; none when never.
    pub finished: Option<Timestamp>,
}

/// The text shown for every container of a node that is not healthy.
pub const HOST_DOWN: &str = "Host Down";

/// The status of a container at one time, for display.
#[derive(Clone, Copy, Debug)]
pub struct Status<'a> {
    facts: StatusFacts<'a>,
    now: Timestamp,
}

/// A duration as docker words it: `Less than a second`, `About an hour`, `3 days`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HumanDuration(i64);

impl<'a> Status<'a> {
    /// The status that `facts` have at `now`; none for a state that only the engine can word.
    pub fn at(facts: StatusFacts<'a>, now: Timestamp) -> Option<Self> {
        let known = match facts.state {
            "running" | "paused" => facts.started.is_some(),
            "exited" | "restarting" => facts.finished.is_some(),
            "created" | "removing" | "dead" => true,
            _ => false,
        };
        known.then_some(Self { facts, now })
    }

    fn since(&self, start: Option<Timestamp>) -> HumanDuration {
        HumanDuration::between(start.unwrap_or(self.now), self.now)
    }
}

impl fmt::Display for Status<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let facts = &self.facts;
        match facts.state {
            "paused" => write!(f, "Up {} (Paused)", self.since(facts.started)),
            "running" => {
                write!(f, "Up {}", self.since(facts.started))?;
                match facts.health {
                    None | Some("" | "none") => Ok(()),
                    Some("starting") => f.write_str(" (health: starting)"),
                    Some(health) => write!(f, " ({health})"),
                }
            }
            "restarting" => write!(
                f,
                "Restarting ({}) {} ago",
                facts.exit_code,
                self.since(facts.finished)
            ),
            "removing" => f.write_str("Removal In Progress"),
            "dead" => f.write_str("Dead"),
            "created" => f.write_str("Created"),
            _ => write!(
                f,
                "Exited ({}) {} ago",
                facts.exit_code,
                self.since(facts.finished)
            ),
        }
    }
}

impl HumanDuration {
    /// The time from `start` to `end`; nothing when `end` is earlier.
    pub fn between(start: Timestamp, end: Timestamp) -> Self {
        let nanoseconds = end.as_nanosecond() - start.as_nanosecond();
        Self::seconds(i64::try_from(nanoseconds / 1_000_000_000).unwrap_or(i64::MAX))
    }

    /// A number of whole seconds; nothing when it is negative.
    pub fn seconds(seconds: i64) -> Self {
        Self(seconds.max(0))
    }
}

impl fmt::Display for HumanDuration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let seconds = self.0;
        let minutes = seconds / 60;
        // Hours are rounded to the nearest, except for years, which are counted in full ones.
        let full_hours = seconds / 3600;
        let hours = seconds.saturating_add(1800) / 3600;
        match (seconds, minutes, hours) {
            (0, ..) => f.write_str("Less than a second"),
            (1, ..) => f.write_str("1 second"),
            (2..60, ..) => write!(f, "{seconds} seconds"),
            (_, 1, _) => f.write_str("About a minute"),
            (_, 2..60, _) => write!(f, "{minutes} minutes"),
            (.., 1) => f.write_str("About an hour"),
            (.., 2..48) => write!(f, "{hours} hours"),
            (.., 48..336) => write!(f, "{} days", hours / 24),
            (.., 336..1440) => write!(f, "{} weeks", hours / 24 / 7),
            (.., 1440..17520) => write!(f, "{} months", hours / 24 / 30),
            _ => write!(f, "{} years", full_hours / 24 / 365),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn text(facts: StatusFacts<'_>, now: i64) -> String {
        Status::at(facts, Timestamp::from_second(now).unwrap())
            .unwrap()
            .to_string()
    }

    fn second(value: i64) -> Option<Timestamp> {
        Some(Timestamp::from_second(value).unwrap())
    }

    #[test]
    fn durations_are_worded_as_docker_words_them() {
        const HOUR: i64 = 3600;
        const DAY: i64 = 24 * HOUR;
        for (seconds, words) in [
            (-5, "Less than a second"),
            (0, "Less than a second"),
            (1, "1 second"),
            (59, "59 seconds"),
            (60, "About a minute"),
            (119, "About a minute"),
            (120, "2 minutes"),
            (59 * 60 + 59, "59 minutes"),
            (HOUR, "About an hour"),
            (HOUR + 29 * 60 + 59, "About an hour"),
            (HOUR + 30 * 60, "2 hours"),
            (47 * HOUR, "47 hours"),
            (2 * DAY, "2 days"),
            (13 * DAY, "13 days"),
            (14 * DAY, "2 weeks"),
            (59 * DAY, "8 weeks"),
            (60 * DAY, "2 months"),
            (729 * DAY, "24 months"),
            (730 * DAY, "2 years"),
            (i64::MAX, "292471208677 years"),
        ] {
            assert_eq!(HumanDuration::seconds(seconds).to_string(), words);
        }
    }

    #[test]
    fn every_state_has_its_words() {
        let facts = |state| StatusFacts {
            state,
            health: None,
            exit_code: 137,
            started: second(100),
            finished: second(200),
        };
        assert_eq!(text(facts("running"), 280), "Up 3 minutes");
        assert_eq!(text(facts("running"), 100), "Up Less than a second");
        assert_eq!(text(facts("paused"), 172_900), "Up 2 days (Paused)");
        assert_eq!(text(facts("exited"), 204), "Exited (137) 4 seconds ago");
        assert_eq!(
            text(facts("restarting"), 203),
            "Restarting (137) 3 seconds ago"
        );
        assert_eq!(text(facts("created"), 300), "Created");
        assert_eq!(text(facts("removing"), 300), "Removal In Progress");
        assert_eq!(text(facts("dead"), 300), "Dead");
        for (health, words) in [
            ("starting", "Up 3 minutes (health: starting)"),
            ("healthy", "Up 3 minutes (healthy)"),
            ("unhealthy", "Up 3 minutes (unhealthy)"),
            ("none", "Up 3 minutes"),
        ] {
            let health = Some(health);
            assert_eq!(
                text(
                    StatusFacts {
                        health,
                        ..facts("running")
                    },
                    280
                ),
                words
            );
        }
        let now = Timestamp::from_second(300).unwrap();
        assert!(Status::at(facts("stopping"), now).is_none());
        let started = None;
        assert!(
            Status::at(
                StatusFacts {
                    started,
                    ..facts("running")
                },
                now
            )
            .is_none()
        );
    }

    proptest! {
        #[test]
        fn a_later_time_never_reads_shorter(a in 0i64..4_000_000_000, b in 0i64..4_000_000_000) {
            let (short, long) = (a.min(b), a.max(b));
            let rank = |seconds: i64| {
                let words = HumanDuration::seconds(seconds).to_string();
                let unit = ["second", "minute", "hour", "day", "week", "month", "year"]
                    .iter()
                    .position(|unit| words.contains(unit))
                    .unwrap();
                let number = words.split(' ').next().unwrap().parse::<i64>();
                (unit, number.unwrap_or(i64::from(words.starts_with("About"))))
            };
            prop_assert!(rank(short) <= rank(long));
        }
    }
}
