//! Sockeye: every job that people do with sockets, as a library.
//!
//! The one shape: an *endpoint* is an address with options and layers; a *listener* accepts
//! conversations at an endpoint and hands each to a *service*; a *relay* joins two conversations
//! until both have ended. The promised surface is [`endpoint::Endpoint`], [`engine::Engine`],
//! [`io::Stream`], [`service::Service`], [`io::relay`] and [`error::Error`].
//!
//! **Connect, and serve.** A service answers on whatever an endpoint accepts: the built-in ones stand in
//! [`service`], a closure becomes one by [`service::serve_fn`], a type by [`service::Service`].
//!
//! ```
//! use std::sync::Arc;
//! use sockeye::endpoint::Endpoint;
//! use sockeye::engine::{Engine, EngineLimits};
//! use sockeye::io::Conversation;
//! use sockeye::service::Echo;
//! use tokio::io::{AsyncReadExt, AsyncWriteExt};
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let engine = Engine::new(EngineLimits::default())?;
//! let here = Endpoint::parse("127.0.0.1:0")?;
//! let listening = engine.listen(&here, Arc::new(Echo)).await?;
//!
//! let there = Endpoint::from(listening.addresses()[0].clone());
//! let (conversation, _session) = engine.connect(&there).await?;
//! let Conversation::Stream(mut stream) = conversation else {
//!     panic!("TCP carries bytes");
//! };
//! stream.write_all(b"to and fro").await?;
//! stream.shutdown().await?;
//! let mut answer = String::new();
//! stream.read_to_string(&mut answer).await?;
//! assert_eq!(answer, "to and fro");
//! # Ok(())
//! # }
//! ```
//!
//! **Layers.** Those of the grammar are words of an endpoint (`tls://db:5432 +tls,cacert=ca.pem`); one of
//! your own is a type that implements [`io::Layered`] and becomes a stream by [`io::Stream::layered`].
//! Two conversations are joined by [`io::relay`], which counts and loses nothing in silence. The package's
//! `examples` folder has a program of under 60 lines for each of these.
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
