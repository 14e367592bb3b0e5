//! SET and CLEAR: changing keys.

use alloc::string::String;
use alloc::vec::Vec;

use super::current;
use crate::irc::command::Request;
use crate::irc::event::{Fact, Stamp, StoredKeys, Target};
use crate::irc::id::{ChannelId, SessionId};
use crate::irc::metadata::words::Fault;
use crate::irc::metadata::{CHANGES, Dialect, Keys};
use crate::irc::network::metadata::Owner;
use crate::irc::network::rank::Prefix;
use crate::irc::network::{Client, Effects, Event, Intent, Network, Refusal};
use crate::irc::numeric::Severity;
use crate::irc::power::Power;

/// Changing the keys of oneself or of a channel.
#[derive(Debug)]
pub(crate) struct ChangeKeys {
    session: SessionId,
    of: Target,
    /// Whose keys those are.
    owner: Owner,
    /// The target as the client wrote it.
    shown: String,
    change: StoredKeys,
}

/// Asks for a change, unless it is none.
pub(super) fn ask<'a>(
    request: &mut Request<'a>,
    (shown, of): (&'a str, Target),
    change: StoredKeys,
) -> Result<(), Fault<'a>> {
    let network = request.network;
    let owner = network.owner(of).ok_or(Fault::Target(shown))?;
    let change = ChangeKeys {
        session: request.session.id,
        of,
        owner,
        shown: shown.into(),
        change,
    };
    if let Err(refusal) = change.plan(network) {
        request.say().push_str(&refusal.0);
        return Ok(());
    }
    if let (Some(key), true) = (change.key(), change.changed(network).is_empty()) {
        match change.is_refused_as_unset(request) {
            true => change.refuse_as_unset(key, request),
            false => request.ask(current),
        }
        return Ok(());
    }
    if let Some(wait_s) = request.client.keys_pace.wait_s(request.now_ms, &CHANGES) {
        return Err(Fault::Pace {
            target: shown,
            again: request.message.params.get(1..).unwrap_or_default(),
            wait_s,
        });
    }
    request.act(Event::Keys(change));
    Ok(())
}

/// One's own keys are one's own; those of a channel belong to its operators, whether or not it has
/// an owner.
fn may(client: &Client, owner: Owner, network: &Network) -> bool {
    match owner {
        Owner::Guest(id) => id == client.id,
        Owner::Account(id) => client.account.as_ref().is_some_and(|own| own.id == id),
        Owner::Channel(id) => {
            let channel = network.channels.find(id);
            client.may(Power::Channels)
                || channel.is_some_and(|channel| channel.has_rank(client.id, Prefix::Operator))
        }
    }
}

impl ChangeKeys {
    /// Returns what is stored of it: nothing of who has no account.
    pub(crate) fn stored(&self) -> Option<(ChannelId, Fact)> {
        let (channel, account) = match self.owner {
            Owner::Channel(id) => (id, None),
            Owner::Account(id) => (ChannelId::NONE, Some(id)),
            Owner::Guest(_) => return None,
        };
        let change = self.change.clone();
        Some((channel, Fact::Metadata { account, change }))
    }

    /// Says that it could not be stored.
    pub(crate) fn not_stored(&self, network: &Network, why: &str, lines: &mut String) {
        let (target, key) = (&*self.shown, self.key().unwrap_or("*"));
        self.refuse(&Fault::Store { target, key, why }, network, lines);
    }

    /// Returns the one key that it is about.
    fn key(&self) -> Option<&str> {
        match &self.change {
            StoredKeys::Set { key, .. } | StoredKeys::Remove { key } => Some(key),
            StoredKeys::Clear => None,
        }
    }

    /// Returns the keys that are not as they will be.
    fn changed(&self, network: &Network) -> Vec<String> {
        let known = network.keys(self.owner);
        let find = |key: &str| known.and_then(|known| known.find(key));
        match &self.change {
            StoredKeys::Set { key, value } if find(key) == Some(value) => Vec::new(),
            StoredKeys::Remove { key } if find(key).is_none() => Vec::new(),
            StoredKeys::Set { key, .. } | StoredKeys::Remove { key } => [key.clone()].into(),
            StoredKeys::Clear => {
                let all = known.into_iter().flat_map(Keys::iter);
                all.map(|(key, _)| key.into()).collect()
            }
        }
    }

    /// In the older draft it is wrong to remove what is not there.
    fn is_refused_as_unset(&self, request: &Request<'_>) -> bool {
        let words = request.network.words(request.session);
        let is_older = words.is_some_and(|words| words.dialect == Dialect::Two);
        is_older && matches!(self.change, StoredKeys::Remove { .. })
    }

    fn refuse_as_unset(&self, key: &str, request: &mut Request<'_>) {
        let (network, target) = (request.network, &*self.shown);
        self.refuse(&Fault::Unset { target, key }, network, request.lines());
    }

    fn refuse(&self, fault: &Fault<'_>, network: &Network, lines: &mut String) {
        let session = network.sessions.find(self.session);
        if let Some(words) = session.and_then(|session| network.words(session)) {
            words.fault(fault, Severity::Fail, lines);
        }
    }
}

impl Intent for ChangeKeys {
    type Change = ();

    fn plan(&self, network: &Network) -> Result<(), Refusal> {
        let target = &*self.shown;
        let refused = |fault: Fault<'_>| {
            let mut lines = String::new();
            self.refuse(&fault, network, &mut lines);
            Err(Refusal(lines))
        };
        let Some(client) = network.client_of(self.session) else {
            return Err(Refusal(String::new()));
        };
        // Who logs in meanwhile, or out, has other keys.
        if network.owner(self.of) != Some(self.owner) {
            return refused(Fault::Target(target));
        }
        let key = self.key().unwrap_or("*");
        if !may(client, self.owner, network) {
            return refused(Fault::Permission { target, key });
        }
        let sets = matches!(self.change, StoredKeys::Set { .. });
        let known = network.keys(self.owner);
        match sets && known.is_some_and(|known| !known.has_room_for(key)) {
            true => refused(Fault::Keys(target)),
            false => Ok(()),
        }
    }

    fn commit(self, (): (), stamp: &Stamp, network: &mut Network, effects: &mut Effects<'_>) {
        let changed = self.changed(network);
        network.change_keys(self.owner, &self.change);
        let client = network.client_of(self.session).map(|client| client.id);
        if let Some(client) = client.and_then(|client| network.clients.find_mut(client)) {
            client.keys_pace.take(stamp.wall_ms, &CHANGES);
        }
        let value = match &self.change {
            StoredKeys::Set { value, .. } => Some(value.as_str()),
            StoredKeys::Remove { .. } | StoredKeys::Clear => None,
        };
        for key in &changed {
            let (key, except) = ((&**key, value), Some(self.session));
            network.tell_key(self.owner, key, except, stamp, effects.outputs);
        }
        let session = network.sessions.find(self.session);
        let words = session.and_then(|session| network.words(session));
        let (Some(words), Some(name)) = (words, network.name_of(self.of)) else {
            return;
        };
        let lines = effects.replies.lines();
        match self.key() {
            Some(key) => words.value(name, key, value, lines),
            None => {
                let write = |lines: &mut String| {
                    for key in &changed {
                        words.value(name, key, None, lines);
                    }
                };
                words.batch(name, write, lines);
            }
        }
    }
}
