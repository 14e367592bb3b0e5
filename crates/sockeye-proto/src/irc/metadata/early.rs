//! What a client says of itself and wants to be told before it is on the network: `before-connect`.

use alloc::collections::{BTreeMap, BTreeSet};
use alloc::string::String;
use alloc::vec::Vec;

use super::words::{Fault, Words};
use super::{KEYS_MAX, Subcommand, is_key, read};
use crate::irc::event::StoredKeys;
use crate::irc::numeric::Severity;

/// What is to be so once the client is on the network.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Early {
    /// Whether all that there was is to go first.
    clears: bool,
    /// Keys to be set and, without a value, to be removed.
    changes: BTreeMap<String, Option<String>>,
    pub(crate) subscriptions: BTreeSet<String>,
    /// Why the changes could not be stored.
    pub(crate) lost: Option<String>,
}

impl Early {
    /// Answers a METADATA command of a client that is not on the network yet.
    pub(crate) fn command(&mut self, params: &[String], words: Words<'_>, out: &mut String) {
        let answered = match read(params) {
            // It has no nick yet, whatever it has asked for, and sees nobody.
            Ok((OWN, subcommand)) => self.answer(subcommand, words, out),
            Ok((target, _)) => Err(Fault::Target(target)),
            Err(fault) => Err(fault),
        };
        if let Err(fault) = answered {
            words.fault(&fault, Severity::Fail, out);
        }
    }

    fn answer<'a>(
        &mut self,
        subcommand: Subcommand<'a>,
        words: Words<'_>,
        out: &mut String,
    ) -> Result<(), Fault<'a>> {
        match subcommand {
            Subcommand::Get(keys) => words.batch(OWN, |out| self.get(keys, words, out), out),
            Subcommand::List => {
                let all = |out: &mut String| {
                    for (key, value) in self.values() {
                        words.value(OWN, key, Some(value), out);
                    }
                };
                words.batch(OWN, all, out);
            }
            Subcommand::Sync => {
                let subscribed = |out: &mut String| {
                    let all = self.values();
                    for (key, value) in all.filter(|(key, _)| self.subscriptions.contains(*key)) {
                        words.news(OWN, key, Some(value), out);
                    }
                };
                words.batch(OWN, subscribed, out);
            }
            Subcommand::Set(key, value) => {
                if !self.changes.contains_key(key) && self.changes.len() >= KEYS_MAX {
                    return Err(Fault::Keys(OWN));
                }
                self.changes.insert(key.into(), value.map(String::from));
                words.value(OWN, key, value, out);
            }
            Subcommand::Clear => {
                let gone = |out: &mut String| {
                    for (key, _) in self.values() {
                        words.value(OWN, key, None, out);
                    }
                };
                words.batch(OWN, gone, out);
                self.clears = true;
                self.changes.clear();
            }
            Subcommand::Sub(keys) => {
                words.subscribe(keys, &mut self.subscriptions, out);
            }
            Subcommand::Unsub(keys) => words.unsubscribe(keys, &mut self.subscriptions, out),
            Subcommand::Subs => words.subscriptions(&self.subscriptions, out),
        }
        Ok(())
    }

    fn get(&self, keys: &[String], words: Words<'_>, out: &mut String) {
        for key in keys {
            match is_key(key) {
                true => {
                    let value = self.changes.get(key).and_then(Option::as_deref);
                    words.value(OWN, key, value, out);
                }
                false => words.fault(&Fault::Key(key), Severity::Warn, out),
            }
        }
    }

    fn values(&self) -> impl Iterator<Item = (&str, &str)> {
        let set = self.changes.iter();
        set.filter_map(|(key, value)| Some((key.as_str(), value.as_deref()?)))
    }

    /// Returns the changes in their order.
    pub(crate) fn changes(&self) -> Vec<StoredKeys> {
        let clear = self.clears.then_some(StoredKeys::Clear);
        let changes = self.changes.iter().map(|(key, value)| {
            let (key, value) = (key.clone(), value.clone());
            match value {
                Some(value) => StoredKeys::Set { key, value },
                None => StoredKeys::Remove { key },
            }
        });
        clear.into_iter().chain(changes).collect()
    }

    /// Leaves out changes after which all is as it was.
    pub(crate) fn keep_news(&mut self, known: Option<&super::Keys>) {
        if self.clears {
            return;
        }
        let find = |key: &str| known.and_then(|known| known.find(key));
        self.changes
            .retain(|key, value| find(key) != value.as_deref());
    }

    /// Forgets the changes, because they could not be stored.
    pub(crate) fn lose(&mut self, why: &str) {
        if !self.changes().is_empty() {
            self.clears = false;
            self.changes.clear();
            self.lost = Some(why.into());
        }
    }
}

/// Stands for the client itself.
const OWN: &str = "*";
