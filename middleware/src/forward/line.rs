//! Open connections of one engine: which wait for a response head, and how to cut those.

use std::sync::atomic::{AtomicBool, AtomicU32, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::task::Waker;
use std::time::Duration;

use tokio::sync::Notify;

/// The watchdog looks this often within the time after which an engine is suspected.
const TICKS: u32 = 5;

/// One open connection.
#[derive(Debug, Default)]
pub(super) struct Line {
    /// 0 while no head is awaited, else 1 and one more for each look of the watchdog.
    ticks: AtomicU32,
    cut: AtomicBool,
    driver: OnceLock<Waker>,
}

impl Line {
    /// Whether the driver has to drop the connection; it is woken when that changes.
    pub(super) fn is_cut(&self, driver: &Waker) -> bool {
        self.driver.get_or_init(|| driver.clone());
        self.was_cut()
    }

    pub(super) fn was_cut(&self) -> bool {
        self.cut.load(Ordering::Acquire)
    }

    fn cut(&self) {
        self.cut.store(true, Ordering::Release);
        if let Some(driver) = self.driver.get() {
            driver.wake_by_ref();
        }
    }
}

/// All open connections of an engine.
///
/// The watchdog is one task per engine, and only while heads are awaited: a timer per request
/// would cost each of them, and this costs none.
#[derive(Debug, Default)]
pub(super) struct Lines {
    open: Mutex<Vec<Arc<Line>>>,
    waiting: AtomicUsize,
    watched: AtomicBool,
    pub(super) suspect: Notify,
    pub(super) lost: Notify,
}

/// A head is awaited while this lives.
#[derive(Debug)]
pub(super) struct Waiting<'a> {
    lines: &'a Lines,
    line: &'a Line,
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.line.ticks.store(0, Ordering::Release);
        self.lines.waiting.fetch_sub(1, Ordering::SeqCst);
    }
}

impl Lines {
    fn lock(&self) -> MutexGuard<'_, Vec<Arc<Line>>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn open(&self) -> Arc<Line> {
        let line = Arc::new(Line::default());
        self.lock().push(Arc::clone(&line));
        line
    }

    pub(super) fn close(&self, line: &Arc<Line>) {
        let mut open = self.lock();
        if let Some(index) = open.iter().position(|other| Arc::ptr_eq(other, line)) {
            open.swap_remove(index);
        }
    }

    pub(super) fn len(&self) -> usize {
        self.lock().len()
    }

    /// Marks a connection as awaiting a head, and sees that somebody watches.
    pub(super) fn wait<'a>(
        self: &'a Arc<Self>,
        line: &'a Line,
        suspect_after: Duration,
    ) -> Waiting<'a> {
        line.ticks.store(1, Ordering::Release);
        if self.waiting.fetch_add(1, Ordering::SeqCst) == 0
            && !self.watched.swap(true, Ordering::SeqCst)
        {
            tokio::spawn(watch(Arc::clone(self), suspect_after / TICKS));
        }
        Waiting { lines: self, line }
    }

    /// Drops every connection that awaits a head; bodies that flow are left alone.
    pub(super) fn cut_waiting(&self) {
        for line in self.lock().iter() {
            if line.ticks.load(Ordering::Acquire) > 0 {
                line.cut();
            }
        }
        self.lost.notify_waiters();
    }

    /// Counts one look; whether a head has been awaited too long, or twice, four times that long.
    fn tick(&self) -> bool {
        let mut overdue = false;
        for line in self.lock().iter() {
            let seen = line.ticks.load(Ordering::Acquire);
            if seen == 0 {
                continue;
            }
            // Losing the race means that the head came or another is awaited: both start anew.
            let next = seen.saturating_add(1);
            let counted =
                line.ticks
                    .compare_exchange(seen, next, Ordering::AcqRel, Ordering::Relaxed);
            overdue |=
                counted.is_ok() && seen.is_multiple_of(TICKS) && (seen / TICKS).is_power_of_two();
        }
        overdue
    }
}

async fn watch(lines: Arc<Lines>, every: Duration) {
    loop {
        tokio::time::sleep(every).await;
        if lines.tick() {
            lines.suspect.notify_one();
        }
        if lines.waiting.load(Ordering::SeqCst) == 0 {
            lines.watched.store(false, Ordering::SeqCst);
            // A request may have come between the two: whoever sets the mark again watches.
            if lines.waiting.load(Ordering::SeqCst) == 0
                || lines.watched.swap(true, Ordering::SeqCst)
            {
                return;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_awaited_head_is_overdue_after_five_looks_then_ten_then_twenty() {
        let lines = Lines::default();
        let line = lines.open();
        assert!(!lines.tick(), "nothing is awaited");
        line.ticks.store(1, Ordering::Release);
        let overdue: Vec<u32> = (1..=30).filter(|_| lines.tick()).collect();
        assert_eq!(overdue, [5, 10, 20]);
    }

    #[test]
    fn only_waiting_connections_are_cut() {
        let lines = Lines::default();
        let (waiting, flowing) = (lines.open(), lines.open());
        waiting.ticks.store(1, Ordering::Release);
        lines.cut_waiting();
        assert!(waiting.was_cut() && !flowing.was_cut());
        lines.close(&waiting);
        assert_eq!(lines.len(), 1);
    }

    #[tokio::test(start_paused = true)]
    async fn the_watchdog_reports_and_leaves_when_nothing_is_awaited() {
        let lines = Arc::new(Lines::default());
        let line = lines.open();
        let waiting = lines.wait(&line, Duration::from_secs(5));
        let begun = tokio::time::Instant::now();
        lines.suspect.notified().await;
        assert!(begun.elapsed() >= Duration::from_secs(5));
        drop(waiting);
        while lines.watched.load(Ordering::SeqCst) {
            tokio::time::sleep(Duration::from_secs(1)).await;
        }
        assert_eq!(Arc::strong_count(&lines), 1, "the task is gone");
    }
}
