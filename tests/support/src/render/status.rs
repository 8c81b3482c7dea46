//! The words of `docker ps` for how long something has been as it is.

use jiff::Timestamp;

use crate::state::{Container, Phase};

/// `Up 3 minutes`, `Exited (0) 2 hours ago`.
pub(super) fn status(container: &Container, now: Timestamp) -> String {
    let since =
        |then: Option<Timestamp>| ago(then.map_or(0, |then| now.duration_since(then).as_secs()));
    match container.phase {
        Phase::Created => "Created".to_owned(),
        Phase::Exited => format!(
            "Exited ({}) {} ago",
            container.exit_code,
            since(container.finished)
        ),
        Phase::Paused => format!("Up {} (Paused)", since(container.started)),
        Phase::Running if container.spec.config.contains_key("Healthcheck") => {
            format!("Up {} (healthy)", since(container.started))
        }
        Phase::Running => format!("Up {}", since(container.started)),
    }
}

fn ago(seconds: i64) -> String {
    let (minutes, hours) = (seconds / 60, (seconds + 1800) / 3600);
    match seconds {
        ..1 => "Less than a second".to_owned(),
        1 => "1 second".to_owned(),
        2..60 => format!("{seconds} seconds"),
        60..120 => "About a minute".to_owned(),
        _ if minutes < 60 => format!("{minutes} minutes"),
        _ if hours == 1 => "About an hour".to_owned(),
        _ if hours < 48 => format!("{hours} hours"),
        _ if hours < 24 * 14 => format!("{} days", hours / 24),
        _ if hours < 24 * 60 => format!("{} weeks", hours / 24 / 7),
        _ if hours < 24 * 730 => format!("{} months", hours / 24 / 30),
        _ => format!("{} years", hours / 24 / 365),
    }
}

#[cfg(test)]
mod tests {
    use super::ago;

    #[test]
    fn durations_read_as_the_engine_writes_them() {
        let cases = [
            (0, "Less than a second"),
            (59, "59 seconds"),
            (119, "About a minute"),
            (3599, "59 minutes"),
            (3600, "About an hour"),
            (7200, "2 hours"),
            (3 * 86400, "3 days"),
        ];
        for (seconds, text) in cases {
            assert_eq!(ago(seconds), text);
        }
    }
}
