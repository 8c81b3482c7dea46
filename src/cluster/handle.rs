//! Writing to the state.

use tokio::sync::{mpsc, oneshot};

use super::engine::NodeKey;
use super::event::{Ack, Change, ClusterEvent};

/// Sends changes to the writer; cheap to clone.
#[derive(Clone, Debug)]
pub struct ClusterHandle(mpsc::Sender<ClusterEvent>);

impl ClusterHandle {
    pub(super) fn new(sender: mpsc::Sender<ClusterEvent>) -> Self {
        Self(sender)
    }

    /// Sends a change; waits only while the writer's queue is full.
    pub async fn send(&self, key: NodeKey, change: Change, applied: Vec<Ack>) {
        let event = ClusterEvent {
            key,
            change,
            applied,
        };
        // The writer ends only when the process does.
        let _ = self.0.send(event).await;
    }

    /// Sends a change and waits until it is visible.
    pub async fn apply(&self, key: NodeKey, change: Change) {
        let (ack, applied) = oneshot::channel();
        self.send(key, change, vec![ack]).await;
        let _ = applied.await;
    }
}
