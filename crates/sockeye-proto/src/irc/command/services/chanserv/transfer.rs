//! TRANSFER: a channel goes to another account, which has to accept it.

use alloc::format;
use alloc::string::String;

use super::super::super::Request;
use super::registry::{self, ChangeRegistry, Deed};
use super::{NOT_FOUNDER, Wish, find, holder, parties, refusal};
use crate::irc::event::{Holder, Stamp};
use crate::irc::id::{ChannelId, ClientId};
use crate::irc::network::{Effects, Event, Intent, Network, Refusal};
use crate::irc::power::Power;

/// Offering a channel to an account, or taking that back.
#[derive(Debug)]
pub(crate) struct Offer {
    by: ClientId,
    channel: ChannelId,
    to: Option<Holder>,
}

pub(super) fn offer(request: &mut Request<'_>, name: &str, account: &str) {
    if let Some(channel) = find(request, name) {
        super::ask(request, Wish::Transfer(channel.id), account);
    }
}

/// Founders offer; an operator of the network gives, since a founder may be gone.
pub(super) fn event(by: ClientId, channel: ChannelId, holder: Holder, network: &Network) -> Event {
    match network
        .clients
        .find(by)
        .is_some_and(|by| by.may(Power::Channels))
    {
        true => {
            let deed = Deed::Give(holder);
            Event::Registry(ChangeRegistry { by, channel, deed })
        }
        false => {
            let to = Some(holder);
            Event::Offer(Offer { by, channel, to })
        }
    }
}

pub(super) fn accept(request: &mut Request<'_>, name: &str) {
    let Some(holder) = holder(request) else {
        return;
    };
    // Who is offered a hidden channel may know of it.
    let offered = request.network.channel_by_name(name).filter(|channel| {
        let registration = channel.registration.as_ref();
        registration.and_then(|it| it.offered.as_ref()) == Some(&holder)
    });
    if let Some(channel) = offered.or_else(|| find(request, name)) {
        registry::act(request, channel, Deed::Accept(holder));
    }
}

pub(super) fn cancel(request: &mut Request<'_>, name: &str) {
    if let Some(channel) = find(request, name) {
        request.act(Event::Offer(Offer {
            by: request.client.id,
            channel: channel.id,
            to: None,
        }));
    }
}

impl Intent for Offer {
    type Change = ();

    fn plan(&self, network: &Network) -> Result<(), Refusal> {
        let (client, channel) = parties(network, self.by, self.channel)?;
        let refused = |text: &str| Err(refusal(self.by, network, text));
        let is_founder = channel.is_registered_to_account_of(client);
        let registration = channel.registration.as_ref();
        let Some(registration) = registration else {
            return refused(&format!("{} is not registered.", channel.name));
        };
        if !is_founder && !client.may(Power::Channels) {
            return refused(NOT_FOUNDER);
        }
        match &self.to {
            Some(holder) if channel.founder == Some(holder.account) => {
                refused(&format!("{} is the founder.", holder.name))
            }
            None if registration.offered.is_none() => {
                refused(&format!("{} is offered to nobody.", channel.name))
            }
            _ => Ok(()),
        }
    }

    fn commit(self, (): (), _stamp: &Stamp, network: &mut Network, effects: &mut Effects<'_>) {
        let by = network.clients.find(self.by);
        let by = by.map_or_else(String::new, |by| by.nick.clone());
        let Some(channel) = network.channels.find_mut(self.channel) else {
            return;
        };
        let name = channel.name.clone();
        if let Some(registration) = &mut channel.registration {
            registration.offered.clone_from(&self.to);
        }
        let text = match &self.to {
            None => format!("{name} is offered to nobody any more."),
            Some(holder) => {
                let text = format!("{by} wants to give you {name}: /CS TRANSFER ACCEPT {name}");
                for client in network.clients.of_account(holder.account) {
                    let mut lines = String::new();
                    super::super::say(super::NICK, client.id, network, &mut lines, &text);
                    for &session in &client.sessions {
                        effects.say(session, lines.clone());
                    }
                }
                let name_to = &holder.name;
                format!("{name} is offered to {name_to}, who says /CS TRANSFER ACCEPT {name}")
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
