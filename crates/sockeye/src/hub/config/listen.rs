//! `[[listen]]`: where it accepts, what answers there, and what that service is told.
//!
//! A service that has keys of its own here adds a table of them, its place in [`Listen`] and its arm in
//! [`ListenDraft::set_own`] and [`own_names_of`]. They stand only where `serve` names that service.

use std::ops::Range;

use toml::de::{DeTable, DeValue};

use super::balance::{self, BALANCE};
use super::keys::{Effect, Key, Slot, section_changes};
use super::mistake::did_you_mean;
use super::proxy::PROXY_LISTEN;
use super::read::{Reader, Value, names};
use crate::endpoint::{Address, Endpoint};
use crate::service::balance::BalanceOptions;

/// One listener: where it accepts, and what answers there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listen {
    /// Where it accepts.
    pub at: Endpoint,
    /// What answers: a service, or an endpoint to relay to.
    pub serve: Endpoint,
    /// What a balancer is told; `None` where something else answers.
    pub balance: Option<BalanceOptions>,
    /// Whether a proxy there lets everybody through.
    pub open: bool,
}

/// A listener while the file is read.
#[derive(Debug, Clone, Default)]
pub(super) struct ListenDraft {
    at: Option<Endpoint>,
    serve: Option<Endpoint>,
    balance: BalanceOptions,
    pub(super) open: bool,
}

pub(super) const LISTEN: &[Key<ListenDraft>] = &[
    Key {
        name: "at",
        doc: "Where to accept: an endpoint, written as on the command line",
        effect: Effect::Reload,
        slot: Slot::Accept(|listen| &mut listen.at),
    },
    Key {
        name: "serve",
        doc: "What answers there: a service, or an endpoint to relay to",
        effect: Effect::Reload,
        slot: Slot::Serve(|listen| &mut listen.serve),
    },
];

/// Services with keys of their own in `[[listen]]`.
const SERVICES: &[&str] = &["balance", "socks", "http-proxy", "proxy"];

/// Returns the keys that a service has of its own.
fn own_names_of(service: &str) -> Vec<&'static str> {
    match service {
        "balance" => names(BALANCE),
        "socks" | "http-proxy" | "proxy" => names(PROXY_LISTEN),
        _ => Vec::new(),
    }
}

/// Returns the keys that services have of their own.
pub(super) fn own_names() -> Vec<&'static str> {
    let names = SERVICES.iter().map(|service| own_names_of(service));
    names.flatten().collect()
}

impl Listen {
    /// Returns the changed keys of a balancer in words, where both are one.
    pub fn balance_changes(&self, new: &Self) -> Vec<String> {
        let (mut live, mut fixed) = (Vec::new(), Vec::new());
        if let (Some(old), Some(new)) = (&self.balance, &new.balance) {
            let title = format!("{} balance", self.at.address());
            section_changes(&title, BALANCE, (old, new), &mut live, &mut fixed);
        }
        live
    }
}

impl Reader<'_> {
    /// Reads every `[[listen]]`.
    pub(super) fn listeners(&mut self, span: Range<usize>, value: &Value<'_>) -> Vec<Listen> {
        let Some(entries) = value.get_ref().as_array() else {
            let hint = "write [[listen]] with two brackets".to_owned();
            self.wrong(span, "`listen` is not a list of listeners", Some(hint));
            return Vec::new();
        };
        let mut listeners: Vec<Listen> = Vec::with_capacity(entries.len());
        for entry in entries {
            let Some(listen) = self.listener(entry) else {
                continue;
            };
            let same = |earlier: &Listen| earlier.at.address() == listen.at.address();
            if listeners.iter().any(same) && !takes_any_port(&listen.at) {
                let what = format!("another listener is at {} already", listen.at.address());
                self.wrong(entry.span(), what, None);
            }
            listeners.push(listen);
        }
        listeners
    }

    fn listener(&mut self, entry: &Value<'_>) -> Option<Listen> {
        let Some(table) = entry.get_ref().as_table() else {
            let hint = "write [[listen]] on a line of its own".to_owned();
            self.wrong(entry.span(), "`listen` is not a section", Some(hint));
            return None;
        };
        let mut draft = ListenDraft::default();
        let service = named_service(table);
        for (name, value) in table {
            let key = name.get_ref().as_ref();
            if let Some(key) = LISTEN.iter().find(|row| row.name == key) {
                self.set(key, &mut draft, value);
            } else if !draft.set_own(service, key, self, value) {
                self.misplaced(service, key, name.span());
            }
        }
        for key in LISTEN {
            if !table.keys().any(|name| name.get_ref().as_ref() == key.name) {
                let what = format!("this listener has no `{}`", key.name);
                self.wrong(entry.span(), what, None);
            }
        }
        let mut listen = draft.finished()?;
        if let Err(error) = listen.at.check_serving(&listen.serve) {
            let hint = error.hint().map(str::to_owned);
            self.wrong(entry.span(), error.problem(), hint);
        }
        if listen.serve.opens_once() {
            let what = format!("{} can be opened once only", listen.serve.address());
            let hint = "a listener of a hub serves many: listen serves one".to_owned();
            self.wrong(entry.span(), what, Some(hint));
        }
        if let Some(balance) = &mut listen.balance {
            for (what, hint) in balance::mistakes(&listen.at, &listen.serve, balance) {
                self.wrong(entry.span(), what, hint);
            }
        }
        Some(listen)
    }

    /// A key that does not stand in this listener; perhaps it is one of another service.
    fn misplaced(&mut self, service: &str, key: &str, span: Range<usize>) {
        let mut known = names(LISTEN);
        known.extend(own_names_of(service));
        let is_of = |service: &&&str| own_names_of(service).contains(&key);
        let (what, hint) = match SERVICES.iter().find(is_of) {
            Some(other) => (
                format!("`{key}` has no effect here"),
                format!("it belongs to serve = \"{other}\""),
            ),
            None => (
                format!("unknown key `{key}`"),
                did_you_mean(key, known.iter().copied())
                    .unwrap_or_else(|| format!("[[listen]] takes {}", known.join(", "))),
            ),
        };
        self.wrong(span, what, Some(hint));
    }
}

impl ListenDraft {
    /// Sets a key of the service's own; `false` where it has no such key.
    fn set_own(
        &mut self,
        service: &str,
        name: &str,
        reader: &mut Reader<'_>,
        value: &Value<'_>,
    ) -> bool {
        let is_own = own_names_of(service).contains(&name);
        if service == "balance"
            && let Some(key) = BALANCE.iter().find(|key| key.name == name)
        {
            reader.set(key, &mut self.balance, value);
        } else if is_own && let Some(key) = PROXY_LISTEN.iter().find(|key| key.name == name) {
            reader.set(key, self, value);
        }
        is_own
    }

    /// Returns the listener, once it has all that it needs.
    fn finished(self) -> Option<Listen> {
        let (at, serve) = (self.at?, self.serve?);
        let is_balance = serve.address().scheme() == "balance";
        Some(Listen {
            balance: is_balance.then_some(self.balance),
            open: self.open,
            at,
            serve,
        })
    }
}

/// Returns the service that a listener's `serve` names, also where the rest of it is wrong; nothing
/// where it is an endpoint.
fn named_service<'a>(table: &'a DeTable<'_>) -> &'a str {
    let serve = table.iter().find(|(name, _)| name.get_ref() == "serve");
    match serve.map(|(_, value)| value.get_ref()) {
        Some(DeValue::String(text)) => {
            let text = text.trim();
            text.split_once(':').map_or(text, |(name, _)| name)
        }
        _ => "",
    }
}

fn takes_any_port(at: &Endpoint) -> bool {
    matches!(at.address(), Address::Tcp { port: 0, .. })
}
