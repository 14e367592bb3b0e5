//! What the operating system offers and no crate wraps well.
//!
//! The only place for `unsafe` code and for `cfg(target_os)`. Everything else in the crate calls
//! these functions and gets an error, never a different meaning, where a system lacks something.

pub(crate) mod descriptors;
pub(crate) mod inherited;
pub(crate) mod local;
pub(crate) mod memory;
pub(crate) mod messages;
#[cfg(feature = "cli")]
pub(crate) mod notify;
pub(crate) mod pipe;
pub(crate) mod ready;
pub(crate) mod socket;
pub(crate) mod standard;
