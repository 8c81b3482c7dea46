//! The same question to several nodes.

use std::future::Future;
use std::time::Duration;

use futures_util::{StreamExt, stream};

/// Why a node has no answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FanOutError<E> {
    /// It missed the deadline.
    #[error("no answer within {0:?}")]
    Deadline(Duration),
    /// It failed.
    #[error(transparent)]
    Failed(#[from] E),
}

/// Asks every node, at most `limit` at a time, each for at most `deadline`; the results are in
/// the nodes' order.
pub async fn fan_out<N, F, A, T, E>(
    nodes: impl IntoIterator<Item = N>,
    limit: usize,
    deadline: Duration,
    ask: F,
) -> Vec<Result<T, FanOutError<E>>>
where
    F: Fn(N) -> A,
    A: Future<Output = Result<T, E>>,
{
    let asked = nodes.into_iter().enumerate().map(|(index, node)| {
        let asking = ask(node);
        async move {
            let result = match tokio::time::timeout(deadline, asking).await {
                Ok(answer) => answer.map_err(FanOutError::Failed),
                Err(_) => Err(FanOutError::Deadline(deadline)),
            };
            (index, result)
        }
    });
    let mut results: Vec<_> = stream::iter(asked)
        .buffer_unordered(limit.max(1))
        .collect()
        .await;
    results.sort_unstable_by_key(|(index, _)| *index);
    results.into_iter().map(|(_, result)| result).collect()
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use tokio::time::{Instant, sleep};

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn results_keep_the_nodes_order_and_a_late_node_costs_one_deadline() {
        let deadline = Duration::from_secs(5);
        let begun = Instant::now();
        let results = fan_out([3_u64, 60, 1, 0], 8, deadline, |seconds| async move {
            sleep(Duration::from_secs(seconds)).await;
            if seconds == 0 {
                Err("refused")
            } else {
                Ok(seconds)
            }
        })
        .await;
        assert_eq!(
            results,
            [
                Ok(3),
                Err(FanOutError::Deadline(deadline)),
                Ok(1),
                Err(FanOutError::Failed("refused")),
            ]
        );
        assert_eq!(begun.elapsed(), deadline);
    }

    #[tokio::test(start_paused = true)]
    async fn no_more_than_the_limit_are_asked_at_once() {
        let (now, most) = (AtomicUsize::new(0), AtomicUsize::new(0));
        let (now, most) = (&now, &most);
        let results = fan_out(0..20, 3, Duration::from_secs(9), |node| async move {
            most.fetch_max(now.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
            sleep(Duration::from_secs(1)).await;
            now.fetch_sub(1, Ordering::SeqCst);
            Ok::<_, ()>(node)
        })
        .await;
        assert_eq!(results.len(), 20);
        assert_eq!(most.load(Ordering::SeqCst), 3);
    }
}
