//! Reading the state.

use std::sync::Arc;

use tokio::sync::watch;

use super::snapshot::Snapshot;

/// Gives the latest snapshot; cheap to clone.
#[derive(Clone, Debug)]
pub struct ClusterView(watch::Receiver<Arc<Snapshot>>);

impl ClusterView {
    pub(super) fn new(receiver: watch::Receiver<Arc<Snapshot>>) -> Self {
        Self(receiver)
    }

    /// The latest snapshot. Take one per decision.
    pub fn snapshot(&self) -> Arc<Snapshot> {
        Arc::clone(&self.0.borrow())
    }

    /// Waits for a snapshot newer than the last this clone has waited for; false once there will
    /// be none.
    pub async fn changed(&mut self) -> bool {
        self.0.changed().await.is_ok()
    }

    /// Waits for a snapshot that fulfils a condition; none once there will be no more.
    pub async fn wait_for(
        &mut self,
        mut condition: impl FnMut(&Snapshot) -> bool,
    ) -> Option<Arc<Snapshot>> {
        let found = self.0.wait_for(|snapshot| condition(snapshot)).await;
        found.ok().map(|snapshot| Arc::clone(&snapshot))
    }
}
