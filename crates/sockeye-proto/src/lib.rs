//! Sockeye's protocols without any I/O: codecs and state machines.
//!
//! Nothing here reads a clock, a random source, a file or a socket: bytes and a [`Now`] come in,
//! outputs go out. `no_std` is what proves it, and it keeps hash maps, whose order differs from run
//! to run, out of code that two replicas must execute alike.
#![no_std]
#![deny(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic
)]

extern crate alloc;
#[cfg(test)]
extern crate std;

pub mod balance;
pub mod client_hello;
pub mod connect;
pub mod forward;
pub mod framing;
pub mod irc;
pub mod limit;
mod now;
pub mod proxy_header;
pub mod socks;
pub mod websocket;
pub mod x509;

pub use now::Now;
