//! How far accounts have read: a time for each channel and each person they talk with (IRCv3
//! draft/read-marker).

use alloc::collections::BTreeMap;
use alloc::string::String;
use alloc::vec::Vec;

use crate::irc::id::AccountId;

/// The read markers of all accounts, in milliseconds since 1970.
///
/// Invariant: a marker only ever rises, so however rows of it are repeated, the newest counts.
#[derive(Debug, Default)]
pub(crate) struct ReadMarks(BTreeMap<AccountId, BTreeMap<String, u64>>);

/// One account's markers as stored.
pub(super) type StoredMarks = (AccountId, Vec<(String, u64)>);

impl ReadMarks {
    /// Returns up to when an account has read a target, whose name is folded.
    pub(crate) fn find(&self, account: AccountId, target: &str) -> Option<u64> {
        self.0.get(&account)?.get(target).copied()
    }

    /// Notes that an account has read a target up to this time; returns whether that is news. Of
    /// too many targets the one that was read longest ago is forgotten.
    pub(crate) fn raise(&mut self, account: AccountId, target: &str, read_ms: u64) -> bool {
        let marks = self.0.entry(account).or_default();
        if marks.get(target).is_some_and(|&known| known >= read_ms) {
            return false;
        }
        marks.insert(target.into(), read_ms);
        if marks.len() > MARKS_MAX {
            let oldest = marks.iter().min_by_key(|(_, read_ms)| **read_ms);
            if let Some(oldest) = oldest.map(|(target, _)| target.clone()) {
                marks.remove(&oldest);
            }
        }
        true
    }

    /// Takes the markers of a target along to its new name.
    pub(crate) fn rename(&mut self, old: &str, new: &str) {
        for marks in self.0.values_mut() {
            if let Some(read_ms) = marks.remove(old) {
                marks.insert(new.into(), read_ms);
            }
        }
    }

    pub(super) fn stored(&self) -> Vec<StoredMarks> {
        let of_account = |marks: &BTreeMap<String, u64>| {
            marks
                .iter()
                .map(|(target, read_ms)| (target.clone(), *read_ms))
                .collect()
        };
        self.0
            .iter()
            .map(|(account, marks)| (*account, of_account(marks)))
            .collect()
    }

    pub(super) fn restore(&mut self, stored: Vec<StoredMarks>) {
        for (account, marks) in stored {
            for (target, read_ms) in marks {
                self.raise(account, &target, read_ms);
            }
        }
    }
}

/// Most markers of an account: its channels and the people it talks with, some 40 bytes each.
pub(crate) const MARKS_MAX: usize = 512;
