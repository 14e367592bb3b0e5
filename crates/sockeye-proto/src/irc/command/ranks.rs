//! Prefixes that members get and lose otherwise than by MODE: with their account, and by ChanServ.

use alloc::string::String;
use alloc::vec::Vec;

use super::{join, part};
use crate::irc::event::Stamp;
use crate::irc::id::{AccountId, ChannelId, ClientId};
use crate::irc::network::channel::Channel;
use crate::irc::network::modes::Flag;
use crate::irc::network::rank::{Prefix, Rank};
use crate::irc::network::{Client, Effects, Network, Relay};

impl Network {
    /// Gives a member the prefixes that it would have got by joining with its account, and tells all.
    pub(crate) fn grant(
        &mut self,
        id: ClientId,
        channel: ChannelId,
        stamp: &Stamp,
        effects: &mut Effects<'_>,
    ) {
        let (Some(client), Some(joined)) = (self.clients.find(id), self.channels.find(channel))
        else {
            return;
        };
        let rank = join::rank_on_joining(client, joined);
        let server = self.settings.server.clone();
        self.set_ranks((id, channel), (true, rank), &server, stamp, effects);
    }

    /// Gives a member prefixes, or takes them, in the name of `source`, and tells all. In an
    /// auditorium it may appear to the others by that, or vanish.
    pub(crate) fn set_ranks(
        &mut self,
        (id, channel): (ClientId, ChannelId),
        (add, mut rank): (bool, Rank),
        source: &str,
        stamp: &Stamp,
        effects: &mut Effects<'_>,
    ) {
        let (Some(client), Some(joined)) = (self.clients.find(id), self.channels.find_mut(channel))
        else {
            return;
        };
        let was_shown = joined.has_rank(id, Prefix::Voice);
        for prefix in Prefix::ALL {
            if rank.has(prefix) && !joined.set_rank(id, prefix, add) {
                rank.set(prefix, false);
            }
        }
        let joined = &*joined;
        let Some(relay) = news(client, joined, (add, rank), source, stamp) else {
            return;
        };
        let is_auditorium = joined.modes.has(Flag::Auditorium);
        let is_shown = joined.has_rank(id, Prefix::Voice);
        let appears = (is_auditorium && is_shown && !was_shown)
            .then(|| join::news(client, &joined.name, stamp));
        let vanishes = (is_auditorium && was_shown && !is_shown)
            .then(|| part::news(client, &joined.name, None, stamp));
        if let Some(appears) = appears {
            self.send_to_audience(channel, id, &appears, effects.outputs);
        }
        self.send_news(channel, &relay, effects);
        if let Some(vanishes) = vanishes {
            self.send_to_audience(channel, id, &vanishes, effects.outputs);
        }
        self.touch(id);
    }

    /// The same for all members that are logged in to an account.
    pub(crate) fn set_ranks_of_account(
        &mut self,
        (account, channel): (AccountId, ChannelId),
        change: (bool, Rank),
        source: &str,
        stamp: &Stamp,
        effects: &mut Effects<'_>,
    ) {
        let clients = self.clients.of_account(account);
        let clients: Vec<ClientId> = clients.map(|client| client.id).collect();
        for id in clients {
            self.set_ranks((id, channel), change, source, stamp, effects);
        }
    }

    /// Tells the members of a channel what a service has done there; whose command it was, who need
    /// not be a member, among the replies.
    fn send_news(&mut self, channel: ChannelId, relay: &Relay<'_>, effects: &mut Effects<'_>) {
        let own = self.client_of(effects.replies.to()).map(|client| client.id);
        let joined = self.channels.find(channel);
        if joined
            .zip(own)
            .is_some_and(|(it, own)| it.rank(own).is_some())
        {
            effects.echo(relay, self);
        }
        self.send_to_channel(channel, effects.replies.to(), relay, effects.outputs);
    }
}

/// Makes what the members of a channel are told of prefixes that one gets or loses otherwise than
/// by a member's MODE; `None` if those are none.
pub(super) fn news<'a>(
    client: &Client,
    channel: &Channel,
    (add, rank): (bool, Rank),
    source: &str,
    stamp: &'a Stamp,
) -> Option<Relay<'a>> {
    let held = Prefix::ALL.into_iter().filter(|&prefix| rank.has(prefix));
    let letters: String = held.map(Prefix::letter).collect();
    let sign = if add { "+" } else { "-" };
    (!letters.is_empty()).then(|| {
        Relay::new(stamp, |line| {
            let line = line.source(source).command("MODE");
            let line = line.params([&*channel.name, &[sign, &letters].concat()]);
            line.params(letters.chars().map(|_| &*client.nick)).end();
        })
    })
}
