//! Being shown with another user name or host (IRCv3 chghost).

use alloc::string::String;
use alloc::vec::Vec;

use crate::irc::caps::Caps;
use crate::irc::command::{away, ranks};
use crate::irc::event::Stamp;
use crate::irc::id::{ChannelId, ClientId};
use crate::irc::network::{Effects, Intent, Network, Refusal, Relay};
use crate::irc::numeric::RPL_VISIBLEHOST;

/// Showing a client with another user name and host.
#[derive(Debug)]
pub(crate) struct ChangeHost {
    pub(crate) client: ClientId,
    pub(crate) user: String,
    pub(crate) host: String,
}

impl Intent for ChangeHost {
    type Change = ();

    fn plan(&self, _network: &Network) -> Result<(), Refusal> {
        Ok(())
    }

    fn commit(self, (): (), stamp: &Stamp, network: &mut Network, effects: &mut Effects<'_>) {
        let Some(client) = network.clients.find(self.client) else {
            return;
        };
        if client.user == self.user && client.host == self.host {
            return;
        }
        let changes = Relay::new(stamp, |line| {
            let line = line.source(&client.source).command("CHGHOST");
            line.params([&*self.user, &self.host]).end();
        });
        let quits = Relay::new(stamp, |line| {
            let line = line.source(&client.source).command("QUIT");
            line.trailing("Changing host");
        });
        let changes = changes.by(client).needs(Caps::CHGHOST);
        let quits = quits.by(client).lacks(Caps::CHGHOST);
        let channels = client.channels.clone();
        effects.echo(&changes, network);
        network.send_to_others(self.client, effects.replies.to(), &changes, effects.outputs);
        for relay in [&changes, &quits] {
            network.send_to_peers(self.client, relay, effects.outputs);
        }
        network.rehost(self.client, self.user, self.host);
        for channel in channels {
            rejoin(self.client, channel, stamp, network, effects);
        }
        let Some(client) = network.clients.find(self.client) else {
            return;
        };
        for &session in &client.sessions {
            let mut lines = String::new();
            let reply = network.reply(self.client, RPL_VISIBLEHOST, &mut lines);
            reply.param(&client.host).text();
            effects.say(session, lines);
        }
    }
}

/// Shows those without `chghost` that the client has come back, as it was.
fn rejoin(
    id: ClientId,
    channel: ChannelId,
    stamp: &Stamp,
    network: &mut Network,
    effects: &mut Effects<'_>,
) {
    let (Some(client), Some(joined)) = (network.clients.find(id), network.channels.find(channel))
    else {
        return;
    };
    let mut relays = Vec::from([super::join::news(client, &joined.name, stamp)]);
    let (rank, server) = (
        joined.rank(id).unwrap_or_default(),
        &*network.settings.server,
    );
    relays.extend(ranks::news(client, joined, (true, rank), server, stamp));
    if client.away.is_some() {
        relays.push(away::news(client, stamp));
    }
    for relay in relays {
        let relay = relay.lacks(Caps::CHGHOST);
        network.send_to_witnesses(channel, id, &relay, effects.outputs);
    }
}
