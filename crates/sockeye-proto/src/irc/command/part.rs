//! PART (Modern IRC, section PART message).

use alloc::string::String;

use super::{REASON_BYTES_MAX, Request, shortened, targets};
use crate::irc::event::Stamp;
use crate::irc::id::{ChannelId, ClientId};
use crate::irc::network::{Client, Effects, Event, Intent, Network, Refusal, Relay};

/// Leaving one channel.
#[derive(Debug)]
pub(crate) struct Part {
    pub(crate) client: ClientId,
    pub(crate) channel: ChannelId,
    /// The channel as the client wrote it.
    pub(crate) name: String,
    pub(crate) reason: Option<String>,
}

pub(super) fn part(request: &mut Request<'_>) {
    let reason = request
        .param(1)
        .map(|reason| shortened(reason, REASON_BYTES_MAX));
    for name in targets(request.param(0).unwrap_or_default()) {
        let Some(channel) = request.channel(name) else {
            continue;
        };
        request.act(Event::Part(Part {
            client: request.client.id,
            channel: channel.id,
            name: name.into(),
            reason: reason.clone(),
        }));
    }
}

impl Intent for Part {
    type Change = ();

    fn plan(&self, network: &Network) -> Result<(), Refusal> {
        let (client, channel) = (self.client, self.channel);
        network.as_member(client, channel, &self.name).map(drop)
    }

    fn commit(self, (): (), stamp: &Stamp, network: &mut Network, effects: &mut Effects<'_>) {
        let (Some(client), Some(channel)) = (
            network.clients.find(self.client),
            network.channels.find(self.channel),
        ) else {
            return;
        };
        let relay = news(client, &channel.name, self.reason.as_deref(), stamp);
        effects.echo(&relay, network);
        let (channel, client, own) = (self.channel, self.client, effects.replies.to());
        network.send_to_viewers(channel, client, own, &relay, effects.outputs);
        network.remove_member(self.channel, self.client);
    }
}

/// Makes what the members of a channel are told of one who leaves.
pub(super) fn news<'a>(
    client: &Client,
    channel: &str,
    reason: Option<&str>,
    stamp: &'a Stamp,
) -> Relay<'a> {
    let relay = Relay::new(stamp, |line| {
        let line = line.source(&client.source).command("PART").param(channel);
        match reason {
            Some(reason) => line.trailing(reason),
            None => line.end(),
        }
    });
    relay.by(client)
}
