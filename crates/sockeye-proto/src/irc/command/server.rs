//! Questions about the server: MOTD, VERSION, LUSERS, TIME, ADMIN, INFO, LINKS and those that are
//! not answered (Modern IRC, section Server Queries and Commands).

use alloc::string::String;

use super::Asked;
use crate::irc::history::time_text;
use crate::irc::id::ClientId;
use crate::irc::isupport;
use crate::irc::network::{Client, Network, Replies, mask};
use crate::irc::numeric::{
    ERR_NOADMININFO, ERR_NOMOTD, ERR_SUMMONDISABLED, ERR_USERSDISABLED, RPL_ADMINEMAIL,
    RPL_ADMINLOC1, RPL_ADMINLOC2, RPL_ADMINME, RPL_ENDOFINFO, RPL_ENDOFLINKS, RPL_ENDOFMOTD,
    RPL_GLOBALUSERS, RPL_INFO, RPL_LINKS, RPL_LOCALUSERS, RPL_LUSERCHANNELS, RPL_LUSERCLIENT,
    RPL_LUSERME, RPL_LUSEROP, RPL_MOTD, RPL_MOTDSTART, RPL_TIME, RPL_VERSION,
};
use crate::irc::settings::Settings;

pub(super) fn motd(asked: &Asked<'_>, replies: &mut Replies) {
    if asked.is_this_server(asked.param(0), replies) {
        show_motd(asked.client.id, asked.network, replies.lines());
    }
}

pub(super) fn version(asked: &Asked<'_>, replies: &mut Replies) {
    if asked.is_this_server(asked.param(0), replies) {
        let settings = &asked.network.settings;
        let reply = asked.reply(RPL_VERSION, replies);
        reply
            .params([&*settings.version, &settings.server])
            .trailing(&settings.network);
        isupport::show(asked.session.id, asked.network, replies.lines());
    }
}

/// The whole list again (IRCv3 draft/extended-isupport).
pub(super) fn isupport(asked: &Asked<'_>, replies: &mut Replies) {
    isupport::show(asked.session.id, asked.network, replies.lines());
}

pub(super) fn lusers(asked: &Asked<'_>, replies: &mut Replies) {
    show_lusers(asked.client.id, asked.network, replies.lines());
}

pub(super) fn time(asked: &Asked<'_>, replies: &mut Replies) {
    if asked.is_this_server(asked.param(0), replies) {
        let reply = asked
            .reply(RPL_TIME, replies)
            .param(&asked.network.settings.server);
        reply.trailing(&time_text(asked.stamp.wall_ms));
    }
}

pub(super) fn admin(asked: &Asked<'_>, replies: &mut Replies) {
    if !asked.is_this_server(asked.param(0), replies) {
        return;
    }
    let settings = &asked.network.settings;
    let server = &settings.server;
    if settings.admin.is_empty() {
        return asked.reply(ERR_NOADMININFO, replies).param(server).text();
    }
    asked.reply(RPL_ADMINME, replies).param(server).text();
    let numerics = [RPL_ADMINLOC1, RPL_ADMINLOC2, RPL_ADMINEMAIL];
    for (numeric, line) in numerics.into_iter().zip(&settings.admin) {
        asked.reply(numeric, replies).trailing(line);
    }
}

pub(super) fn links(asked: &Asked<'_>, replies: &mut Replies) {
    let (server, pattern) = match (asked.param(0), asked.param(1)) {
        (server, Some(pattern)) => (server, pattern),
        (pattern, None) => (None, pattern.unwrap_or("*")),
    };
    if !asked.is_this_server(server, replies) {
        return;
    }
    let Settings {
        server, network, ..
    } = &asked.network.settings;
    if mask::matches(pattern, server) {
        let reply = asked.reply(RPL_LINKS, replies).params([&**server, server]);
        reply.trailing_fmt(format_args!("0 {network}"));
    }
    asked.reply(RPL_ENDOFLINKS, replies).param(pattern).text();
}

/// Nobody logs in to the machine to be called to IRC (RFC 2812 section 4.5).
pub(super) fn summon(asked: &Asked<'_>, replies: &mut Replies) {
    asked.reply(ERR_SUMMONDISABLED, replies).text();
}

/// Nor is told who else has (RFC 2812 section 4.6).
pub(super) fn users(asked: &Asked<'_>, replies: &mut Replies) {
    asked.reply(ERR_USERSDISABLED, replies).text();
}

pub(super) fn info(asked: &Asked<'_>, replies: &mut Replies) {
    if !asked.is_this_server(asked.param(0), replies) {
        return;
    }
    let settings = &asked.network.settings;
    asked.reply(RPL_INFO, replies).trailing(&settings.version);
    let since = time_text(settings.created_ms);
    asked
        .reply(RPL_INFO, replies)
        .trailing_fmt(format_args!("On line since {since}"));
    asked.reply(RPL_ENDOFINFO, replies).text();
}

/// Writes the message of the day.
pub(crate) fn show_motd(to: ClientId, network: &Network, lines: &mut String) {
    let settings = &network.settings;
    if settings.motd.is_empty() {
        return network.reply(to, ERR_NOMOTD, lines).text();
    }
    let text = format_args!("- {} Message of the day - ", settings.server);
    network.reply(to, RPL_MOTDSTART, lines).trailing_fmt(text);
    for line in &settings.motd {
        network
            .reply(to, RPL_MOTD, lines)
            .trailing_fmt(format_args!("- {line}"));
    }
    network.reply(to, RPL_ENDOFMOTD, lines).text();
}

/// Writes how many clients and channels there are.
pub(crate) fn show_lusers(to: ClientId, network: &Network, lines: &mut String) {
    let users = network.clients.len();
    let invisible = network.clients.count(|client| client.is_invisible());
    let operators = network.clients.count(Client::is_operator);
    let visible = users - invisible;
    let text = format_args!("There are {visible} users and {invisible} invisible on 1 servers");
    network.reply(to, RPL_LUSERCLIENT, lines).trailing_fmt(text);
    network
        .reply(to, RPL_LUSEROP, lines)
        .number(operators as u64)
        .text();
    let channels = network.channels.len() as u64;
    network
        .reply(to, RPL_LUSERCHANNELS, lines)
        .number(channels)
        .text();
    let text = format_args!("I have {users} clients and 0 servers");
    network.reply(to, RPL_LUSERME, lines).trailing_fmt(text);
    let most = network.clients.most();
    for (numeric, whose) in [(RPL_LOCALUSERS, "local"), (RPL_GLOBALUSERS, "global")] {
        let reply = network
            .reply(to, numeric, lines)
            .number(users as u64)
            .number(most as u64);
        reply.trailing_fmt(format_args!("Current {whose} users {users}, max {most}"));
    }
}
