//! HTTP that a proxy passes on: heads written anew, bodies framed anew (RFC 9110 section 7.6, RFC 9112).
//!
//! ```text
//! client   GET http://host/path + fields ──▶ GET /path + Host + fields that are for the other end ──▶  origin
//!          ◀── status + fields for the client + a length that this connection has ◀── status + fields
//! ```
//!
//! Invariant: nothing of a head is passed on as it came. What leaves is made of the fields that were read,
//! with one length, so nobody behind can read another end of a message out of it than was read here
//! (RFC 9112 section 11.2).

mod body;
mod fields;
mod request;
mod response;

pub use body::{Framing, Passage};
pub use request::ForwardRequest;
pub use response::ForwardResponse;

/// How a proxy names itself in `Via` (RFC 9110 section 7.6.3): not by its address, which is nobody's business.
const PSEUDONYM: &str = "sockeye";

#[cfg(test)]
mod tests;
