//! KICK (Modern IRC, section KICK message).

use alloc::string::String;

use super::{REASON_BYTES_MAX, Request, shortened, targets};
use crate::irc::event::Stamp;
use crate::irc::id::{ChannelId, SessionId};
use crate::irc::network::{Effects, Event, Intent, Network, Refusal, Relay};
use crate::irc::numeric::{
    ERR_CHANOPRIVSNEEDED, ERR_NOSUCHCHANNEL, ERR_NOTONCHANNEL, ERR_TOOMANYTARGETS,
    ERR_USERNOTINCHANNEL,
};

/// Removing one member by force.
#[derive(Debug)]
pub(crate) struct Kick {
    by: SessionId,
    channel: ChannelId,
    victim: SessionId,
    /// The victim and the channel as the operator wrote them.
    nick: String,
    name: String,
    reason: String,
}

pub(super) fn kick(request: &mut Request<'_>) {
    let name = request.param(0).unwrap_or_default();
    let Some(channel) = request.channel(name) else {
        return;
    };
    let nicks = request.param(1).unwrap_or_default();
    if targets(nicks).count() > KICK_TARGETS_MAX {
        return request.reply(ERR_TOOMANYTARGETS).param(nicks).text();
    }
    let reason = request.param(2).unwrap_or(&request.session.nick);
    let reason = shortened(reason, REASON_BYTES_MAX);
    for nick in targets(nicks) {
        let Some(victim) = request.network.session_by_nick(nick) else {
            request
                .reply(ERR_USERNOTINCHANNEL)
                .params([nick, name])
                .text();
            continue;
        };
        request.act(Event::Kick(Kick {
            by: request.session.id,
            channel: channel.id,
            victim: victim.id,
            nick: nick.into(),
            name: name.into(),
            reason: reason.clone(),
        }));
    }
}

impl Intent for Kick {
    type Change = ();

    fn plan(&self, network: &Network) -> Result<(), Refusal> {
        let Some(channel) = network.channels.find(self.channel) else {
            return Err(network.refusal(self.by, ERR_NOSUCHCHANNEL, [&self.name]));
        };
        let Some(rank) = channel.rank(self.by) else {
            return Err(network.refusal(self.by, ERR_NOTONCHANNEL, [&channel.name]));
        };
        if !rank.operator {
            return Err(network.refusal(self.by, ERR_CHANOPRIVSNEEDED, [&channel.name]));
        }
        if channel.rank(self.victim).is_none() {
            let params = [&*self.nick, &channel.name];
            return Err(network.refusal(self.by, ERR_USERNOTINCHANNEL, params));
        }
        Ok(())
    }

    fn commit(self, (): (), stamp: &Stamp, network: &mut Network, effects: &mut Effects<'_>) {
        let (Some(by), Some(channel), Some(victim)) = (
            network.sessions.find(self.by),
            network.channels.find(self.channel),
            network.sessions.find(self.victim),
        ) else {
            return;
        };
        let relay = Relay::new(stamp, |line| {
            let line = line.source(&by.source).command("KICK").param(&channel.name);
            line.param(&victim.nick).trailing(&self.reason);
        });
        let relay = relay.by(by);
        effects
            .replies
            .lines()
            .extend(relay.encode(by.caps.encoding()));
        network.send_to_channel(self.channel, self.by, &relay, effects.outputs);
        network.remove_member(self.channel, self.victim);
    }
}

/// Most members removed by one KICK.
pub(crate) const KICK_TARGETS_MAX: usize = 4;
