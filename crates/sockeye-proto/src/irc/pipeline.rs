//! The order of truth as a machine: check, number, batch, and apply what the log has ordered.
//!
//! ```text
//!  input ─ check ─▶ waiting ─ next_batch ─▶ in the log ─ committed ─▶ apply ─▶ outputs
//!                      └─ nothing durable before it: at once ─────────▲
//! ```
//!
//! The caller owns the log, the queues and the clock. It feeds inputs while
//! [`Pipeline::takes_input`], appends each batch that [`Pipeline::next_batch`] yields, reports
//! [`Pipeline::committed`] or [`Pipeline::failed`], and carries out the outputs in order.

use alloc::string::String;
use alloc::vec::Vec;

use super::event::Record;
use super::id::Number;
use super::input::{Batch, Input, Output};
use super::settings::Settings;
use crate::Now;

/// The core of a chat network.
#[derive(Debug)]
pub struct Pipeline {}

/// Why a batch did not reach the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StoreFailure {
    /// No space is left.
    Full(String),
    /// Anything else.
    Unwritable(String),
}

/// The stored state cannot be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RestoreError(pub String);

impl Pipeline {
    /// Rebuilds the network from a snapshot and the state-bearing records after it; `last` is the
    /// last number that the log knows, `last_wall_ms` the last time stamp in it.
    ///
    /// # Errors
    /// When the snapshot or a record is not of a known format.
    pub fn restore(
        _settings: Settings,
        _snapshot: Option<&[u8]>,
        _tail: &[Record],
        _last: Number,
        _last_wall_ms: u64,
    ) -> Result<Self, RestoreError> {
        unimplemented!()
    }

    /// Returns the durable state, for [`Pipeline::restore`], and the number it is of: everything
    /// applied so far.
    pub fn snapshot(&self) -> (Number, Vec<u8>) {
        unimplemented!()
    }

    /// Returns whether another input may come now; false while a full batch waits for the log.
    pub fn takes_input(&self) -> bool {
        unimplemented!()
    }

    /// Takes one input. `random` is fresh randomness, used at most once.
    pub fn input(&mut self, _input: Input, _now: Now, _random: u64) {
        unimplemented!()
    }

    /// Returns what to append next, when no append is running and something durable waits.
    pub fn next_batch(&mut self) -> Option<Batch> {
        unimplemented!()
    }

    /// The batch is on disk.
    pub fn committed(&mut self) {
        unimplemented!()
    }

    /// The batch is not in the log and will never be: its senders get their refusal.
    pub fn failed(&mut self, _why: &StoreFailure) {
        unimplemented!()
    }

    /// Applies what may be applied and pushes what follows. Call it after inputs (all that were
    /// ready, at most 1,024) and after `committed` or `failed`.
    pub fn advance(&mut self, _outputs: &mut Vec<Output>) {
        unimplemented!()
    }

    /// Replaces the settings after a reload; the case mapping stays.
    pub fn reload(&mut self, _settings: Settings) {
        unimplemented!()
    }
}
