//! Tower layers and vocabulary of the Docker Engine API.

pub mod address;
pub mod api;
