//! The pool over real sockets, against engines that answer with prepared bytes.

mod engine;
mod failure;
mod reuse;
