//! The control socket: how `account`, `status` and an operator's scripts speak to a running hub.
//!
//! `DATA/control.sock` carries JSON lines: a [`Request`] a line, answered by a [`Reply`] a line, as
//! often as the client likes. Only the hub's own user and root are answered.

mod client;
mod protocol;
mod server;

#[cfg(test)]
mod tests;

pub use crate::state::{AuditPage, AuditQuery, AuditRow};
pub use client::call;
pub use protocol::{
    AccountRow, BackendOrder, BanPage, BanPlace, BanRow, CertificateRow, Fault, Handed, Reply,
    Request, SessionRow,
};
pub(super) use server::{Answer, Caller, Server, line as reply_line};

/// Longest line in either direction, bytes: a status with a thousand listeners fits.
pub(super) const LINE_BYTES_MAX: usize = 1 << 20;
