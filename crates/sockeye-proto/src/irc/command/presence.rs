//! ISON and USERHOST: who of a list is on the network (RFC 2812 sections 4.8 and 4.9).

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use super::{Asked, services};
use crate::irc::network::Replies;
use crate::irc::numeric::{RPL_ISON, RPL_USERHOST};

pub(super) fn ison(asked: &Asked<'_>, replies: &mut Replies) {
    // Old clients send the list as one trailing parameter.
    let nicks = asked
        .message
        .params
        .iter()
        .flat_map(|param| param.split(' '));
    let network = asked.network;
    let present = nicks.filter_map(|nick| match network.client_by_nick(nick) {
        Some(client) => Some(&*client.nick),
        None => services::find(nick, network),
    });
    let present: Vec<&str> = present.collect();
    asked.reply(RPL_ISON, replies).trailing(&present.join(" "));
}

pub(super) fn userhost(asked: &Asked<'_>, replies: &mut Replies) {
    let nicks = asked.message.params.iter().take(USERHOST_NICKS_MAX);
    let network = asked.network;
    let hosts: Vec<String> = nicks
        .filter_map(|nick| {
            let Some(client) = network.client_by_nick(nick) else {
                let service = services::find(nick, network)?;
                return Some(format!("{service}=+{service}@{}", network.settings.server));
            };
            let operator = if client.is_operator() { "*" } else { "" };
            let away = if client.away.is_some() { '-' } else { '+' };
            Some(format!(
                "{}{operator}={away}{}@{}",
                client.nick, client.user, client.host
            ))
        })
        .collect();
    asked
        .reply(RPL_USERHOST, replies)
        .trailing(&hosts.join(" "));
}

/// RFC 2812 section 4.8.
const USERHOST_NICKS_MAX: usize = 5;
