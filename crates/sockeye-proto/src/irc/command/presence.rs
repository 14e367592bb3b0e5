//! ISON and USERHOST: who of a list is on the network (RFC 2812 sections 4.8 and 4.9).

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use super::Asked;
use crate::irc::network::Replies;
use crate::irc::numeric::{RPL_ISON, RPL_USERHOST};

pub(super) fn ison(asked: &Asked<'_>, replies: &mut Replies) {
    // Old clients send the list as one trailing parameter.
    let nicks = asked
        .message
        .params
        .iter()
        .flat_map(|param| param.split(' '));
    let present = nicks.filter_map(|nick| asked.network.client_by_nick(nick));
    let present: Vec<&str> = present.map(|client| &*client.nick).collect();
    asked.reply(RPL_ISON, replies).trailing(&present.join(" "));
}

pub(super) fn userhost(asked: &Asked<'_>, replies: &mut Replies) {
    let nicks = asked.message.params.iter().take(USERHOST_NICKS_MAX);
    let present = nicks.filter_map(|nick| asked.network.client_by_nick(nick));
    let hosts: Vec<String> = present
        .map(|client| {
            let operator = if client.is_admin() { "*" } else { "" };
            let away = if client.away.is_some() { '-' } else { '+' };
            format!(
                "{}{operator}={away}{}@{}",
                client.nick, client.user, client.host
            )
        })
        .collect();
    asked
        .reply(RPL_USERHOST, replies)
        .trailing(&hosts.join(" "));
}

/// RFC 2812 section 4.8.
const USERHOST_NICKS_MAX: usize = 5;
