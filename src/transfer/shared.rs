//! One transfer for all who need it.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use futures_util::FutureExt;
use futures_util::future::{BoxFuture, Shared, WeakShared};
use http::HeaderValue;

use super::TransferError;
use crate::cluster::NodeKey;

/// How a transfer ended.
pub(super) type Outcome = Result<(), TransferError>;

type Work = BoxFuture<'static, Outcome>;

/// The transfers under way: whoever needs the same image on the same node waits for one.
#[derive(Debug, Default)]
pub struct Transfers(Mutex<HashMap<Transfer, WeakShared<Work>>>);

/// What is brought where, and how.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Transfer {
    pub(super) node: NodeKey,
    pub(super) image: String,
    pub(super) way: Way,
}

/// How an image comes.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum Way {
    /// From another node.
    Copy,
    /// From its registry; what one client may pull is not another's failure.
    Pull {
        credentials: Option<HeaderValue>,
        platform: Option<String>,
    },
}

impl Transfers {
    /// Joins the transfer that is under way, or begins it. It goes on while anyone waits for it.
    pub(super) fn join(&self, transfer: Transfer, begin: impl FnOnce() -> Work) -> Shared<Work> {
        let mut running = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        running.retain(|_, work| work.upgrade().is_some());
        if let Some(work) = running.get(&transfer).and_then(WeakShared::upgrade) {
            return work;
        }
        let work = begin().shared();
        if let Some(weak) = work.downgrade() {
            running.insert(transfer, weak);
        }
        work
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    fn transfer(node: u32, credentials: Option<&'static str>) -> Transfer {
        Transfer {
            node: NodeKey(node),
            image: "busybox".into(),
            way: Way::Pull {
                credentials: credentials.map(HeaderValue::from_static),
                platform: None,
            },
        }
    }

    #[tokio::test]
    async fn those_who_need_the_same_share_one_transfer() {
        let (transfers, begun) = (Transfers::default(), Arc::new(AtomicUsize::new(0)));
        let join = |transfer| {
            let begun = Arc::clone(&begun);
            transfers.join(transfer, || {
                begun.fetch_add(1, Ordering::Relaxed);
                async { Err(TransferError::Nowhere) }.boxed()
            })
        };
        let shared = [join(transfer(1, None)), join(transfer(1, None))];
        assert_eq!(begun.load(Ordering::Relaxed), 1);
        let others = [join(transfer(2, None)), join(transfer(1, Some("me")))];
        assert_eq!(begun.load(Ordering::Relaxed), 3);
        for work in shared.into_iter().chain(others) {
            assert!(matches!(work.await, Err(TransferError::Nowhere)));
        }
        // What has ended is begun anew.
        drop(join(transfer(1, None)));
        assert_eq!(begun.load(Ordering::Relaxed), 4);
    }
}
