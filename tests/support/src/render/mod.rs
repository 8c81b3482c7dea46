//! Replies in the shape of recorded ones: every reply starts from the keys a real engine sends.

mod container;
mod endpoint;
mod image;
mod network;
mod status;
mod system;
mod template;
mod volume;

pub(crate) use container::{container_entry, container_inspect, exec_inspect, stats};
pub(crate) use image::{image_entry, image_history, image_inspect};
pub(crate) use network::network;
pub(crate) use system::{disk_usage, info, version};
pub(crate) use volume::volume;
