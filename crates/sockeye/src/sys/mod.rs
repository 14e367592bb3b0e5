//! What the operating system offers and no crate wraps well.
//!
//! The only place for `unsafe` code and for `cfg(target_os)`.
