//! What an engine knows, without any network: containers, execs, images, networks, volumes and events.

mod container;
mod create;
mod events;
mod exec;
mod image;
mod lifecycle;
mod network;
mod ports;
mod process;
mod shell;
mod store;
mod tar;
mod volume;

pub(crate) use container::{Container, Mount, Phase, Port, Spec};
pub(crate) use events::Event;
pub(crate) use exec::Exec;
pub(crate) use image::{Image, normalise};
pub(crate) use network::{Endpoint, Network};
pub(crate) use process::Next;
pub(crate) use store::{Clock, NOT_A_MANAGER, State, Target};
pub(crate) use tar::{TarFile, read_tar, write_tar};
pub(crate) use volume::Volume;
