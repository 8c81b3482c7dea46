//! Waiting for conditions under a deadline.

use std::{future::Future, time::Duration};

use tokio::time::{Instant, sleep, timeout};

/// How long a condition is left alone between two looks.
const PAUSE: Duration = Duration::from_millis(5);

/// Waits until the condition holds; panics at the deadline.
#[track_caller]
pub fn eventually<F, C>(deadline: Duration, mut condition: C) -> impl Future<Output = ()>
where
    C: FnMut() -> F,
    F: Future<Output = bool>,
{
    let caller = std::panic::Location::caller();
    async move {
        let end = Instant::now() + deadline;
        while !condition().await {
            assert!(Instant::now() < end, "{caller}: not so after {deadline:?}");
            sleep(PAUSE).await;
        }
    }
}

/// Waits until there is a value; panics at the deadline.
#[track_caller]
pub fn value<T, F, C>(deadline: Duration, mut look: C) -> impl Future<Output = T>
where
    C: FnMut() -> F,
    F: Future<Output = Option<T>>,
{
    let caller = std::panic::Location::caller();
    async move {
        let end = Instant::now() + deadline;
        loop {
            if let Some(value) = look().await {
                return value;
            }
            assert!(Instant::now() < end, "{caller}: nothing after {deadline:?}");
            sleep(PAUSE).await;
        }
    }
}

/// Awaits a future; panics at the deadline.
#[track_caller]
pub fn within<F: Future>(deadline: Duration, future: F) -> impl Future<Output = F::Output> {
    let caller = std::panic::Location::caller();
    async move {
        let result = timeout(deadline, future).await;
        result.unwrap_or_else(|_| panic!("{caller}: not done after {deadline:?}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_condition_that_comes_true_is_awaited() {
        let mut left = 3;
        eventually(Duration::from_secs(1), || {
            left -= 1;
            std::future::ready(left == 0)
        })
        .await;
        assert_eq!(left, 0);
    }

    #[tokio::test(start_paused = true)]
    #[should_panic(expected = "not so after 1s")]
    async fn a_condition_that_never_holds_is_given_up() {
        eventually(Duration::from_secs(1), || std::future::ready(false)).await;
    }
}
