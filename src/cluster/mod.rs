//! What is known of all engines: one writer, immutable snapshots for everyone else.
//!
//! Engine monitors send [`ClusterEvent`]s to the one task that owns the state; it publishes an
//! [`Snapshot`] through [`ClusterView`]. A request takes one snapshot per decision.

mod ambiguity;
mod apply;
mod container;
mod engine;
mod entry;
mod event;
mod handle;
mod index;
mod lookup;
mod resource;
mod snapshot;
mod state;
mod status;
mod view;

pub use container::{
    Container, ContainerState, Health, InvalidContainer, ListedPort, NodeContext, StateTimes,
};
pub use engine::{Counts, EngineFacts, EngineSnapshot, EngineStatus, NodeKey};
pub use entry::Entry;
pub use event::{Ack, Change, ClusterEvent};
pub use handle::ClusterHandle;
pub use lookup::{Found, Held, Holder, LookupError};
pub use resource::{FromEngine, Image, Network, Volume};
pub use snapshot::Snapshot;
pub use state::ClusterState;
pub use status::duration;
pub use view::ClusterView;

#[cfg(test)]
mod tests;
