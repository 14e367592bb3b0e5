//! The one integration target.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod cli;
mod datagrams;
mod durable;
mod hub;
mod interop;
mod matrix;
mod support;
