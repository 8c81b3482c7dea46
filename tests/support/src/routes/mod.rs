//! The routes: a table, and one handler each.

mod archive;
mod build;
mod call;
mod containers;
mod control;
mod dispatch;
mod events;
mod exec;
mod filters;
mod images;
mod lists;
mod logs;
mod networks;
mod pulls;
mod reply;
mod streams;
mod system;
mod table;
mod times;
mod volumes;

pub(crate) use dispatch::{answer, may_hijack};
