//! AWAY (Modern IRC, section AWAY message).

use alloc::string::String;

use super::{REASON_BYTES_MAX, Request, shortened};
use crate::irc::caps::Caps;
use crate::irc::event::Stamp;
use crate::irc::id::ClientId;
use crate::irc::network::{Client, Effects, Event, Intent, Network, Refusal, Relay};
use crate::irc::numeric::{RPL_NOWAWAY, RPL_UNAWAY};

/// Going away, or coming back.
#[derive(Debug)]
pub(crate) struct SetAway {
    client: ClientId,
    /// `None`: is back.
    reason: Option<String>,
}

pub(super) fn away(request: &mut Request<'_>) {
    let reason = request
        .param(0)
        .map(|reason| shortened(reason, REASON_BYTES_MAX));
    request.act(Event::Away(SetAway {
        client: request.client.id,
        reason,
    }));
}

impl Intent for SetAway {
    type Change = ();

    fn plan(&self, _network: &Network) -> Result<(), Refusal> {
        Ok(())
    }

    fn commit(self, (): (), stamp: &Stamp, network: &mut Network, effects: &mut Effects<'_>) {
        let Some(client) = network.clients.find_mut(self.client) else {
            return;
        };
        let changed = client.away != self.reason;
        client.away = self.reason;
        let numeric = if client.away.is_some() {
            RPL_NOWAWAY
        } else {
            RPL_UNAWAY
        };
        let news = changed.then(|| news(client, stamp));
        network
            .reply(self.client, numeric, effects.replies.lines())
            .text();
        if let Some(news) = news {
            network.send_to_others(self.client, effects.replies.to(), &news, effects.outputs);
            network.send_to_peers(self.client, &news, effects.outputs);
        }
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
