//! AWAY (Modern IRC, section AWAY message).

use alloc::string::String;

use super::{REASON_BYTES_MAX, Request, shortened};
use crate::irc::event::Stamp;
use crate::irc::id::SessionId;
use crate::irc::network::{Effects, Event, Intent, Network, Refusal};
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

    fn commit(self, (): (), _stamp: &Stamp, network: &mut Network, effects: &mut Effects<'_>) {
        let Some(session) = network.sessions.find_mut(self.session) else {
            return;
        };
        session.away = self.reason;
        let numeric = if session.away.is_some() {
            RPL_NOWAWAY
        } else {
            RPL_UNAWAY
        };
        network
            .reply(self.session, numeric, effects.replies.lines())
            .text();
    }
}
