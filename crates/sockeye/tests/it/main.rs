//! The one integration target.

mod interop;
mod support;
