//! INVITE (Modern IRC, section INVITE message).

use alloc::string::String;

use super::Request;
use crate::irc::caps::Caps;
use crate::irc::event::Stamp;
use crate::irc::id::{ChannelId, ClientId};
use crate::irc::network::Replies;
use crate::irc::network::modes::Flag;
use crate::irc::network::rank::Prefix;
use crate::irc::network::{Effects, Event, Intent, Network, Refusal, Relay};
use crate::irc::numeric::{
    ERR_CHANOPRIVSNEEDED, ERR_NEEDMOREPARAMS, ERR_NOSUCHNICK, ERR_USERONCHANNEL, RPL_AWAY,
    RPL_ENDOFINVITELIST, RPL_INVITELIST, RPL_INVITING,
};

/// Inviting one client to one channel.
#[derive(Debug)]
pub(crate) struct Invite {
    by: ClientId,
    channel: ChannelId,
    guest: ClientId,
    /// The guest and the channel as the member wrote them.
    nick: String,
    name: String,
}

pub(super) fn invite(request: &mut Request<'_>) {
    if request.message.params.is_empty() {
        return request.ask(invitations);
    }
    let (Some(nick), Some(name)) = (request.param(0), request.param(1)) else {
        return request.reply(ERR_NEEDMOREPARAMS).param("INVITE").text();
    };
    let Some(channel) = request.channel(name) else {
        return;
    };
    let Some(guest) = request.network.client_by_nick(nick) else {
        return request.reply(ERR_NOSUCHNICK).param(nick).text();
    };
    request.act(Event::Invite(Invite {
        by: request.client.id,
        channel: channel.id,
        guest: guest.id,
        nick: nick.into(),
        name: name.into(),
    }));
}

/// Without parameters: where the client has been invited to.
fn invitations(asked: &super::Asked<'_>, replies: &mut Replies) {
    let network = asked.network;
    for channel in asked
        .client
        .invites
        .iter()
        .filter_map(|&id| network.channels.find(id))
    {
        asked
            .reply(RPL_INVITELIST, replies)
            .param(&channel.name)
            .end();
    }
    asked.reply(RPL_ENDOFINVITELIST, replies).text();
}

impl Intent for Invite {
    type Change = ();

    fn plan(&self, network: &Network) -> Result<(), Refusal> {
        let (channel, rank) = network.as_member(self.by, self.channel, &self.name)?;
        if channel.modes.has(Flag::InviteOnly) && !rank.is_at_least(Prefix::Halfop) {
            return Err(network.refusal(self.by, ERR_CHANOPRIVSNEEDED, [&channel.name]));
        }
        if network.clients.find(self.guest).is_none() {
            return Err(network.refusal(self.by, ERR_NOSUCHNICK, [&self.nick]));
        }
        if channel.rank(self.guest).is_some() {
            let params = [&*self.nick, &channel.name];
            return Err(network.refusal(self.by, ERR_USERONCHANNEL, params));
        }
        Ok(())
    }

    fn commit(self, (): (), stamp: &Stamp, network: &mut Network, effects: &mut Effects<'_>) {
        if let Some(guest) = network.clients.find_mut(self.guest) {
            guest.invites.retain(|&invited| invited != self.channel);
            if guest.invites.len() >= INVITES_MAX {
                guest.invites.remove(0);
            }
            guest.invites.push(self.channel);
        }
        let (Some(by), Some(channel), Some(guest)) = (
            network.clients.find(self.by),
            network.channels.find(self.channel),
            network.clients.find(self.guest),
        ) else {
            return;
        };
        let relay = Relay::new(stamp, |line| {
            let line = line.source(&by.source).command("INVITE").param(&guest.nick);
            line.param(&channel.name).end();
        });
        let relay = relay.by(by);
        network.send_to_client(self.guest, &relay, effects.outputs);
        let news = relay.needs(Caps::INVITE_NOTIFY);
        let lines = effects.replies.lines();
        network
            .reply(by.id, RPL_INVITING, lines)
            .params([&*guest.nick, &channel.name])
            .end();
        if let Some(reason) = &guest.away {
            network
                .reply(by.id, RPL_AWAY, lines)
                .param(&guest.nick)
                .trailing(reason);
        }
        network.send_to_channel(self.channel, effects.replies.to(), &news, effects.outputs);
    }
}

/// Most invitations that a client holds; the oldest is forgotten for a new one.
const INVITES_MAX: usize = 32;
