//! WHOIS (Modern IRC, section WHOIS message).

use alloc::collections::BTreeSet;
use alloc::string::String;

use super::{Asked, services, targets};
use crate::irc::caps::Caps;
use crate::irc::input::fingerprint_text;
use crate::irc::network::client::UserMode;
use crate::irc::network::modes::Flag;
use crate::irc::network::{Client, Replies};
use crate::irc::numeric::{
    ERR_NONICKNAMEGIVEN, ERR_NOSUCHNICK, RPL_AWAY, RPL_ENDOFWHOIS, RPL_WHOISACCOUNT,
    RPL_WHOISACTUALLY, RPL_WHOISBOT, RPL_WHOISCERTFP, RPL_WHOISCHANNELS, RPL_WHOISGATEWAY,
    RPL_WHOISHOST, RPL_WHOISIDLE, RPL_WHOISKEYVALUE, RPL_WHOISMODES, RPL_WHOISOPERATOR,
    RPL_WHOISSECURE, RPL_WHOISSERVER, RPL_WHOISUSER,
};
use crate::irc::power::Power;

pub(super) fn whois(asked: &Asked<'_>, replies: &mut Replies) {
    let nicks = match (asked.param(0), asked.param(1)) {
        (None, _) => return asked.reply(ERR_NONICKNAMEGIVEN, replies).text(),
        (Some(nicks), None) => nicks,
        (server, Some(_)) if !asked.is_this_server(server, replies) => return,
        (Some(_), Some(nicks)) => nicks,
    };
    for nick in targets(nicks).take(NICKS_MAX) {
        match asked.network.client_by_nick(nick) {
            Some(client) => show(client, asked, replies),
            None if services::find(nick, asked.network).is_some() => {
                show_service(nick, asked, replies);
            }
            None => asked.reply(ERR_NOSUCHNICK, replies).param(nick).text(),
        }
    }
    asked.reply(RPL_ENDOFWHOIS, replies).param(nicks).text();
}

fn show(client: &Client, asked: &Asked<'_>, replies: &mut Replies) {
    let network = asked.network;
    let nick = &client.nick;
    let reply = asked
        .reply(RPL_WHOISUSER, replies)
        .params([&**nick, &client.user]);
    reply
        .params([&*client.host, "*"])
        .trailing(&client.realname);
    show_channels(client, asked, replies);
    let reply = asked
        .reply(RPL_WHOISSERVER, replies)
        .params([&**nick, &network.settings.server]);
    reply.trailing(&network.settings.network);
    if client.is_operator() {
        asked.reply(RPL_WHOISOPERATOR, replies).param(nick).text();
    }
    if client.modes.has(UserMode::Bot) {
        asked.reply(RPL_WHOISBOT, replies).param(nick).text();
    }
    if let Some(account) = &client.account {
        asked
            .reply(RPL_WHOISACCOUNT, replies)
            .params([&**nick, &account.name])
            .text();
    }
    show_link(client, asked, replies);
    if let Some(reason) = &client.away {
        asked.reply(RPL_AWAY, replies).param(nick).trailing(reason);
    }
    let idle_ms = asked.stamp.wall_ms.saturating_sub(client.last_spoke_ms);
    let reply = asked
        .reply(RPL_WHOISIDLE, replies)
        .param(nick)
        .number(idle_ms / 1_000);
    reply.number(client.signed_on_ms / 1_000).text();
    for (key, value) in network.subscribed_keys(asked.session, client) {
        let reply = asked.reply(RPL_WHOISKEYVALUE, replies);
        reply.params([&**nick, key, "*"]).trailing(value);
    }
}

fn show_service(nick: &str, asked: &Asked<'_>, replies: &mut Replies) {
    let server = &asked.network.settings.server;
    let nick = services::find(nick, asked.network).unwrap_or(nick);
    let reply = asked.reply(RPL_WHOISUSER, replies).params([nick, nick]);
    let about = services::about(nick);
    reply.params([&**server, "*"]).trailing(about);
    let reply = asked.reply(RPL_WHOISSERVER, replies).params([nick, server]);
    reply.trailing(&asked.network.settings.network);
}

/// How it is connected, and its modes: but for whether all that is encrypted, only the client itself and
/// operators with the power to see addresses are told.
fn show_link(client: &Client, asked: &Asked<'_>, replies: &mut Replies) {
    let nick = client.nick.as_str();
    let links = || {
        asked
            .network
            .sessions_of(client.id)
            .map(|session| &session.link)
    };
    if links().next().is_some() && links().all(|link| link.secure) {
        asked.reply(RPL_WHOISSECURE, replies).param(nick).text();
    }
    if client.id != asked.client.id && !asked.client.may(Power::Addresses) {
        return;
    }
    let certificates: BTreeSet<_> = links().filter_map(|link| link.certificate).collect();
    for certificate in &certificates {
        let text = format_args!(
            "has client certificate fingerprint {}",
            fingerprint_text(certificate)
        );
        let reply = asked.reply(RPL_WHOISCERTFP, replies).param(nick);
        reply.trailing_fmt(text);
    }
    let addresses: BTreeSet<_> = links().filter_map(|link| link.address.as_deref()).collect();
    for address in addresses {
        let reply = asked.reply(RPL_WHOISACTUALLY, replies);
        reply.params([nick, address]).text();
        let reply = asked.reply(RPL_WHOISHOST, replies).param(nick);
        reply.trailing_fmt(format_args!("is connecting from *@{address} {address}"));
    }
    let gateways: BTreeSet<_> = links().filter_map(|link| link.gateway.as_ref()).collect();
    for (name, address) in gateways {
        let reply = asked.reply(RPL_WHOISGATEWAY, replies);
        let text = format_args!("is connected via the {name} WebIRC gateway");
        reply.params([nick, "*", address]).trailing_fmt(text);
    }
    let modes = client.mode_letters();
    let reply = asked.reply(RPL_WHOISMODES, replies).param(nick);
    reply.trailing_fmt(format_args!("is using modes {modes}"));
}

/// Channels that the asker may not see are left out; of an invisible client all that they do not
/// share.
fn show_channels(client: &Client, asked: &Asked<'_>, replies: &mut Replies) {
    let network = asked.network;
    let mut names = String::new();
    for channel in client
        .channels
        .iter()
        .filter_map(|&id| network.channels.find(id))
    {
        let shared = channel.rank(asked.client.id).is_some();
        let hidden = client.is_invisible() || channel.modes.has(Flag::Secret);
        if !channel.shows(client.id, asked.client.id) || (!shared && hidden) {
            continue;
        }
        let all = asked.session.caps.has(Caps::MULTI_PREFIX);
        let prefix = channel.rank(client.id).unwrap_or_default().prefixes(all);
        let bytes = names.len() + " ".len() + prefix.len() + channel.name.len();
        if bytes > CHANNELS_BYTES_MAX {
            write_channels(client, asked, &names, replies);
            names.clear();
        }
        if !names.is_empty() {
            names.push(' ');
        }
        names.push_str(prefix);
        names.push_str(&channel.name);
    }
    if !names.is_empty() {
        write_channels(client, asked, &names, replies);
    }
}

fn write_channels(client: &Client, asked: &Asked<'_>, names: &str, replies: &mut Replies) {
    asked
        .reply(RPL_WHOISCHANNELS, replies)
        .param(&client.nick)
        .trailing(names);
}

/// Longest list on one line: leaves room for a server name of 63 bytes and two nicks.
const CHANNELS_BYTES_MAX: usize = 350;

/// Most nicks of one WHOIS: TARGMAX.
pub(crate) const NICKS_MAX: usize = 4;
