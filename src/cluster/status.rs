//! The `Status` of a container, computed now, in the engine's words.

use super::container::{Container, ContainerState, Health, StateTimes};

impl Container {
    /// The `Status` that its engine would show at `now` (seconds since the epoch); none until the
    /// container was inspected, when the listed one has to do.
    pub fn status(&self, now: i64) -> Option<String> {
        self.times.map(|times| status(&self.state, &times, now))
    }

    /// Writes the value of `Status` as a JSON string.
    pub fn write_status(&self, now: i64, out: &mut Vec<u8>) {
        match self.status(now) {
            Some(status) => crate::json::write_str(out, &status),
            None => out.extend_from_slice(self.entry.listed_status()),
        }
    }
}

fn status(state: &ContainerState, times: &StateTimes, now: i64) -> String {
    let since = |at: Option<i64>| duration(now - at.unwrap_or(now));
    match state {
        ContainerState::Running => match times.health {
            Health::None => format!("Up {}", since(times.started)),
            Health::Starting => format!("Up {} (health: starting)", since(times.started)),
            Health::Healthy => format!("Up {} (healthy)", since(times.started)),
            Health::Unhealthy => format!("Up {} (unhealthy)", since(times.started)),
        },
        ContainerState::Paused => format!("Up {} (Paused)", since(times.started)),
        ContainerState::Restarting => format!(
            "Restarting ({}) {} ago",
            times.exit_code,
            since(times.finished)
        ),
        ContainerState::Removing => "Removal In Progress".to_owned(),
        ContainerState::Dead => "Dead".to_owned(),
        ContainerState::Created => "Created".to_owned(),
        ContainerState::Exited if times.finished.is_none() => String::new(),
        ContainerState::Exited => {
            format!("Exited ({}) {} ago", times.exit_code, since(times.finished))
        }
        ContainerState::Other(word) => word.to_string(),
    }
}

/// A duration in the words of the Docker CLI and daemon.
pub fn duration(seconds: i64) -> String {
    const HOUR: i64 = 3600;
    let minutes = seconds / 60;
    let hours = (seconds + HOUR / 2) / HOUR;
    match seconds {
        ..1 => return "Less than a second".to_owned(),
        1 => return "1 second".to_owned(),
        2..60 => return format!("{seconds} seconds"),
        60..120 => return "About a minute".to_owned(),
        _ if minutes < 60 => return format!("{minutes} minutes"),
        _ => {}
    }
    match hours {
        ..2 => "About an hour".to_owned(),
        2..48 => format!("{hours} hours"),
        48..336 => format!("{} days", hours / 24),
        336..1440 => format!("{} weeks", hours / 24 / 7),
        1440..17520 => format!("{} months", hours / 24 / 30),
        _ => format!("{} years", seconds / HOUR / 24 / 365),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_worded_as_the_daemon_words_them() {
        for (seconds, words) in [
            (-5, "Less than a second"),
            (0, "Less than a second"),
            (1, "1 second"),
            (59, "59 seconds"),
            (60, "About a minute"),
            (119, "About a minute"),
            (120, "2 minutes"),
            (3599, "59 minutes"),
            (3600, "About an hour"),
            (5399, "About an hour"),
            (5400, "2 hours"),
            (47 * 3600, "47 hours"),
            (48 * 3600, "2 days"),
            (13 * 86400, "13 days"),
            (14 * 86400, "2 weeks"),
            (59 * 86400, "8 weeks"),
            (60 * 86400, "2 months"),
            (729 * 86400, "24 months"),
            (730 * 86400, "2 years"),
        ] {
            assert_eq!(duration(seconds), words, "{seconds}");
        }
    }

    #[test]
    fn a_status_says_what_happened_and_when() {
        let times = StateTimes {
            started: Some(1000),
            finished: Some(1100),
            exit_code: 137,
            health: Health::Starting,
        };
        let at = |state| status(&state, &times, 1180);
        assert_eq!(
            at(ContainerState::Running),
            "Up 3 minutes (health: starting)"
        );
        assert_eq!(at(ContainerState::Paused), "Up 3 minutes (Paused)");
        assert_eq!(
            at(ContainerState::Exited),
            "Exited (137) About a minute ago"
        );
        assert_eq!(
            at(ContainerState::Restarting),
            "Restarting (137) About a minute ago"
        );
        assert_eq!(at(ContainerState::Created), "Created");
    }
}
