//! CLEAR: everybody out of a channel, or out of what it remembers.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use super::super::super::{REASON_BYTES_MAX, Request, shortened};
use super::registry::{self, Deed};
use super::{NOT_FOUNDER, find, say};
use crate::irc::event::{Holder, Stamp};
use crate::irc::id::{AccountId, ChannelId, ClientId};
use crate::irc::network::channel::Channel;
use crate::irc::network::{Client, Effects, Event, Intent, Network, Refusal, Relay};
use crate::irc::power::Power;

/// Sending one member out, in the name of ChanServ.
#[derive(Debug)]
pub(crate) struct ClearMember {
    pub(crate) by: ClientId,
    pub(crate) channel: ChannelId,
    pub(crate) victim: ClientId,
    pub(crate) reason: String,
}

pub(super) fn clear(request: &mut Request<'_>, name: &str, what: &str, reason: &[&str]) {
    let Some(channel) = find(request, name) else {
        return;
    };
    if !may(request.client, channel) {
        return say(request, NOT_FOUNDER);
    }
    match what.to_ascii_uppercase().as_str() {
        "USERS" => members(request, channel, &reason.join(" ")),
        "AMODES" | "ACCESS" => ranks(request, channel),
        _ => say(request, "CLEAR takes USERS and AMODES."),
    }
}

fn may(client: &Client, channel: &Channel) -> bool {
    channel.is_registered_to_account_of(client) || client.may(Power::Channels)
}

/// All but the other devices of who asks.
fn members(request: &mut Request<'_>, channel: &Channel, reason: &str) {
    let by = request.client;
    let reason = match reason {
        "" => format!("CLEAR by {}", by.nick),
        reason => shortened(reason, REASON_BYTES_MAX),
    };
    let own = by.account.as_ref().map(|account| account.id);
    let clients = channel.members_by_joining();
    let clients = clients.filter_map(|id| request.network.clients.find(id));
    let is_other = |client: &&Client| {
        let account = client.account.as_ref().map(|account| account.id);
        client.id != by.id && (account.is_none() || account != own)
    };
    let others = clients.filter(is_other).map(|client| client.id);
    let victims: Vec<ClientId> = others.take(MEMBERS_MAX).collect();
    let count = victims.len();
    for victim in victims {
        request.act(Event::ClearMember(ClearMember {
            by: by.id,
            channel: channel.id,
            victim,
            reason: reason.clone(),
        }));
    }
    let more = match count == MEMBERS_MAX {
        true => " Once more for the rest.",
        false => "",
    };
    let text = format!("{count} had to leave {}.{more}", channel.name);
    say(request, &text);
}

fn ranks(request: &mut Request<'_>, channel: &Channel) {
    let registration = channel.registration.as_ref();
    let all = registration.into_iter().flat_map(|it| &it.ranks);
    let all: Vec<Holder> = all
        .map(|(&account, kept)| {
            let name = kept.name.clone();
            Holder { account, name }
        })
        .collect();
    if all.is_empty() {
        let text = format!("No account gets anything in {}.", channel.name);
        return say(request, &text);
    }
    for holder in all {
        let prefix = None;
        registry::act(request, channel, Deed::Keep { holder, prefix });
    }
}

impl Intent for ClearMember {
    type Change = ();

    /// Who has gone meanwhile needs not be sent, and nobody is told so.
    fn plan(&self, network: &Network) -> Result<(), Refusal> {
        let channel = network.channels.find(self.channel);
        let by = network.clients.find(self.by);
        let is_there = channel
            .zip(by)
            .is_some_and(|(channel, by)| may(by, channel) && channel.rank(self.victim).is_some());
        match is_there {
            true => Ok(()),
            false => Err(Refusal(String::new())),
        }
    }

    fn commit(self, (): (), stamp: &Stamp, network: &mut Network, effects: &mut Effects<'_>) {
        let (Some(channel), Some(victim)) = (
            network.channels.find(self.channel),
            network.clients.find(self.victim),
        ) else {
            return;
        };
        let source = super::super::source(super::NICK, network);
        let relay = Relay::new(stamp, |line| {
            let line = line.source(&source).command("KICK");
            let line = line.params([&*channel.name, &victim.nick]);
            line.trailing(&self.reason);
        });
        if channel.rank(self.by).is_some() && channel.shows(self.victim, self.by) {
            effects.echo(&relay, network);
        }
        let own = effects.replies.to();
        network.send_to_viewers(self.channel, self.victim, own, &relay, effects.outputs);
        network.remove_member(self.channel, self.victim);
    }
}

impl Channel {
    /// Returns whether a client is logged in to the account that the channel is registered to.
    pub(super) fn is_registered_to_account_of(&self, client: &Client) -> bool {
        let account = client.account.as_ref().map(|account| account.id);
        account.is_some_and(|account: AccountId| self.is_registered_to(account))
    }
}

/// Most members of one CLEAR: each is a line to all who stay.
const MEMBERS_MAX: usize = 200;
