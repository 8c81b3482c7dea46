//! Tower layers and vocabulary of the Docker Engine API.
