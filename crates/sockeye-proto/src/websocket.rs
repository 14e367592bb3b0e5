//! WebSocket (RFC 6455): the handshake over HTTP and the frames behind it.
//!
//! Codecs without I/O: [`Request`] and [`Response`] read and write the two heads of the handshake,
//! [`Receiver`] takes frames apart however they are cut, and [`encode`] writes them. No extension is
//! ever agreed on, so that reserved bits are always wrong.

mod forwarded;
mod frame;
mod handshake;
mod receiver;

pub use forwarded::forwarded_for;
pub use frame::{Opcode, encode, encode_close};
pub use handshake::{Accepted, HandshakeError, Offer, Refusal, Request, Response, Status};
pub use receiver::{Incoming, Kind, Receiver, WebSocketError};

#[cfg(test)]
mod tests;
