//! What a client is told of metadata, in the draft that it speaks.
//!
//! Where `draft/metadata-2` leaves a choice, or its text and its examples differ, it is what the
//! servers and clients that speak it do.

use alloc::collections::BTreeSet;
use alloc::format;
use alloc::string::{String, ToString as _};
use alloc::vec::Vec;

use super::{Dialect, KEYS_MAX, SUBSCRIPTIONS_MAX, is_key};
use crate::irc::message::Line;
use crate::irc::numeric::{
    ERR_METADATARATELIMIT, ERR_METADATASYNCLATER, Numeric, RPL_KEYNOTSET, RPL_KEYVALUE,
    RPL_METADATASUBOK, RPL_METADATASUBS, RPL_METADATAUNSUBOK, Reply, Severity, standard_reply,
};

/// Writes to one client.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Words<'a> {
    pub(crate) dialect: Dialect,
    pub(crate) server: &'a str,
    /// The client's nick.
    pub(crate) client: &'a str,
}

/// Why something is not done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fault<'a> {
    /// This subcommand has other parameters.
    Params(&'a str),
    /// There is no such subcommand.
    Subcommand(&'a str),
    /// There is no such target, or none that this can be asked of.
    Target(&'a str),
    /// The word is no key.
    Key(&'a str),
    /// The value of this key is too long.
    Value(&'a str),
    /// The client may not change this key of the target; `*`: any.
    Permission { target: &'a str, key: &'a str },
    /// The key is to be removed and is not there: only in the older draft.
    Unset { target: &'a str, key: &'a str },
    /// The target has as many keys as it may.
    Keys(&'a str),
    /// The client has as many subscriptions as it may, without this one.
    Subscriptions(&'a str),
    /// It comes too soon after what came before.
    Pace {
        target: &'a str,
        /// The subcommand and what follows, for the client to say again.
        again: &'a [String],
        wait_s: u64,
    },
    /// It could not be stored.
    Store {
        target: &'a str,
        key: &'a str,
        why: &'a str,
    },
}

impl Words<'_> {
    /// Answers with the value of a key, or with that it has none.
    pub(crate) fn value(&self, target: &str, key: &str, value: Option<&str>, out: &mut String) {
        match value {
            Some(value) => {
                let reply = self.reply(RPL_KEYVALUE, out);
                reply.params([target, key, "*"]).trailing(value);
            }
            None => {
                let reply = self.reply(RPL_KEYNOTSET, out);
                reply.params([target, key]).text();
            }
        }
    }

    /// Tells the value of a key that was not asked for.
    pub(crate) fn news(&self, target: &str, key: &str, value: Option<&str>, out: &mut String) {
        if self.dialect == Dialect::Three {
            return self.value(target, key, value, out);
        }
        let line = Line::new(out).source(self.server).command("METADATA");
        let line = line.params([target, key, "*"]);
        match value {
            Some(value) => line.trailing(value),
            None => line.end(),
        }
    }

    /// Writes a batch about a target. Its reference is always the same: no two are open at once.
    pub(crate) fn batch(&self, target: &str, write: impl FnOnce(&mut String), out: &mut String) {
        self.framed(&["metadata", target], write, out);
    }

    /// Tells all subscriptions.
    pub(crate) fn subscriptions(&self, keys: &BTreeSet<String>, out: &mut String) {
        let all = || keys.iter().map(String::as_str);
        let write = |out: &mut String| self.keys(RPL_METADATASUBS, all(), out);
        self.framed(&["metadata-subs"], write, out);
    }

    /// Subscribes to keys in their order, as far as there is room, and says so; returns which are
    /// new.
    pub(crate) fn subscribe(
        &self,
        keys: &[String],
        subscriptions: &mut BTreeSet<String>,
        out: &mut String,
    ) -> BTreeSet<String> {
        let mut new = BTreeSet::new();
        let mut done = Vec::new();
        let mut refused = String::new();
        for key in keys {
            if !is_key(key) {
                self.fault(&Fault::Key(key), Severity::Warn, &mut refused);
            } else if subscriptions.contains(key) {
                done.push(key.as_str());
            } else if subscriptions.len() >= SUBSCRIPTIONS_MAX {
                self.fault(&Fault::Subscriptions(key), Severity::Fail, &mut refused);
                break;
            } else {
                subscriptions.insert(key.clone());
                new.insert(key.clone());
                done.push(key);
            }
        }
        self.keys(RPL_METADATASUBOK, done.into_iter(), out);
        out.push_str(&refused);
        new
    }

    /// Ends subscriptions, and says so.
    pub(crate) fn unsubscribe(
        &self,
        keys: &[String],
        subscriptions: &mut BTreeSet<String>,
        out: &mut String,
    ) {
        let all = keys.iter().map(String::as_str);
        let (keys, wrong): (Vec<_>, Vec<_>) = all.partition(|key| is_key(key));
        for key in &keys {
            subscriptions.remove(*key);
        }
        self.keys(RPL_METADATAUNSUBOK, keys.into_iter(), out);
        for key in wrong {
            self.fault(&Fault::Key(key), Severity::Warn, out);
        }
    }

    /// Asks the client to SYNC a target by itself.
    pub(crate) fn later(&self, target: &str, wait_s: u64, out: &mut String) {
        let reply = self.reply(ERR_METADATASYNCLATER, out).param(target);
        reply.number(wait_s).text();
    }

    /// Says that a batch holds only a part of what there is.
    pub(crate) fn cut(&self, target: &str, bytes_max: usize, out: &mut String) {
        let text = "This is only a part of what there is";
        let bytes_max = bytes_max.to_string();
        let context = ["SYNC", target, &bytes_max];
        self.standard(Severity::Warn, "LIMIT_REACHED", &context, text, out);
    }

    /// Refuses something. How grave that is says only the newer draft.
    pub(crate) fn fault(&self, fault: &Fault<'_>, severity: Severity, out: &mut String) {
        let newer = self.dialect == Dialect::Three;
        let severity = if newer { severity } else { Severity::Fail };
        let limit = match fault {
            Fault::Keys(_) => KEYS_MAX.to_string(),
            _ => SUBSCRIPTIONS_MAX.to_string(),
        };
        let (code, context, text): (&str, &[&str], &str) = match *fault {
            Fault::Params(name) => ("INVALID_PARAMS", &[name], "Wrong number of parameters"),
            Fault::Subcommand(name) if newer => ("INVALID_PARAMS", &[name], "Unknown subcommand"),
            Fault::Subcommand(name) => ("INVALID_SUBCOMMAND", &[name], "Unknown subcommand"),
            Fault::Target(target) => ("INVALID_TARGET", &[target], "Invalid metadata target"),
            Fault::Key(key) if newer => ("INVALID_KEY", &[key], INVALID_KEY),
            Fault::Key(key) => ("KEY_INVALID", &[key], INVALID_KEY),
            Fault::Value(key) if newer => ("INVALID_VALUE", &[key], "The value is too long"),
            Fault::Value(_) => ("VALUE_INVALID", &[], "The value is too long"),
            Fault::Permission { target, key } => {
                ("KEY_NO_PERMISSION", &[target, key], "Permission denied")
            }
            Fault::Unset { target, key } => ("KEY_NOT_SET", &[target, key], "Key not set"),
            Fault::Keys(target) if newer => {
                ("LIMIT_REACHED", &["SET", target, &limit], TOO_MANY_KEYS)
            }
            Fault::Keys(target) => ("LIMIT_REACHED", &[target], TOO_MANY_KEYS),
            Fault::Subscriptions(key) if newer => (
                "LIMIT_REACHED",
                &["SUB", key, &limit],
                TOO_MANY_SUBSCRIPTIONS,
            ),
            Fault::Subscriptions(key) => ("TOO_MANY_SUBS", &[key], TOO_MANY_SUBSCRIPTIONS),
            Fault::Pace {
                target,
                again,
                wait_s,
            } => return self.too_fast(target, again, wait_s, out),
            Fault::Store { target, key, why } => {
                let text = format!("Not carried out, because it cannot be stored: {why}");
                return self.standard(severity, "INTERNAL_ERROR", &[target, key], &text, out);
            }
        };
        self.standard(severity, code, context, text, out);
    }

    fn too_fast(&self, target: &str, again: &[String], wait_s: u64, out: &mut String) {
        if self.dialect == Dialect::Three {
            let reply = self.reply(ERR_METADATARATELIMIT, out).number(wait_s);
            let reply = reply.param(target);
            return match again {
                [words @ .., last] if words.len() > 1 => {
                    let words = words.iter().map(String::as_str);
                    reply.params(words).trailing(last);
                }
                words => reply.params(words.iter().map(String::as_str)).end(),
            };
        }
        let key = again.get(1).map_or("*", String::as_str);
        let (wait, text) = (wait_s.to_string(), "Too many changes, try again later");
        let context = [target, key, &wait];
        self.standard(Severity::Fail, "RATE_LIMITED", &context, text, out);
    }

    /// Writes keys, on as many lines as it takes.
    fn keys<'k>(&self, numeric: Numeric, keys: impl Iterator<Item = &'k str>, out: &mut String) {
        let mut keys = keys.peekable();
        while keys.peek().is_some() {
            let some = keys.by_ref().take(KEYS_A_LINE);
            self.reply(numeric, out).params(some).end();
        }
    }

    fn framed(&self, kind: &[&str], write: impl FnOnce(&mut String), out: &mut String) {
        let edge = |sign: &str, params: &[&str], out: &mut String| {
            let line = Line::new(out).source(self.server).command("BATCH");
            let line = line.param(&[sign, REFERENCE].concat());
            line.params(params.iter().copied()).end();
        };
        edge("+", kind, out);
        let mut inner = String::new();
        write(&mut inner);
        for line in inner.split_inclusive('\n') {
            Line::new(out).tag("batch", REFERENCE).before(line);
        }
        edge("-", &[], out);
    }

    fn standard(
        &self,
        severity: Severity,
        code: &str,
        context: &[&str],
        text: &str,
        out: &mut String,
    ) {
        let what = ("METADATA", code);
        standard_reply(Line::new(out), severity, self.server, what, context, text);
    }

    fn reply<'o>(&self, numeric: Numeric, out: &'o mut String) -> Reply<'o> {
        numeric.to(out, self.server, self.client)
    }
}

const INVALID_KEY: &str = "Invalid key";

const TOO_MANY_KEYS: &str = "The target has as many keys as it may have";

const TOO_MANY_SUBSCRIPTIONS: &str = "You have as many subscriptions as you may have";

/// The reference of batches.
const REFERENCE: &str = "metadata";

/// Keys on a line, of the longest ones.
const KEYS_A_LINE: usize = 12;
