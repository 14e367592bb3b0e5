//! Internet Relay Chat: the server's side, as state machines.
//!
//! A line's way through, left to right:
//!
//! ```text
//!  bytes ─ message ─▶ registration (local to a connection: CAP, SASL, NICK, USER)
//!                          │ Input::Enter, then Input::Line …
//!                          ▼
//!                      pipeline: check ─ number ─ batch ─▶ (a log, outside) ─▶ committed
//!                          │                                                     │
//!                          └────────── network: plan, then commit ◀──────────────┘
//!                                          │
//!                                          ▼ Output: lines for sessions, history to fetch
//! ```
//!
//! Sources: RFC 1459, RFC 2812, the Modern IRC document, the IRCv3 specifications.

pub mod account;
pub mod ban;
pub mod caps;
pub mod casemap;
mod command;
pub mod deed;
pub mod event;
pub mod history;
pub mod id;
pub mod input;
mod isupport;
mod lookalike;
pub mod message;
mod metadata;
pub mod multiline;
mod network;
pub mod numeric;
pub mod pipeline;
pub mod power;
pub mod registration;
pub mod settings;
