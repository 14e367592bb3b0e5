//! KICK (Modern IRC, section KICK message).

use alloc::string::String;

use super::{REASON_BYTES_MAX, Request, shortened, targets};
use crate::irc::event::Stamp;
use crate::irc::id::{ChannelId, SessionId};
use crate::irc::network::rank::Prefix;
use crate::irc::network::{Effects, Event, Intent, Network, Refusal, Relay};
use crate::irc::numeric::{ERR_CHANOPRIVSNEEDED, ERR_TOOMANYTARGETS, ERR_USERNOTINCHANNEL};

/// Removing one member by force.
#[derive(Debug)]
pub(crate) struct Kick {
    pub(crate) by: SessionId,
    pub(crate) channel: ChannelId,
    pub(crate) victim: SessionId,
    /// The victim and the channel as the operator wrote them.
    nick: String,
    name: String,
    pub(crate) reason: String,
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
        let (channel, victim) = (self.channel, self.victim);
        network.send_to_viewers(channel, victim, self.by, &relay, effects.outputs);
        network.remove_member(self.channel, self.victim);
    }
}

/// Most members removed by one KICK.
pub(crate) const KICK_TARGETS_MAX: usize = 4;
