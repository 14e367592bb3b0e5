//! MODE (Modern IRC, sections MODE message and Channel Modes).

mod announce;
mod auditorium;
mod parse;

pub(crate) use parse::KEY_BYTES_MAX;

use alloc::string::String;
use alloc::vec::Vec;

use auditorium::Shown;

use super::{Asked, Request, user_mode};
use crate::irc::event::{Stamp, StoredMode};
use crate::irc::id::{ChannelId, ClientId};
use crate::irc::message::{PARAMS_MAX, truncated};
use crate::irc::network::channel::Channel;
use crate::irc::network::modes::{Changed, Flag, List};
use crate::irc::network::rank::Prefix;
use crate::irc::network::{Client, Clients, Effects, Event, Intent, Network, Refusal, Replies};
use crate::irc::numeric::{
    ERR_BANLISTFULL, ERR_CHANOPRIVSNEEDED, ERR_INVALIDMODEPARAM, ERR_USERNOTINCHANNEL, Numeric,
    RPL_BANLIST, RPL_CHANNELMODEIS, RPL_CREATIONTIME, RPL_ENDOFBANLIST, RPL_ENDOFEXCEPTLIST,
    RPL_ENDOFINVEXLIST, RPL_EXCEPTLIST, RPL_INVEXLIST,
};

/// Changing the modes of a channel and of its members.
#[derive(Debug)]
pub(crate) struct ChangeModes {
    pub(crate) by: ClientId,
    pub(crate) channel: ChannelId,
    /// The channel as the client wrote it.
    name: String,
    changes: Vec<Change>,
}

#[derive(Debug)]
enum Change {
    /// A mode of the channel.
    Setting(StoredMode),
    /// A prefix of a member; the nick as the client wrote it.
    Rank {
        add: bool,
        prefix: Prefix,
        member: ClientId,
        nick: String,
    },
}

pub(super) fn mode(request: &mut Request<'_>) {
    let target = request.param(0).unwrap_or_default();
    if request.network.channel_by_name(target).is_none() && !target.starts_with('#') {
        return user_mode::user_mode(request, target);
    }
    let Some(channel) = request.channel(target) else {
        return;
    };
    let Some(letters) = request.param(1) else {
        return request.ask(current);
    };
    let changes = parse::changes(request, channel, letters);
    if !changes.is_empty() {
        request.act(Event::Mode(ChangeModes {
            by: request.client.id,
            channel: channel.id,
            name: target.into(),
            changes,
        }));
    }
}

/// Without modes: what they are. The key is for members.
fn current(asked: &Asked<'_>, replies: &mut Replies) {
    let name = asked.param(0).unwrap_or_default();
    let channel = match asked.network.as_viewer(asked.client.id, name) {
        Ok(channel) => channel,
        Err(refusal) => return replies.lines().push_str(&refusal.0),
    };
    let member = channel.rank(asked.client.id).is_some();
    let mut letters = String::from("+");
    let mut values = Vec::new();
    for mode in channel.modes.settings() {
        letters.push(mode.letter);
        let hidden = mode.letter == 'k' && !member;
        values.extend(
            mode.value
                .map(|value| if hidden { "*".into() } else { value }),
        );
    }
    let reply = asked
        .reply(RPL_CHANNELMODEIS, replies)
        .params([&*channel.name, &letters]);
    reply.params(values.iter().map(String::as_str)).end();
    let reply = asked.reply(RPL_CREATIONTIME, replies).param(&channel.name);
    reply.number(channel.created_ms / 1_000).end();
}

/// `MODE #channel b`: who is banned.
fn bans(asked: &Asked<'_>, replies: &mut Replies) {
    show(List::Bans, (RPL_BANLIST, RPL_ENDOFBANLIST), asked, replies);
}

/// `MODE #channel e`: who is excepted.
fn exceptions(asked: &Asked<'_>, replies: &mut Replies) {
    let numerics = (RPL_EXCEPTLIST, RPL_ENDOFEXCEPTLIST);
    show(List::Exceptions, numerics, asked, replies);
}

/// `MODE #channel I`: who needs no invitation.
fn invitations(asked: &Asked<'_>, replies: &mut Replies) {
    let numerics = (RPL_INVEXLIST, RPL_ENDOFINVEXLIST);
    show(List::Invitations, numerics, asked, replies);
}

fn show(list: List, (entry_is, end): (Numeric, Numeric), asked: &Asked<'_>, replies: &mut Replies) {
    let name = asked.param(0).unwrap_or_default();
    let channel = match asked.network.as_viewer(asked.client.id, name) {
        Ok(channel) => channel,
        Err(refusal) => return replies.lines().push_str(&refusal.0),
    };
    for entry in channel.modes.list(list) {
        let reply = asked.reply(entry_is, replies);
        reply
            .params([&*channel.name, &entry.mask, &entry.by])
            .number(entry.set_ms / 1_000)
            .end();
    }
    asked.reply(end, replies).param(&channel.name).text();
}

/// Returns the lowest prefix that changes a mode of the channel: halfops moderate, operators
/// decide what the channel is.
fn least(letter: char) -> Prefix {
    let moderates = matches!(
        Flag::of_letter(letter),
        Some(Flag::InviteOnly | Flag::Moderated)
    );
    match moderates || List::of_letter(letter).is_some() {
        true => Prefix::Halfop,
        false => Prefix::Operator,
    }
}

impl ChangeModes {
    /// Returns what of it is stored: all but the ranks of members, who do not outlive a restart.
    pub(crate) fn stored(&self) -> Vec<StoredMode> {
        let stored = self.changes.iter().filter_map(|change| match change {
            Change::Setting(mode) => Some(mode.clone()),
            Change::Rank { .. } => None,
        });
        stored.collect()
    }
}

impl Intent for ChangeModes {
    type Change = ();

    /// What is stored must be carried out whole, so a mode that the client may not change refuses
    /// all of it; what it may not do to members is refused one by one.
    fn plan(&self, network: &Network) -> Result<(), Refusal> {
        let (channel, _) = network.as_member(self.by, self.channel, &self.name)?;
        let needed = self.changes.iter().map(|change| match change {
            Change::Setting(mode) => Some(least(mode.letter)),
            // Everybody may give up what they have.
            Change::Rank { add, member, .. } if !add && *member == self.by => None,
            Change::Rank { .. } => Some(Prefix::Halfop),
        });
        if let Some(least) = needed.max().flatten() {
            network.as_ranked(self.by, self.channel, &self.name, least)?;
        }
        let forwards = self.changes.iter().filter_map(|change| match change {
            Change::Setting(mode) if mode.letter == 'f' => mode.value.as_deref(),
            _ => None,
        });
        for name in forwards {
            forwarding(network, self.by, channel, name)?;
        }
        Ok(())
    }

    fn commit(self, (): (), stamp: &Stamp, network: &mut Network, effects: &mut Effects<'_>) {
        let (clients, settings) = (&network.clients, &network.settings);
        let (Some(by), Some(channel)) = (
            clients.find(self.by),
            network.channels.find_mut(self.channel),
        ) else {
            return;
        };
        let shown = Shown::before(&self.changes, channel);
        let mut done = Vec::new();
        let mut ranked = Vec::new();
        for change in self.changes {
            if let Change::Rank { member, .. } = &change {
                ranked.push(*member);
            }
            match change.carry_out(channel, clients, by, stamp.wall_ms) {
                Ok(mode) => done.extend(mode),
                Err(refused) => refused.say(effects.replies.lines(), &settings.server, &by.nick),
            }
        }
        let relays = announce::relays(&done, by, &channel.name, stamp);
        let (appear, vanish) = (shown.changed(true, channel), shown.changed(false, channel));
        auditorium::show(&appear, true, self.channel, stamp, network, effects.outputs);
        for relay in relays {
            effects.echo(&relay, network);
            let own = effects.replies.to();
            network.send_to_channel(self.channel, own, &relay, effects.outputs);
        }
        auditorium::show(
            &vanish,
            false,
            self.channel,
            stamp,
            network,
            effects.outputs,
        );
        for member in ranked {
            network.touch(member);
        }
    }
}

/// Returns the channel to which another one may send people: it takes an operator there, too.
///
/// # Errors
/// 696 if there is none, 482 if `by` is no operator of it.
fn forwarding<'a>(
    network: &'a Network,
    by: ClientId,
    channel: &Channel,
    name: &str,
) -> Result<&'a Channel, Refusal> {
    let target = network.channel_by_name(name);
    match target.filter(|target| target.id != channel.id) {
        None => {
            let mut lines = String::new();
            let reply = network.reply(by, ERR_INVALIDMODEPARAM, &mut lines);
            let reply = reply.params([&*channel.name, "f", truncated(name, ENTRY_BYTES_MAX)]);
            reply.trailing("There is no such other channel");
            Err(Refusal(lines))
        }
        Some(target) if !target.has_rank(by, Prefix::Operator) => {
            Err(network.refusal(by, ERR_CHANOPRIVSNEEDED, [&target.name]))
        }
        Some(target) => Ok(target),
    }
}

/// Why one of the changes is not carried out.
struct Refused {
    numeric: Numeric,
    params: Vec<String>,
    text: &'static str,
}

impl Refused {
    fn new<const N: usize>(numeric: Numeric, params: [&str; N]) -> Self {
        Self {
            numeric,
            params: params.map(String::from).into(),
            text: numeric.text,
        }
    }

    fn say(&self, lines: &mut String, server: &str, nick: &str) {
        let reply = self.numeric.to(lines, server, nick);
        let params = self.params.iter().map(String::as_str);
        reply.params(params).trailing(self.text);
    }
}

impl Change {
    /// Changes the channel and returns the change as others are to see it, unless all was so
    /// already.
    fn carry_out(
        self,
        channel: &mut Channel,
        clients: &Clients,
        by: &Client,
        wall_ms: u64,
    ) -> Result<Option<StoredMode>, Refused> {
        match self {
            Self::Setting(mode) => set(mode, channel, &by.source, wall_ms),
            Self::Rank {
                add,
                prefix,
                member,
                nick,
            } => {
                let Some(held) = channel.rank(member) else {
                    let params = [&*nick, &channel.name];
                    return Err(Refused::new(ERR_USERNOTINCHANNEL, params));
                };
                let own = channel.rank(by.id).unwrap_or_default();
                let may = match add {
                    true => own.may_give(prefix),
                    false => member == by.id || own.may_take(prefix, held),
                };
                if !may {
                    return Err(Refused {
                        text: match prefix.given_by() {
                            Prefix::Founder => "You're not channel founder",
                            _ if own.may_give(prefix) => "They have a higher rank than you",
                            _ => ERR_CHANOPRIVSNEEDED.text,
                        },
                        ..Refused::new(ERR_CHANOPRIVSNEEDED, [&channel.name])
                    });
                }
                let value = clients.find(member).map(|member| member.nick.clone());
                let (changed, letter) = (channel.set_rank(member, prefix, add), prefix.letter());
                Ok(changed.then_some(StoredMode { add, letter, value }))
            }
        }
    }
}

fn set(
    mut mode: StoredMode,
    channel: &mut Channel,
    by: &str,
    wall_ms: u64,
) -> Result<Option<StoredMode>, Refused> {
    let key = channel.modes.key.clone();
    match channel.modes.change(&mode, by, wall_ms) {
        Changed::No => Ok(None),
        Changed::Full => {
            let letter = String::from(mode.letter);
            let params = [&*channel.name, &letter];
            Err(Refused::new(ERR_BANLISTFULL, params))
        }
        Changed::Yes => {
            if mode.letter == 'k' && !mode.add {
                mode.value = key;
            }
            Ok(Some(mode))
        }
    }
}

/// Longest entry of a list as given, bytes: longer than the longest source.
const ENTRY_BYTES_MAX: usize = 128;

/// Most changes of one MODE: its parameters less the channel and the letters.
pub(crate) const MODES_MAX: usize = PARAMS_MAX - 2;
