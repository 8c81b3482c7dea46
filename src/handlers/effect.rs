//! What an operation changes, so that the next list or inspect shows it.

use std::sync::Arc;

use swarm_middleware::api::Operation;
use tracing::debug;

use super::Context;
use crate::cluster::EngineSnapshot;
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
    /// Any of them.
    All,
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
            Operation::ContainerPrune => Self::All,
            Operation::Commit
            | Operation::ImageTag
            | Operation::ImageRemove
            | Operation::ImagePrune => Self::Images,
            Operation::NetworkCreate
            | Operation::NetworkConnect
            | Operation::NetworkDisconnect
            | Operation::NetworkRemove
            | Operation::NetworkPrune => Self::Networks,
            Operation::VolumeCreate | Operation::VolumeRemove | Operation::VolumePrune => {
                Self::Volumes
            }
            _ => Self::Nothing,
        }
    }

    /// Waits until the state shows it. A state that cannot be read now is read again later, by the
    /// monitor; the change itself is done.
    pub async fn settle(self, context: &Context, to: &Destination) {
        self.read(context, &to.engine, to.container.as_ref()).await;
    }

    /// The same of a change that names no container.
    pub async fn settle_on(self, context: &Context, engine: &EngineSnapshot) {
        self.read(context, engine, None).await;
    }

    async fn read(self, context: &Context, engine: &EngineSnapshot, container: Option<&Arc<str>>) {
        let (engines, key) = (&context.engines, engine.key);
        let container = async || match container {
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
            Self::All => engines.refresh_all(key).await,
        };
        if let Err(error) = shown {
            debug!(node = %engine.name, %error, "Changed, but not read again yet");
        }
    }
}
