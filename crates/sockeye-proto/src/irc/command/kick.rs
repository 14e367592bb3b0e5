//! KICK (Modern IRC, section KICK message).

use alloc::string::String;

use super::{REASON_BYTES_MAX, Request, shortened, targets};
use crate::irc::event::Stamp;
use crate::irc::id::{ChannelId, ClientId};
use crate::irc::network::channel::Channel;
use crate::irc::network::rank::Prefix;
use crate::irc::network::{Effects, Event, Intent, Network, Refusal, Relay};
use crate::irc::numeric::{
    ERR_CHANOPRIVSNEEDED, ERR_NEEDMOREPARAMS, ERR_TOOMANYTARGETS, ERR_USERNOTINCHANNEL,
};

/// Removing one member by force.
#[derive(Debug)]
pub(crate) struct Kick {
    pub(crate) by: ClientId,
    pub(crate) channel: ChannelId,
    pub(crate) victim: ClientId,
    /// The victim and the channel as the operator wrote them.
    nick: String,
    name: String,
    pub(crate) reason: String,
}

pub(super) fn kick(request: &mut Request<'_>) {
    let (names, nicks) = (request.param(0).unwrap_or_default(), request.param(1));
    let nicks = nicks.unwrap_or_default();
    let (channels, victims) = (targets(names).count(), targets(nicks).count());
    // One channel with its victims, or one for each of them.
    if victims == 0 || (channels != 1 && channels != victims) {
        return request.reply(ERR_NEEDMOREPARAMS).param("KICK").text();
    }
    if victims > KICK_TARGETS_MAX {
        return request.reply(ERR_TOOMANYTARGETS).param(nicks).text();
    }
    let reason = request.param(2).unwrap_or(&request.client.nick);
    let reason = shortened(reason, REASON_BYTES_MAX);
    if channels == 1 {
        let name = targets(names).next().unwrap_or_default();
        // What is said of the channel is said once.
        if let Some(channel) = request.channel(name) {
            for nick in targets(nicks) {
                kick_one(request, (channel, name), nick, &reason);
            }
        }
    } else {
        for (name, nick) in targets(names).zip(targets(nicks)) {
            if let Some(channel) = request.channel(name) {
                kick_one(request, (channel, name), nick, &reason);
            }
        }
    }
}

fn kick_one(
    request: &mut Request<'_>,
    (channel, name): (&Channel, &str),
    nick: &str,
    reason: &str,
) {
    let Some(victim) = request.network.client_by_nick(nick) else {
        let reply = request.reply(ERR_USERNOTINCHANNEL);
        return reply.params([nick, &channel.name]).text();
    };
    request.act(Event::Kick(Kick {
        by: request.client.id,
        channel: channel.id,
        victim: victim.id,
        nick: nick.into(),
        name: name.into(),
        reason: reason.into(),
    }));
}

impl Intent for Kick {
    type Change = ();

    fn plan(&self, network: &Network) -> Result<(), Refusal> {
        let least = Prefix::Halfop;
        let (channel, rank) = network.as_ranked(self.by, self.channel, &self.name, least)?;
        match channel.rank(self.victim) {
            None => {
                let params = [&*self.nick, &channel.name];
                Err(network.refusal(self.by, ERR_USERNOTINCHANNEL, params))
            }
            Some(victim) if !rank.may_kick(victim) => {
                Err(network.refusal(self.by, ERR_CHANOPRIVSNEEDED, [&channel.name]))
            }
            Some(_) => Ok(()),
        }
    }

    fn commit(self, (): (), stamp: &Stamp, network: &mut Network, effects: &mut Effects<'_>) {
        let (Some(by), Some(channel), Some(victim)) = (
            network.clients.find(self.by),
            network.channels.find(self.channel),
            network.clients.find(self.victim),
        ) else {
            return;
        };
        let relay = Relay::new(stamp, |line| {
            let line = line.source(&by.source).command("KICK").param(&channel.name);
            line.param(&victim.nick).trailing(&self.reason);
        });
        let relay = relay.by(by);
        effects.echo(&relay, network);
        let (channel, victim, own) = (self.channel, self.victim, effects.replies.to());
        network.send_to_viewers(channel, victim, own, &relay, effects.outputs);
        network.remove_member(self.channel, self.victim);
    }
}

/// Most members removed by one KICK.
pub(crate) const KICK_TARGETS_MAX: usize = 4;
