//! What accounts want of their clients' presence, and how clients that stay end.

use alloc::string::String;
use alloc::vec::Vec;

use crate::irc::event::{Preferences, Stamp};
use crate::irc::id::{AccountId, ClientId, SessionId};
use crate::irc::network::{Effects, Intent, Network, Refusal};

/// An account wants its clients to stay or to share nicks, or not.
#[derive(Debug)]
pub(crate) struct Prefer {
    pub(crate) session: SessionId,
    pub(crate) account: AccountId,
    /// All that it wants.
    pub(crate) wanted: Preferences,
}

/// Sending those away that stay and were not seen for too long, or may not stay any more.
#[derive(Debug)]
pub(crate) struct Expire {
    /// Milliseconds since 1970.
    pub(crate) now_ms: u64,
}

/// Sending the client away that stays for an account.
#[derive(Debug)]
pub(crate) struct Retire {
    pub(crate) account: AccountId,
    /// What the others read.
    pub(crate) reason: String,
}

impl Intent for Prefer {
    type Change = ();

    fn plan(&self, network: &Network) -> Result<(), Refusal> {
        let client = network.client_of(self.session);
        let account = client.and_then(|client| client.account.as_ref());
        match account.is_some_and(|account| account.id == self.account) {
            true => Ok(()),
            false => Err(Refusal(String::new())),
        }
    }

    fn commit(self, (): (), _: &Stamp, network: &mut Network, effects: &mut Effects<'_>) {
        network.stays.prefer(self.account, self.wanted);
        if let Some(client) = network.client_of(self.session).map(|client| client.id) {
            network.settle_stay(client);
            network.say_presence(self.session, self.account, effects);
        }
    }
}

impl Expire {
    /// Returns who has to go, and what the others read.
    pub(crate) fn whom(&self, network: &Network) -> Vec<(ClientId, String)> {
        let days = network.settings.presence.always_on_days;
        let span_ms = u64::from(days).saturating_mul(DAY_MS);
        let gone = network.clients.iter().filter_map(|client| {
            let unseen_ms = self.now_ms.saturating_sub(client.seen_ms);
            let expires = days > 0 && unseen_ms > span_ms;
            match client.sessions.is_empty() {
                true if !network.stays(client) => Some((client.id, String::from("Not always on"))),
                true if expires => Some((client.id, alloc::format!("Not seen for {days} days"))),
                _ => None,
            }
        });
        gone.collect()
    }
}

impl Intent for Expire {
    type Change = ();

    fn plan(&self, _network: &Network) -> Result<(), Refusal> {
        Ok(())
    }

    fn commit(self, (): (), stamp: &Stamp, network: &mut Network, effects: &mut Effects<'_>) {
        for (client, reason) in self.whom(network) {
            network.leave(client, &reason, stamp, effects);
        }
    }
}

impl Intent for Retire {
    type Change = ();

    fn plan(&self, _network: &Network) -> Result<(), Refusal> {
        Ok(())
    }

    fn commit(self, (): (), stamp: &Stamp, network: &mut Network, effects: &mut Effects<'_>) {
        if let Some(client) = network.stays.holder(self.account) {
            network.leave(client, &self.reason, stamp, effects);
        }
    }
}

/// Milliseconds of a day.
const DAY_MS: u64 = 24 * 60 * 60 * 1_000;
