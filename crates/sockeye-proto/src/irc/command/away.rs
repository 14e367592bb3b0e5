//! AWAY (Modern IRC, section AWAY message; IRCv3 draft/pre-away).
//!
//! Each connection is away or not, and a client is as long as all of its connections are.

use alloc::string::String;
use alloc::vec::Vec;

use super::{REASON_BYTES_MAX, Request, shortened};
use crate::irc::caps::Caps;
use crate::irc::event::Stamp;
use crate::irc::id::{ClientId, SessionId};
use crate::irc::network::{Client, Effects, Event, Intent, Network, Refusal, Relay};
use crate::irc::numeric::{RPL_NOWAWAY, RPL_UNAWAY};

/// Going away, or coming back.
#[derive(Debug)]
pub(crate) struct SetAway {
    session: SessionId,
    /// `None`: is back.
    reason: Option<String>,
}

pub(super) fn away(request: &mut Request<'_>) {
    let reason = request
        .param(0)
        .map(|reason| shortened(reason, REASON_BYTES_MAX));
    request.act(Event::Away(SetAway {
        session: request.session.id,
        reason,
    }));
}

impl Intent for SetAway {
    type Change = ();

    fn plan(&self, _network: &Network) -> Result<(), Refusal> {
        Ok(())
    }

    fn commit(self, (): (), stamp: &Stamp, network: &mut Network, effects: &mut Effects<'_>) {
        let Some(session) = network.sessions.find_mut(self.session) else {
            return;
        };
        let numeric = match &self.reason {
            Some(_) => RPL_NOWAWAY,
            None => RPL_UNAWAY,
        };
        session.away = self.reason;
        let client = session.client;
        let lines = effects.replies.lines();
        network.reply(client, numeric, lines).text();
        network.tell_away(client, stamp, effects);
    }
}

impl Network {
    /// Finds out whether a client is away now; returns whether that is news.
    pub(crate) fn settle_away(&mut self, id: ClientId) -> bool {
        let Some(client) = self.clients.find(id) else {
            return false;
        };
        let text = &self.settings.presence.away_text;
        let sessions = self.sessions_of(id);
        let reasons: Option<Vec<&String>> = sessions.map(|session| session.away.as_ref()).collect();
        let away = reasons.map(|reasons| {
            let said = reasons.into_iter().rev().chain(&client.away_left);
            let mut said = said.filter(|&reason| reason != NOBODY_THERE);
            said.next().unwrap_or(text).clone()
        });
        let Some(client) = self.clients.find_mut(id) else {
            return false;
        };
        let changed = client.away != away;
        client.away = away;
        changed
    }

    /// Tells the others if a client has gone away, or is back, as its connections are now.
    pub(crate) fn tell_away(&mut self, id: ClientId, stamp: &Stamp, effects: &mut Effects<'_>) {
        if !self.settle_away(id) {
            return;
        }
        let Some(client) = self.clients.find(id) else {
            return;
        };
        let news = news(client, stamp);
        self.send_to_others(id, effects.replies.to(), &news, effects.outputs);
        self.send_to_peers(id, &news, effects.outputs);
    }
}

/// Makes what those with `away-notify` are told: that a client is away, or is back.
pub(super) fn news<'a>(client: &Client, stamp: &'a Stamp) -> Relay<'a> {
    let relay = Relay::new(stamp, |line| {
        let line = line.source(&client.source).command("AWAY");
        match &client.away {
            Some(reason) => line.trailing(reason),
            None => line.end(),
        }
    });
    relay.by(client).needs(Caps::AWAY_NOTIFY)
}

/// The reason of connections that are there without anybody in front of them (IRCv3 draft/pre-away).
pub(crate) const NOBODY_THERE: &str = "*";
