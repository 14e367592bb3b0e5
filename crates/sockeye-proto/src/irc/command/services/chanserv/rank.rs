//! OP, VOICE and their like: prefixes of members, by who has them with the account.

use alloc::format;
use alloc::string::String;

use super::super::super::Request;
use super::{find, parties, refusal, say};
use crate::irc::event::Stamp;
use crate::irc::id::{ChannelId, ClientId};
use crate::irc::network::rank::{Prefix, Rank};
use crate::irc::network::{Effects, Event, Intent, Network, Refusal};

/// Giving a member a prefix, or taking it.
#[derive(Debug)]
pub(crate) struct SetRank {
    by: ClientId,
    channel: ChannelId,
    member: ClientId,
    /// As the client wrote it.
    nick: String,
    add: bool,
    prefix: Prefix,
}

/// Returns what a command does; `None` if it is none of these.
pub(super) fn of_verb(verb: &str) -> Option<(bool, Prefix)> {
    let (add, verb) = match verb.strip_prefix("DE") {
        Some(taken) => (false, taken),
        None => (true, verb),
    };
    let prefix = match verb {
        "OWNER" => Prefix::Founder,
        "PROTECT" => Prefix::Protected,
        "OP" => Prefix::Operator,
        "HALFOP" => Prefix::Halfop,
        "VOICE" => Prefix::Voice,
        _ => return None,
    };
    Some((add, prefix))
}

pub(super) fn set(request: &mut Request<'_>, verb: &str, name: &str, nick: Option<&str>) {
    let (Some((add, prefix)), Some(channel)) = (of_verb(verb), find(request, name)) else {
        return;
    };
    let nick = nick.unwrap_or(&request.client.nick);
    match request.network.client_by_nick(nick) {
        None => say(request, &format!("There is nobody called {nick}.")),
        Some(member) => request.act(Event::SetRank(SetRank {
            by: request.client.id,
            channel: channel.id,
            member: member.id,
            nick: nick.into(),
            add,
            prefix,
        })),
    }
}

impl Intent for SetRank {
    type Change = ();

    fn plan(&self, network: &Network) -> Result<(), Refusal> {
        let (client, channel) = parties(network, self.by, self.channel)?;
        let refused = |text: &str| Err(refusal(self.by, network, text));
        let Some(held) = channel.rank(self.member) else {
            return refused(&format!("{} is not on {}.", self.nick, channel.name));
        };
        let authority = channel.authority(client);
        let is_own = self.member == self.by;
        let may = match self.add {
            true => {
                authority.may_give(self.prefix) || (is_own && authority.is_at_least(self.prefix))
            }
            false => is_own || authority.may_take(self.prefix, held),
        };
        if !may {
            return refused("Your account may not do that there.");
        }
        if held.has(self.prefix) == self.add {
            return refused("That is so already.");
        }
        Ok(())
    }

    fn commit(self, (): (), stamp: &Stamp, network: &mut Network, effects: &mut Effects<'_>) {
        let source = super::super::source(super::NICK, network);
        let change = (self.add, Rank::of([self.prefix]));
        let whom = (self.member, self.channel);
        network.set_ranks(whom, change, &source, stamp, effects);
        let (sign, letter) = (if self.add { '+' } else { '-' }, self.prefix.letter());
        let text = format!("{} has {sign}{letter}.", self.nick);
        super::super::say(
            super::NICK,
            self.by,
            network,
            effects.replies.lines(),
            &text,
        );
    }
}
