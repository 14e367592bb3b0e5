//! Logging in and out while on the network; somebody else has verified the account.

use alloc::string::String;
use alloc::vec::Vec;

use super::join;
use crate::irc::account::AccountRef;
use crate::irc::caps::Caps;
use crate::irc::event::Stamp;
use crate::irc::id::{ChannelId, SessionId};
use crate::irc::input::Output;
use crate::irc::message::Line;
use crate::irc::network::modes::Flag;
use crate::irc::network::rank::Prefix;
use crate::irc::network::{Effects, Intent, Network, Refusal, Relay};
use crate::irc::numeric::{RPL_LOGGEDOUT, logged_in};

/// Becoming known under an account.
#[derive(Debug)]
pub(crate) struct LogIn {
    pub(crate) session: SessionId,
    /// `None`: under none any more.
    pub(crate) account: Option<AccountRef>,
}

impl Intent for LogIn {
    type Change = ();

    fn plan(&self, _network: &Network) -> Result<(), Refusal> {
        Ok(())
    }

    fn commit(self, (): (), stamp: &Stamp, network: &mut Network, effects: &mut Effects<'_>) {
        let lines = network.log_in(self.session, self.account, stamp, effects.outputs);
        effects.replies.lines().push_str(&lines);
    }
}

impl Network {
    /// Makes a client known under an account, or under none, and tells the others; returns what the
    /// client itself is told.
    pub(crate) fn log_in(
        &mut self,
        id: SessionId,
        account: Option<AccountRef>,
        stamp: &Stamp,
        outputs: &mut Vec<Output>,
    ) -> String {
        let mut lines = String::new();
        let Some(session) = self.sessions.find(id) else {
            return lines;
        };
        let name = account.as_ref().map_or("*", |account| &account.name);
        let relay = Relay::new(stamp, |line| {
            let line = line.source(&session.source).command("ACCOUNT");
            line.param(name).end();
        });
        // The tag `account` still is that of before (IRCv3 account-tag, the example).
        let relay = relay.by(session).needs(Caps::ACCOUNT_NOTIFY);
        let was_operator = session.is_admin();
        self.sessions.set_account(id, account);
        let Some(session) = self.sessions.find(id) else {
            return lines;
        };
        lines.extend(relay.for_client(session.caps));
        if was_operator != session.is_admin() {
            let line = Line::new(&mut lines).source(&session.source);
            let change = if was_operator { "-o" } else { "+o" };
            line.command("MODE").params([&*session.nick, change]).end();
        }
        match &session.account {
            Some(account) => {
                let names = (&*self.settings.server, &*session.nick);
                logged_in(&account.name, names, &session.source, &mut lines);
            }
            None => {
                let reply = self.reply(id, RPL_LOGGEDOUT, &mut lines);
                reply.param(&session.source).text();
            }
        }
        if session.is_admin() && !was_operator {
            let text = format_args!("{} is an operator now", session.source);
            self.notify_operators(id, text, stamp, outputs);
        }
        let channels = session.channels.clone();
        self.send_to_peers(id, &relay, outputs);
        for channel in channels {
            lines.extend(self.grant(id, channel, stamp, outputs));
        }
        lines
    }

    /// Gives a member the prefixes that it would have got by joining with its account, and tells the
    /// others; returns what it is told itself.
    fn grant(
        &mut self,
        id: SessionId,
        channel: ChannelId,
        stamp: &Stamp,
        outputs: &mut Vec<Output>,
    ) -> Option<String> {
        let session = self.sessions.find(id)?;
        let joined = self.channels.find_mut(channel)?;
        let was_shown = joined.has_rank(id, Prefix::Voice);
        let mut new = join::rank_on_joining(session, joined);
        for prefix in Prefix::ALL {
            if new.has(prefix) && !joined.set_rank(id, prefix, true) {
                new.set(prefix, false);
            }
        }
        let (joined, caps) = (&*joined, session.caps);
        let relay = join::rank_news(session, joined, new, &self.settings.server, stamp)?;
        if joined.modes.has(Flag::Auditorium) && !was_shown {
            let appears = join::news(session, &joined.name, stamp);
            self.send_to_audience(channel, id, &appears, outputs);
        }
        self.send_to_channel(channel, id, &relay, outputs);
        relay.for_client(caps)
    }
}
