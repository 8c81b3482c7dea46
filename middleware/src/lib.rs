//! Tower layers and vocabulary of the Docker Engine API.
//!
//! A request passes the rooms in this order, and each hands the next a type that only it can
//! make: [`respond`] → [`auth`] → [`parse`] → [`admit`] → [`select`] → [`forward`] or [`hijack`].

pub mod address;
pub mod admit;
pub mod api;
pub mod auth;
pub mod body;
pub mod error;
pub mod forward;
pub mod hijack;
pub mod parse;
pub mod respond;
pub mod select;
pub mod stream;
pub mod unread;
