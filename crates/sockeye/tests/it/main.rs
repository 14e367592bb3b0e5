//! The one integration target.
