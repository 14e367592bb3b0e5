//! REGISTER, UNREGISTER, AMODE and PURGE: whose a channel is, and what accounts are in it.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use super::super::super::Request;
use super::{NOT_FOUNDER, NOT_LOGGED_IN, Wish, find, holder, holder_of, parties, refusal, say};
use crate::irc::deed::Act;
use crate::irc::event::{Holder, Stamp, StoredRegistry};
use crate::irc::id::{AccountId, ChannelId, ClientId};
use crate::irc::network::channel::Channel;
use crate::irc::network::rank::{Prefix, Rank};
use crate::irc::network::registration::KEPT_RANKS_MAX;
use crate::irc::network::{Client, Effects, Event, Intent, Network, Refusal, Relay, Whom};
use crate::irc::power::Power;

/// Changing whose a channel is, or what an account is in it.
#[derive(Debug)]
pub(crate) struct ChangeRegistry {
    pub(crate) by: ClientId,
    pub(crate) channel: ChannelId,
    pub(crate) deed: Deed,
}

/// The ways of changing it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Deed {
    /// The client's account makes it its own.
    Register(Holder),
    /// The client's account takes what it was offered.
    Accept(Holder),
    /// An operator of the network gives it to an account.
    Give(Holder),
    /// It is nobody's any more.
    Free,
    /// An account keeps a rank, or none any more.
    Keep {
        holder: Holder,
        prefix: Option<Prefix>,
    },
    /// There is no such channel any more.
    End,
}

impl Deed {
    /// Returns what the audit log calls it, and whom it is about, where that is kept.
    fn act(&self) -> Option<(Act, Option<&Holder>)> {
        match self {
            Self::Register(holder) => Some((Act::ChannelRegister, Some(holder))),
            Self::Accept(holder) | Self::Give(holder) => Some((Act::ChannelTransfer, Some(holder))),
            Self::Free | Self::End => Some((Act::ChannelDrop, None)),
            Self::Keep { .. } => None,
        }
    }
}

pub(super) fn register(request: &mut Request<'_>, name: &str) {
    let Some(holder) = holder(request) else {
        return;
    };
    if let Some(channel) = find(request, name) {
        act(request, channel, Deed::Register(holder));
    }
}

/// UNREGISTER and PURGE cannot be undone, so they are done by who repeats a code.
pub(super) fn confirmed(request: &mut Request<'_>, name: &str, code: Option<&str>, deed: Deed) {
    let Some(channel) = find(request, name) else {
        return;
    };
    let expected = confirmation(channel, &deed);
    let event = Event::Registry(ChangeRegistry {
        by: request.client.id,
        channel: channel.id,
        deed: deed.clone(),
    });
    if code == Some(&expected) {
        return request.act(event);
    }
    if let Err(refusal) = event.check(request.network) {
        return request.say().push_str(&refusal.0);
    }
    let (verb, what) = match deed {
        Deed::End => ("PURGE", "ends it with all it remembers"),
        _ => (
            "UNREGISTER",
            "frees it, and forgets what accounts get in it",
        ),
    };
    let name = &channel.name;
    let text = format!("{verb} {name} {what}. If you are sure: /CS {verb} {name} {expected}");
    say(request, &text);
}

/// Returns what confirms that this channel is meant, as it is registered now: it keeps from
/// mistakes and is no secret.
fn confirmation(channel: &Channel, deed: &Deed) -> String {
    let since_ms = channel.registration.as_ref().map_or(0, |it| it.since_ms);
    let salt = u64::from(*deed == Deed::End);
    let mixed = [channel.id.0, since_ms, salt]
        .iter()
        .fold(0u64, |sum, part| {
            (sum ^ part)
                .wrapping_mul(0x9e37_79b9_7f4a_7c15)
                .rotate_left(29)
        });
    format!("{:06x}", mixed & 0xff_ffff)
}

pub(super) fn amode(request: &mut Request<'_>, name: &str, change: &str, account: &str) {
    let Some(channel) = find(request, name) else {
        return;
    };
    let (sign, letter) = match change.chars().next() {
        Some(sign @ ('+' | '-')) => (sign, change.trim_start_matches(sign)),
        _ => ('+', change),
    };
    let mut letters = letter.chars();
    let prefix = letters.next().and_then(Prefix::of_letter);
    let (Some(prefix), None) = (prefix, letters.next()) else {
        return say(
            request,
            "That takes one of +q +a +o +h +v, or - and the same.",
        );
    };
    if sign == '+' {
        return super::ask(request, Wish::Keep(channel.id, prefix), account);
    }
    // An account that is gone still has its name here.
    let fold = |name: &str| request.network.settings.casemapping.fold(name);
    let registration = channel.registration.as_ref();
    let kept = registration.and_then(|it| {
        let mut ranks = it.ranks.iter();
        ranks.find(|(_, kept)| kept.prefix == prefix && fold(&kept.name) == fold(account))
    });
    let Some((&account, kept)) = kept else {
        let text = format!("{account} does not get {change} in {}.", channel.name);
        return say(request, &text);
    };
    let holder = Holder {
        account,
        name: kept.name.clone(),
    };
    let prefix = None;
    act(request, channel, Deed::Keep { holder, prefix });
}

pub(super) fn act(request: &mut Request<'_>, channel: &Channel, deed: Deed) {
    let (by, channel) = (request.client.id, channel.id);
    request.act(Event::Registry(ChangeRegistry { by, channel, deed }));
}

impl ChangeRegistry {
    /// Returns it as it is stored.
    pub(crate) fn stored(&self) -> StoredRegistry {
        match &self.deed {
            Deed::Register(holder) | Deed::Accept(holder) | Deed::Give(holder) => {
                StoredRegistry::Belongs(holder.clone())
            }
            Deed::Free => StoredRegistry::Free,
            Deed::Keep { holder, prefix } => StoredRegistry::Rank {
                holder: holder.clone(),
                letter: prefix.map(Prefix::letter),
            },
            Deed::End => StoredRegistry::Ended,
        }
    }

    /// Makes the refusal of what could not be stored.
    pub(crate) fn not_stored(&self, network: &Network, why: &str) -> Refusal {
        let text = format!("Not carried out, because it cannot be stored: {why}");
        refusal(self.by, network, &text)
    }

    /// Returns why it may not happen.
    fn obstacle(&self, client: &Client, channel: &Channel, network: &Network) -> Option<String> {
        let authority = channel.authority(client);
        let is_founder = channel.is_registered_to_account_of(client) || client.may(Power::Channels);
        let own = holder_of(client);
        match &self.deed {
            Deed::Register(holder) => registering(holder, client, channel, network),
            Deed::Accept(holder) if own.as_ref() != Some(holder) => Some(NOT_LOGGED_IN.into()),
            Deed::Accept(holder) => {
                let offered = channel.registration.as_ref();
                let offered = offered.and_then(|it| it.offered.as_ref());
                match offered.map(|it| it.account) == Some(holder.account) {
                    true => too_many(holder.account, network),
                    false => Some(format!("{} was not offered to you.", channel.name)),
                }
            }
            _ if channel.registration.is_none() && self.deed != Deed::End => {
                Some(format!("{} is not registered.", channel.name))
            }
            Deed::End | Deed::Give(_) if !client.may(Power::Channels) => {
                Some("That is for operators of the network.".into())
            }
            Deed::End => None,
            Deed::Give(_) | Deed::Free => (!is_founder).then(|| NOT_FOUNDER.into()),
            Deed::Keep { holder, prefix } => keeping(holder, *prefix, client, channel, authority),
        }
    }
}

/// Why a channel cannot be registered to an account.
fn registering(
    holder: &Holder,
    client: &Client,
    channel: &Channel,
    network: &Network,
) -> Option<String> {
    let name = &channel.name;
    if holder_of(client).as_ref() != Some(holder) {
        return Some(NOT_LOGGED_IN.into());
    }
    if let Some(registration) = &channel.registration {
        let founder = &registration.founder;
        return Some(format!("{name} is registered already, to {founder}."));
    }
    let is_others = channel.founder.is_some_and(|it| it != holder.account);
    if is_others && !client.may(Power::Channels) {
        return Some(format!("{name} was made by another account."));
    }
    if !channel.has_rank(client.id, Prefix::Operator) {
        return Some(format!("You have to be an operator of {name}."));
    }
    too_many(holder.account, network)
}

/// Why an account cannot have one more channel.
fn too_many(account: AccountId, network: &Network) -> Option<String> {
    let count = network.channels.registered_to(account);
    let is_full = count >= network.settings.registered_channels_max as usize;
    is_full.then(|| format!("You have {count} channels, and no account may have more here."))
}

/// Why an account cannot get a rank, or lose the one that it has. Nobody gives what is above the
/// own rank, or takes it from others.
fn keeping(
    holder: &Holder,
    prefix: Option<Prefix>,
    client: &Client,
    channel: &Channel,
    authority: Rank,
) -> Option<String> {
    let registration = channel.registration.as_ref()?;
    let before = registration.ranks.get(&holder.account);
    let gives_up =
        prefix.is_none() && client.account.as_ref().map(|own| own.id) == Some(holder.account);
    let concerned = before.map(|kept| kept.prefix).into_iter().chain(prefix);
    if channel.founder == Some(holder.account) {
        Some(format!("{} is the founder.", holder.name))
    } else if !gives_up
        && !concerned
            .into_iter()
            .all(|prefix| authority.may_give(prefix))
    {
        Some("Your account may not do that there.".into())
    } else if before.map(|kept| kept.prefix) == prefix {
        Some("That is so already.".into())
    } else if before.is_none() && registration.ranks.len() >= KEPT_RANKS_MAX {
        Some(format!(
            "There are {KEPT_RANKS_MAX} accounts, which is as many as there may be."
        ))
    } else {
        None
    }
}

impl Intent for ChangeRegistry {
    type Change = ();

    fn plan(&self, network: &Network) -> Result<(), Refusal> {
        let (client, channel) = parties(network, self.by, self.channel)?;
        match self.obstacle(client, channel, network) {
            Some(text) => Err(refusal(self.by, network, &text)),
            None => Ok(()),
        }
    }

    fn commit(self, (): (), stamp: &Stamp, network: &mut Network, effects: &mut Effects<'_>) {
        let Some(channel) = network.channels.find(self.channel) else {
            return;
        };
        let (name, founder) = (channel.name.clone(), channel.founder);
        let registration = channel.registration.as_ref();
        let kept = |account| registration.and_then(|it| it.ranks.get(&account));
        let kept = match &self.deed {
            Deed::Keep { holder, .. } => kept(holder.account).map(|kept| kept.prefix),
            _ => None,
        };
        if let Some((act, holder)) = self.deed.act() {
            let holder = holder.map(|holder| &*holder.name);
            let whom = Whom::channel(&name, holder);
            network.record_act(act, self.by, whom, effects);
        }
        if self.deed == Deed::End {
            send_everybody_out(self.channel, stamp, network, effects);
        }
        network.change_registry(self.channel, &self.stored(), stamp.wall_ms);
        let source = super::super::source(super::NICK, network);
        let mut change = |account, change| {
            let whom = (account, self.channel);
            network.set_ranks_of_account(whom, change, &source, stamp, effects);
        };
        let text = match &self.deed {
            Deed::Register(holder) | Deed::Accept(holder) | Deed::Give(holder) => {
                if let Some(founder) = founder.filter(|&it| it != holder.account) {
                    change(founder, (false, Rank::of([Prefix::Founder])));
                }
                change(holder.account, (true, Rank::kept(Prefix::Founder)));
                format!("{name} is registered to {}.", holder.name)
            }
            Deed::Free => {
                if let Some(founder) = founder {
                    change(founder, (false, Rank::of([Prefix::Founder])));
                }
                format!("{name} is not registered any more.")
            }
            Deed::End => format!("{name} has ended."),
            Deed::Keep { holder, prefix } => {
                if let Some(kept) = kept {
                    change(holder.account, (false, Rank::kept(kept)));
                }
                match prefix {
                    None => format!("{} gets nothing in {name} any more.", holder.name),
                    Some(prefix) => {
                        change(holder.account, (true, Rank::kept(*prefix)));
                        format!("{} gets +{} in {name}.", holder.name, prefix.letter())
                    }
                }
            }
        };
        super::super::say(
            super::NICK,
            self.by,
            network,
            effects.replies.lines(),
            &text,
        );
    }
}

/// Lets everybody go, as if kicked.
fn send_everybody_out(
    channel: ChannelId,
    stamp: &Stamp,
    network: &mut Network,
    effects: &mut Effects<'_>,
) {
    let Some(ended) = network.channels.find(channel) else {
        return;
    };
    let (members, name): (Vec<ClientId>, _) = (ended.members_by_joining().collect(), &ended.name);
    let name = name.clone();
    let source = super::super::source(super::NICK, network);
    for member in members {
        let Some(client) = network.clients.find(member) else {
            continue;
        };
        let relay = Relay::new(stamp, |line| {
            let line = line.source(&source).command("KICK");
            let line = line.params([&*name, &client.nick]);
            line.trailing("The channel has ended");
        });
        // Each is told of itself only: so are all, and nobody of thousands is told of thousands.
        for session in network.sessions_of(member) {
            effects.say(
                session.id,
                relay.for_client(session.caps).unwrap_or_default(),
            );
        }
        network.remove_member(channel, member);
    }
}
