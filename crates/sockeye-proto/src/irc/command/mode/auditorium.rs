//! Members of an auditorium who appear to the others, or vanish, because a prefix is given or taken.

use alloc::collections::BTreeMap;
use alloc::vec::Vec;

use super::Change;
use crate::irc::command::{join, part};
use crate::irc::event::Stamp;
use crate::irc::id::{ChannelId, ClientId};
use crate::irc::input::Output;
use crate::irc::network::Network;
use crate::irc::network::channel::Channel;
use crate::irc::network::modes::Flag;
use crate::irc::network::rank::Prefix;

/// Who of the members concerned was shown to all before.
#[derive(Debug, Default)]
pub(super) struct Shown(BTreeMap<ClientId, bool>);

impl Shown {
    /// Looks at those whose prefixes are about to change.
    pub(super) fn before(changes: &[Change], channel: &Channel) -> Self {
        if !channel.modes.has(Flag::Auditorium) {
            return Self::default();
        }
        let members = changes.iter().filter_map(|change| match change {
            Change::Rank { member, .. } => Some(*member),
            Change::Setting(_) => None,
        });
        let members = members.filter(|&member| channel.rank(member).is_some());
        Self(
            members
                .map(|member| (member, channel.has_rank(member, Prefix::Voice)))
                .collect(),
        )
    }

    /// Returns those who now are shown and were not, or the other way round.
    pub(super) fn changed(&self, to: bool, channel: &Channel) -> Vec<ClientId> {
        let changed = self
            .0
            .iter()
            .filter(|&(&member, &was)| was != to && channel.has_rank(member, Prefix::Voice) == to);
        changed.map(|(&member, _)| member).collect()
    }
}

/// Lets members appear as if they joined now, or vanish as if they parted.
pub(super) fn show(
    members: &[ClientId],
    appear: bool,
    channel: ChannelId,
    stamp: &Stamp,
    network: &Network,
    outputs: &mut Vec<Output>,
) {
    let Some(channel) = network.channels.find(channel) else {
        return;
    };
    for client in members.iter().filter_map(|&id| network.clients.find(id)) {
        let relay = match appear {
            true => join::news(client, &channel.name, stamp),
            false => part::news(client, &channel.name, None, stamp),
        };
        network.send_to_audience(channel.id, client.id, &relay, outputs);
    }
}
