//! Being shown with another user name or host (IRCv3 chghost).

use alloc::string::String;
use alloc::vec::Vec;

use crate::irc::caps::Caps;
use crate::irc::command::away;
use crate::irc::event::Stamp;
use crate::irc::id::{ChannelId, SessionId};
use crate::irc::network::{Effects, Intent, Network, Refusal, Relay};
use crate::irc::numeric::RPL_VISIBLEHOST;

/// Showing a client with another user name and host.
#[derive(Debug)]
pub(crate) struct ChangeHost {
    pub(crate) session: SessionId,
    pub(crate) user: String,
    pub(crate) host: String,
}

impl Intent for ChangeHost {
    type Change = ();

    fn plan(&self, _network: &Network) -> Result<(), Refusal> {
        Ok(())
    }

    fn commit(self, (): (), stamp: &Stamp, network: &mut Network, effects: &mut Effects<'_>) {
        let Some(session) = network.sessions.find(self.session) else {
            return;
        };
        if session.user == self.user && session.host == self.host {
            return;
        }
        let changes = Relay::new(stamp, |line| {
            let line = line.source(&session.source).command("CHGHOST");
            line.params([&*self.user, &self.host]).end();
        });
        let quits = Relay::new(stamp, |line| {
            let line = line.source(&session.source).command("QUIT");
            line.trailing("Changing host");
        });
        let changes = changes.by(session).needs(Caps::CHGHOST);
        let quits = quits.by(session).lacks(Caps::CHGHOST);
        let (own, channels) = (changes.for_client(session.caps), session.channels.clone());
        effects.replies.lines().extend(own);
        for relay in [&changes, &quits] {
            network.send_to_peers(self.session, relay, effects.outputs);
        }
        network.rehost(self.session, self.user, self.host);
        for channel in channels {
            rejoin(self.session, channel, stamp, network, effects);
        }
        if let Some(session) = network.sessions.find(self.session) {
            let reply = network.reply(self.session, RPL_VISIBLEHOST, effects.replies.lines());
            reply.param(&session.host).text();
        }
    }
}

/// Shows those without `chghost` that the client has come back, as it was.
fn rejoin(
    id: SessionId,
    channel: ChannelId,
    stamp: &Stamp,
    network: &mut Network,
    effects: &mut Effects<'_>,
) {
    let (Some(session), Some(joined)) = (network.sessions.find(id), network.channels.find(channel))
    else {
        return;
    };
    let mut relays = Vec::from([super::join::news(session, &joined.name, stamp)]);
    let (rank, server) = (
        joined.rank(id).unwrap_or_default(),
        &*network.settings.server,
    );
    relays.extend(super::join::rank_news(session, joined, rank, server, stamp));
    if session.away.is_some() {
        relays.push(away::news(session, stamp));
    }
    for relay in relays {
        let relay = relay.lacks(Caps::CHGHOST);
        network.send_to_viewers(channel, id, id, &relay, effects.outputs);
    }
}
