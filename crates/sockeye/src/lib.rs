//! Sockeye: every job that people do with sockets, as a library.
//!
//! The one shape: an *endpoint* is an address with options and layers; a *listener* accepts
//! conversations at an endpoint and hands each to a *service*; a *relay* joins two conversations
//! until both have ended. The promised surface is [`endpoint::Endpoint`], [`engine::Engine`],
//! [`io::Stream`], [`service::Service`], [`io::relay`] and [`error::Error`].
//!
//! What happens is told step by step as `tracing` events of the target `step`, each after the call
//! that it tells of has returned.

#[cfg(feature = "cli")]
#[doc(hidden)]
pub mod cli;
pub mod endpoint;
pub mod engine;
pub mod error;
#[cfg(feature = "sqlite")]
#[doc(hidden)]
pub mod hub;
pub mod io;
mod layer;
pub mod service;
#[cfg(feature = "sqlite")]
#[doc(hidden)]
pub mod state;
mod sys;
mod transport;

pub use error::{Error, ErrorKind};
