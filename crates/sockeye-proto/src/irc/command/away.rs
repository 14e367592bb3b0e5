//! AWAY (Modern IRC, section AWAY message).

use alloc::string::String;

use super::{REASON_BYTES_MAX, Request, shortened};
use crate::irc::caps::Caps;
use crate::irc::event::Stamp;
use crate::irc::id::SessionId;
use crate::irc::network::{Effects, Event, Intent, Network, Refusal, Relay, Session};
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
        let changed = session.away != self.reason;
        session.away = self.reason;
        let numeric = if session.away.is_some() {
            RPL_NOWAWAY
        } else {
            RPL_UNAWAY
        };
        let news = changed.then(|| news(session, stamp));
        network
            .reply(self.session, numeric, effects.replies.lines())
            .text();
        if let Some(news) = news {
            network.send_to_peers(self.session, &news, effects.outputs);
        }
    }
}

/// Makes what those with `away-notify` are told: that a client is away, or is back.
pub(super) fn news<'a>(session: &Session, stamp: &'a Stamp) -> Relay<'a> {
    let relay = Relay::new(stamp, |line| {
        let line = line.source(&session.source).command("AWAY");
        match &session.away {
            Some(reason) => line.trailing(reason),
            None => line.end(),
        }
    });
    relay.by(session).needs(Caps::AWAY_NOTIFY)
}
