//! The simulator: its replies against recorded ones, and what it does besides answering.
#![allow(clippy::unwrap_used, reason = "helpers of tests may fail as tests do")]

mod faults;
mod hijack;
mod replay;
mod requests;
mod served;
mod shapes;
