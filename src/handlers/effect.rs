//! What an operation changes, so that the next list or inspect shows it.

use std::sync::Arc;

use swarm_middleware::api::Operation;
use tracing::debug;

use super::Context;
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

    /// Waits until the state shows it. A state that cannot be read now is read again later, by the
    /// monitor; the change itself is done.
    pub async fn settle(self, context: &Context, to: &Destination) {
        let (engines, key) = (&context.engines, to.engine.key);
        let container = async || match &to.container {
            Some(id) => engines.refresh_container(key, Arc::clone(id)).await,
            None => Ok(()),
        };
        let shown = match self {
            Self::Nothing => Ok(()),
            Self::Container => container().await,
            Self::ContainerAndVolumes => {
                let volumes = engines.refresh_volumes(key);
                tokio::try_join!(container(), volumes).map(|_| ())
            }
            Self::Images => engines.refresh_images(key).await,
            Self::Networks => {
                let networks = engines.refresh_networks(key);
                tokio::try_join!(container(), networks).map(|_| ())
            }
            Self::Volumes => engines.refresh_volumes(key).await,
        };
        if let Err(error) = shown {
            debug!(node = %to.engine.name, %error, "Changed, but not read again yet");
        }
    }
}
