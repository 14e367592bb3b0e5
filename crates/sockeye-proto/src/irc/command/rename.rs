//! RENAME (IRCv3 draft/channel-rename): another name for a channel that stays the same otherwise.

use alloc::string::String;
use alloc::vec::Vec;

use super::{REASON_BYTES_MAX, Request, join, names, shortened, topic};
use crate::irc::caps::Caps;
use crate::irc::deed::Act;
use crate::irc::event::Stamp;
use crate::irc::id::{ChannelId, ClientId, SessionId};
use crate::irc::lookalike;
use crate::irc::message::Line;
use crate::irc::network::channel::Channel;
use crate::irc::network::rank::Prefix;
use crate::irc::network::{Effects, Event, Intent, Network, Refusal, Relay, Session, Whom};
use crate::irc::numeric::{ERR_CHANOPRIVSNEEDED, Severity, standard_reply};

/// Giving a channel another name.
#[derive(Debug)]
pub(crate) struct Rename {
    pub(crate) by: ClientId,
    pub(crate) channel: ChannelId,
    /// The old name as the client wrote it.
    shown: String,
    /// The new one.
    pub(crate) name: String,
    folded: String,
    pub(crate) reason: String,
}

pub(super) fn rename(request: &mut Request<'_>) {
    let (old, name) = (request.param(0), request.param(1));
    let (old, name) = (old.unwrap_or_default(), name.unwrap_or_default());
    let Some(channel) = request.channel(old) else {
        return;
    };
    let mapping = &request.network.settings.casemapping;
    let Some(folded) = mapping.fold(name).filter(|_| mapping.is_channel(name)) else {
        let why = "There is no channel of such a name";
        let lines = fail(request.network, "CANNOT_RENAME", [old, name], why);
        return request.lines().push_str(&lines);
    };
    let reason = request.message.param(2).unwrap_or_default();
    request.act(Event::Rename(Rename {
        by: request.client.id,
        channel: channel.id,
        shown: old.into(),
        name: name.into(),
        folded,
        reason: shortened(reason, REASON_BYTES_MAX),
    }));
}

fn fail(network: &Network, code: &str, names: [&str; 2], text: &str) -> String {
    let mut lines = String::new();
    let (line, server) = (Line::new(&mut lines), &network.settings.server);
    standard_reply(line, Severity::Fail, server, ("RENAME", code), &names, text);
    lines
}

impl Intent for Rename {
    type Change = ();

    fn plan(&self, network: &Network) -> Result<(), Refusal> {
        let (channel, rank) = network.as_member(self.by, self.channel, &self.shown)?;
        if !rank.is_at_least(Prefix::Operator) {
            return Err(network.refusal(self.by, ERR_CHANOPRIVSNEEDED, [&channel.name]));
        }
        let refused = |code, text| {
            Err(Refusal(fail(
                network,
                code,
                [&self.shown, &self.name],
                text,
            )))
        };
        match network.channels.by_folded_name(&self.folded) {
            Some(other) if other.id != self.channel => {
                return refused("CHANNEL_NAME_IN_USE", "The channel name is already taken");
            }
            Some(same) if same.name == self.name => {
                return refused("CANNOT_RENAME", "The channel is called so");
            }
            // Only the case changes: nobody has to leave and come again.
            Some(_) => return Ok(()),
            None => {}
        }
        let looks = lookalike::looks(&self.name, &self.folded);
        if network
            .channels
            .by_look(&looks, Some(self.channel))
            .is_some()
        {
            return refused("CANNOT_RENAME", join::CHANNEL_ALIKE);
        }
        if without_rename(channel, network)
            .nth(FALLBACKS_MAX)
            .is_some()
        {
            let text = "Too many members would have to leave and come again";
            return refused("CANNOT_RENAME", text);
        }
        Ok(())
    }

    fn commit(self, (): (), stamp: &Stamp, network: &mut Network, effects: &mut Effects<'_>) {
        let Some(channel) = network.channels.find(self.channel) else {
            return;
        };
        let old = channel.name.clone();
        let leave: Vec<SessionId> = without_rename(channel, network)
            .map(|session| session.id)
            .collect();
        let Some(folded) = network.rename_channel(self.channel, self.name, self.folded) else {
            return;
        };
        let (Some(by), Some(channel)) = (
            network.clients.find(self.by),
            network.channels.find(self.channel),
        ) else {
            return;
        };
        let relay = Relay::new(stamp, |line| {
            let line = line.source(&by.source).command("RENAME");
            let line = line.params([&*old, &channel.name]);
            line.trailing(&self.reason);
        });
        let relay = relay.by(by).needs(Caps::CHANNEL_RENAME);
        let detail = ["to ", &channel.name, ": ", &self.reason].concat();
        let target = Whom::other(&old, &detail);
        network.record_act(Act::ChannelRename, self.by, target, effects);
        effects.echo(&relay, network);
        let own = effects.replies.to();
        network.send_to_channel(self.channel, own, &relay, effects.outputs);
        let is_same_name = network
            .settings
            .casemapping
            .fold(&old)
            .is_some_and(|old| old == folded);
        if is_same_name {
            return;
        }
        for session in leave {
            let lines = again(session, self.channel, (&old, &self.reason), stamp, network);
            effects.say(session, lines);
        }
    }
}

/// Returns the sessions of members that do not know RENAME.
fn without_rename<'a>(
    channel: &'a Channel,
    network: &'a Network,
) -> impl Iterator<Item = &'a Session> {
    let members = channel.members.keys();
    let sessions = members.flat_map(|&member| network.sessions_of(member));
    sessions.filter(|session| !session.caps.has(Caps::CHANNEL_RENAME))
}

/// Writes a leaving and a coming for a session that does not know RENAME.
fn again(
    id: SessionId,
    channel: ChannelId,
    (old, reason): (&str, &str),
    stamp: &Stamp,
    network: &Network,
) -> String {
    let mut lines = String::new();
    let (Some(session), Some(client), Some(renamed)) = (
        network.sessions.find(id),
        network.client_of(id),
        network.channels.find(channel),
    ) else {
        return lines;
    };
    let left = Relay::new(stamp, |line| {
        let line = line.source(&client.source).command("PART").param(old);
        match reason {
            "" => line.end(),
            reason => line.trailing(reason),
        }
    });
    let left = left.by(client);
    let came = join::news(client, &renamed.name, stamp);
    for relay in [left, came] {
        lines.extend(relay.for_client(session.caps));
    }
    topic::show(client.id, channel, network, &mut lines);
    join::show_read_mark(session, channel, network, &mut lines);
    names::show(session, channel, network, &mut lines);
    lines
}

/// Most sessions that may have to leave and come again: each is sent all names.
const FALLBACKS_MAX: usize = 200;
