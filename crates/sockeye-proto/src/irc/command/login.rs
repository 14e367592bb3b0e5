//! Logging in while on the network; the connection has verified the account.

use crate::irc::caps::Caps;
use crate::irc::event::Stamp;
use crate::irc::id::SessionId;
use crate::irc::input::AccountRef;
use crate::irc::message::Line;
use crate::irc::network::{Effects, Intent, Network, Refusal, Relay};
use crate::irc::numeric::logged_in;

/// Becoming known under an account.
#[derive(Debug)]
pub(crate) struct LogIn {
    pub(crate) session: SessionId,
    pub(crate) account: AccountRef,
}

impl Intent for LogIn {
    type Change = ();

    fn plan(&self, _network: &Network) -> Result<(), Refusal> {
        Ok(())
    }

    fn commit(self, (): (), stamp: &Stamp, network: &mut Network, effects: &mut Effects<'_>) {
        let Some(session) = network.sessions.find_mut(self.session) else {
            return;
        };
        let name = &self.account.name;
        let relay = Relay::new(stamp, |line| {
            line.source(&session.source)
                .command("ACCOUNT")
                .param(name)
                .end();
        });
        // The tag `account` still is that of before (IRCv3 account-tag, the example).
        let relay = relay.by(session).needs(Caps::ACCOUNT_NOTIFY);
        let was_operator = session.is_admin();
        network
            .sessions
            .set_account(self.session, Some(self.account));
        let Some(session) = network.sessions.find(self.session) else {
            return;
        };
        let is_operator = session.is_admin();
        effects
            .replies
            .lines()
            .extend(relay.for_client(session.caps));
        if was_operator != is_operator {
            let line = Line::new(effects.replies.lines()).source(&session.source);
            let change = if is_operator { "+o" } else { "-o" };
            line.command("MODE").params([&*session.nick, change]).end();
        }
        if let Some(session) = network.sessions.find(self.session)
            && let Some(account) = &session.account
        {
            let names = (&*network.settings.server, &*session.nick);
            let lines = effects.replies.lines();
            logged_in(&account.name, names, &session.source, lines);
        }
        if is_operator && !was_operator {
            let text = format_args!("{} is an operator now", session.source);
            network.notify_operators(self.session, text, stamp, effects.outputs);
        }
        network.send_to_peers(self.session, &relay, effects.outputs);
    }
}
