//! What the hub sees of the clients on the network, and says to its operators.

use core::fmt;

use super::Pipeline;
use crate::irc::event::Stamp;
use crate::irc::id::{AccountId, SessionId};
use crate::irc::network::{self, Session};
use crate::irc::power::Power;

/// A connection of a client on the network.
#[derive(Debug, Clone, Copy)]
pub struct Client<'a> {
    /// Which.
    pub session: SessionId,
    /// Its nick.
    pub nick: &'a str,
    /// Its user name.
    pub user: &'a str,
    /// Its host, as others see it.
    pub host: &'a str,
    /// The connection's address as text.
    pub address: Option<&'a str>,
    /// The name of its account, when logged in.
    pub account: Option<&'a str>,
}

/// A client that stays on the network without connections, or would.
#[derive(Debug, Clone, Copy)]
pub struct Staying<'a> {
    /// For which account.
    pub account: AccountId,
    /// The account's name.
    pub name: &'a str,
    /// Its nick.
    pub nick: &'a str,
    /// Its user name.
    pub user: &'a str,
    /// Its host, as others see it.
    pub host: &'a str,
}

impl Pipeline {
    /// Returns all connections of clients, in the order of the clients' nicks.
    pub fn clients(&self) -> impl Iterator<Item = Client<'_>> {
        let network = &self.network;
        network.clients.iter().flat_map(|whose| {
            let sessions = network.sessions_of(whose.id);
            sessions.map(|session| client(session, whose))
        })
    }

    /// Returns how many clients are on the network, with connections or without.
    pub fn clients_len(&self) -> usize {
        self.network.clients.len()
    }

    /// Returns the clients that stay without connections, by account.
    pub fn staying(&self) -> impl Iterator<Item = Staying<'_>> {
        let network = &self.network;
        network.stays.holders().filter_map(|(account, client)| {
            let client = network.clients.find(client)?;
            Some(Staying {
                account,
                name: &client.account.as_ref()?.name,
                nick: &client.nick,
                user: &client.user,
                host: &client.host,
            })
        })
    }

    /// Returns whose connection it is.
    pub fn client(&self, session: SessionId) -> Option<Client<'_>> {
        let whose = self.network.client_of(session)?;
        Some(client(self.network.sessions.find(session)?, whose))
    }

    /// Sends a notice of bans to the operators with `+s` who may set them.
    pub fn tell_of_bans(&mut self, text: fmt::Arguments<'_>) {
        let stamp = Stamp {
            number: self.applied,
            wall_ms: self.clock.wall_ms,
            random: 0,
        };
        let (network, outputs) = (&self.network, &mut self.withheld);
        network.notify_who_may(Power::Ban, text, &stamp, outputs);
    }
}

fn client<'a>(session: &'a Session, client: &'a network::Client) -> Client<'a> {
    Client {
        session: session.id,
        nick: &client.nick,
        user: &client.user,
        host: &client.host,
        address: session.link.address.as_deref(),
        account: client.account.as_ref().map(|account| &*account.name),
    }
}
