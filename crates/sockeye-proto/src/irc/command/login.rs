//! Logging in and out while on the network; somebody else has verified the account.

use alloc::string::String;

use crate::irc::account::AccountRef;
use crate::irc::caps::Caps;
use crate::irc::deed::Act;
use crate::irc::event::Stamp;
use crate::irc::id::ClientId;
use crate::irc::message::Line;
use crate::irc::network::{Client, Effects, Intent, Network, Refusal, Relay, Whom};
use crate::irc::numeric::{RPL_LOGGEDOUT, logged_in};

/// Becoming known under an account.
#[derive(Debug)]
pub(crate) struct LogIn {
    pub(crate) client: ClientId,
    /// `None`: under none any more.
    pub(crate) account: Option<AccountRef>,
}

impl Intent for LogIn {
    type Change = ();

    fn plan(&self, _network: &Network) -> Result<(), Refusal> {
        Ok(())
    }

    fn commit(self, (): (), stamp: &Stamp, network: &mut Network, effects: &mut Effects<'_>) {
        network.log_in(self.client, self.account, stamp, effects);
    }
}

impl Network {
    /// Makes a client known under an account, or under none, and tells it and the others.
    pub(crate) fn log_in(
        &mut self,
        id: ClientId,
        account: Option<AccountRef>,
        stamp: &Stamp,
        effects: &mut Effects<'_>,
    ) {
        let Some(client) = self.clients.find(id) else {
            return;
        };
        let name = account.as_ref().map_or("*", |account| &account.name);
        let relay = Relay::new(stamp, |line| {
            let line = line.source(&client.source).command("ACCOUNT");
            line.param(name).end();
        });
        // The tag `account` still is that of before (IRCv3 account-tag, the example).
        let relay = relay.by(client).needs(Caps::ACCOUNT_NOTIFY);
        let was_operator = client.is_operator();
        if let Some(before) = &client.account {
            self.stays.release(before.id, id);
        }
        let keys = self.keys_now(id);
        self.clients.set_account(id, account);
        self.settle_stay(id);
        let Some(client) = self.clients.find(id) else {
            return;
        };
        for session in self.sessions_of(id) {
            let mut lines = relay.for_client(session.caps).unwrap_or_default();
            self.write_login(client, was_operator, &mut lines);
            effects.say(session.id, lines);
        }
        if client.is_operator() && !was_operator {
            let text = format_args!("{} is an operator now", client.source);
            self.notify_operators(id, text, stamp, effects.outputs);
            let target = Whom::client(client, self, "");
            self.record_act(Act::Operator, id, target, effects);
        }
        let channels = client.channels.clone();
        self.send_to_peers(id, &relay, effects.outputs);
        self.tell_other_keys(id, &keys, stamp, effects);
        for channel in channels {
            self.grant(id, channel, stamp, effects);
        }
        let client = self.clients.find(id);
        if client.is_some_and(|client| client.sessions.is_empty() && !self.stays(client)) {
            self.leave(id, "Logged out", stamp, effects);
        }
        self.touch(id);
    }

    /// Writes what a client is told that has logged in or out.
    fn write_login(&self, client: &Client, was_operator: bool, lines: &mut String) {
        if was_operator != client.is_operator() {
            let line = Line::new(lines).source(&client.source);
            let change = if was_operator { "-o" } else { "+o" };
            line.command("MODE").params([&*client.nick, change]).end();
        }
        match &client.account {
            Some(account) => {
                let names = (&*self.settings.server, &*client.nick);
                logged_in(&account.name, names, &client.source, lines);
            }
            None => {
                let reply = self.reply(client.id, RPL_LOGGEDOUT, lines);
                reply.param(&client.source).text();
            }
        }
    }
}
