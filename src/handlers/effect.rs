//! What an operation changes, so that the next list or inspect shows it.

use swarm_middleware::api::Operation;

use super::Context;
use crate::engine::Refresh;
use crate::placement::Destination;

/// What an operation changes on its engine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    /// Nothing that the state shows.
    Nothing,
    /// The container in the path.
    Container,
    /// The container in the path, and volumes that go with it.
    ContainerAndVolumes,
    /// The images.
    Images,
    /// Networks, and who is on them.
    Networks,
    /// Volumes.
    Volumes,
}

impl Effect {
    /// The effect of an operation that one engine carries out.
    pub const fn of(operation: Operation) -> Self {
        match operation {
            Operation::ContainerStart
            | Operation::ContainerStop
            | Operation::ContainerRestart
            | Operation::ContainerKill
            | Operation::ContainerUpdate
            | Operation::ContainerRename
            | Operation::ContainerPause
            | Operation::ContainerUnpause => Self::Container,
            Operation::ContainerRemove => Self::ContainerAndVolumes,
            Operation::Commit | Operation::ImageTag | Operation::ImageRemove => Self::Images,
            Operation::NetworkCreate
            | Operation::NetworkConnect
            | Operation::NetworkDisconnect
            | Operation::NetworkRemove => Self::Networks,
            Operation::VolumeCreate | Operation::VolumeRemove => Self::Volumes,
            _ => Self::Nothing,
        }
    }

    /// Waits until the state shows it.
    pub async fn settle(self, context: &Context, to: &Destination) {
        let key = to.engine.key;
        let container = || to.container.clone().map(Refresh::Container);
        let refreshes = match self {
            Self::Nothing => [None, None],
            Self::Container => [container(), None],
            Self::ContainerAndVolumes => [container(), Some(Refresh::Volumes)],
            Self::Images => [Some(Refresh::Images), None],
            Self::Networks => [Some(Refresh::Networks), container()],
            Self::Volumes => [Some(Refresh::Volumes), None],
        };
        for refresh in refreshes.into_iter().flatten() {
            context.engines.refresh(key, refresh).await;
        }
    }
}
