//! WHO (Modern IRC, section WHO message) and its long form WHOX (IRCv3 whox).

use alloc::string::String;

use super::Asked;
use crate::irc::caps::Caps;
use crate::irc::network::channel::Channel;
use crate::irc::network::client::UserMode;
use crate::irc::network::{Client, Network, Replies, mask};
use crate::irc::numeric::{RPL_ENDOFWHO, RPL_WHOREPLY, RPL_WHOSPCRPL};
use crate::irc::power::Power;

/// What a client wants to know.
#[derive(Debug, Default)]
struct Wanted<'a> {
    /// `o`: operators only.
    operators: bool,
    /// The fields of WHOX; `None`: the short form.
    fields: Option<&'a str>,
    /// Repeated in each line for `t`.
    token: &'a str,
}

pub(super) fn who(asked: &Asked<'_>, replies: &mut Replies) {
    let (network, asker) = (asked.network, asked.client);
    let what = asked.param(0).filter(|&what| what != "0").unwrap_or("*");
    let wanted = Wanted::parse(asked.param(1).unwrap_or_default());
    if let Some(channel) = network.channel_by_name(what) {
        let is_member = channel.rank(asker.id).is_some();
        let members = channel
            .members
            .keys()
            .filter(|_| channel.is_visible_to(asker.id));
        let members = members.filter(|&&member| channel.shows(member, asker.id));
        let members = members.filter_map(|&member| network.clients.find(member));
        let visible = members.filter(|member| is_member || !member.is_invisible());
        show_all(visible, Some(channel), &wanted, asked, replies);
    } else if let Some(client) = network.client_by_nick(what) {
        show_all([client].into_iter(), None, &wanted, asked, replies);
    } else {
        let all = network.clients.iter();
        let matching = all.filter(|client| fits(client, what, network));
        let visible = matching.filter(|client| is_visible(client, asker, network));
        show_all(visible, None, &wanted, asked, replies);
    }
    asked.reply(RPL_ENDOFWHO, replies).param(what).text();
}

impl<'a> Wanted<'a> {
    /// Reads `o`, `%fields` or `%fields,token`, also together.
    fn parse(text: &'a str) -> Self {
        let (flags, fields) = match text.split_once('%') {
            Some((flags, fields)) => (flags, Some(fields)),
            None => (text, None),
        };
        let (fields, token) = match fields.map(|fields| fields.split_once(',')) {
            Some(Some((fields, token))) => (Some(fields), token),
            _ => (fields, ""),
        };
        let is_token = token.len() <= 3 && token.bytes().all(|byte| byte.is_ascii_digit());
        Self {
            operators: flags.contains('o'),
            fields,
            token: if is_token { token } else { "" },
        }
    }
}

fn show_all<'a>(
    clients: impl Iterator<Item = &'a Client>,
    channel: Option<&Channel>,
    wanted: &Wanted<'_>,
    asked: &Asked<'_>,
    replies: &mut Replies,
) {
    let mut clients = clients.filter(|client| !wanted.operators || client.is_operator());
    for client in clients.by_ref().take(SHOWN_MAX) {
        let network = asked.network;
        let channel = channel.or_else(|| common_channel(client, asked.client, network));
        match wanted.fields {
            Some(fields) => show_fields(client, channel, (fields, wanted.token), asked, replies),
            None => show(client, channel, asked, replies),
        }
    }
    if clients.next().is_some() {
        asked.say_cut(replies, SHOWN_MAX);
    }
}

fn fits(client: &Client, what: &str, network: &Network) -> bool {
    let Client {
        nick,
        user,
        host,
        realname,
        ..
    } = client;
    let server = &network.settings.server;
    [nick, user, host, server, realname]
        .iter()
        .any(|text| mask::matches(what, text))
}

/// An invisible client is seen by itself and by those on a channel with it.
fn is_visible(client: &Client, asker: &Client, network: &Network) -> bool {
    !client.is_invisible()
        || client.id == asker.id
        || common_channel(client, asker, network).is_some()
}

fn common_channel<'a>(
    client: &Client,
    asker: &Client,
    network: &'a Network,
) -> Option<&'a Channel> {
    let common = client
        .channels
        .iter()
        .filter(|id| asker.channels.contains(id));
    let mut common = common.filter_map(|&id| network.channels.find(id));
    common.find(|channel| channel.shows(client.id, asker.id))
}

fn show(client: &Client, channel: Option<&Channel>, asked: &Asked<'_>, replies: &mut Replies) {
    let server = &asked.network.settings.server;
    let name = channel.map_or("*", |channel| &channel.name);
    let flags = flags(client, channel, asked);
    let reply = asked
        .reply(RPL_WHOREPLY, replies)
        .params([name, &client.user, &client.host]);
    let reply = reply.params([&**server, &client.nick, &flags]);
    reply.trailing_fmt(format_args!("0 {}", client.realname));
}

/// Writes the fields that were asked for, in their fixed order: besides those of the specification
/// `d`, the hops, and `o`, a member's level, both of which clients ask for.
fn show_fields(
    client: &Client,
    channel: Option<&Channel>,
    (fields, token): (&str, &str),
    asked: &Asked<'_>,
    replies: &mut Replies,
) {
    let account = client.account.as_ref();
    let idle_ms = asked.stamp.wall_ms.saturating_sub(client.last_spoke_ms);
    let mut reply = asked.reply(RPL_WHOSPCRPL, replies);
    for field in FIELDS.chars().filter(|&field| fields.contains(field)) {
        reply = match field {
            't' if token.is_empty() => reply.param("0"),
            't' => reply.param(token),
            'c' => reply.param(channel.map_or("*", |channel| &channel.name)),
            'u' => reply.param(&client.user),
            'i' => reply.param(asked.address_of(client).unwrap_or(NO_ADDRESS)),
            'h' => reply.param(&client.host),
            's' => reply.param(&asked.network.settings.server),
            'n' => reply.param(&client.nick),
            'f' => reply.param(&flags(client, channel, asked)),
            'd' => reply.param("0"),
            'l' => reply.number(idle_ms / 1_000),
            'a' => reply.param(account.map_or("0", |account| &account.name)),
            _ => reply.param("n/a"),
        };
    }
    match fields.contains('r') {
        true => reply.trailing(&client.realname),
        false => reply.end(),
    }
}

fn flags(client: &Client, channel: Option<&Channel>, asked: &Asked<'_>) -> String {
    let mut flags = String::from(if client.away.is_some() { "G" } else { "H" });
    if client.is_operator() {
        flags.push('*');
    }
    if let Some(rank) = channel.and_then(|channel| channel.rank(client.id)) {
        let all = asked.session.caps.has(Caps::MULTI_PREFIX);
        flags.push_str(rank.prefixes(all));
    }
    if client.modes.has(UserMode::Bot) {
        flags.push(UserMode::Bot.letter());
    }
    flags
}

impl Asked<'_> {
    /// Returns the address of a client's oldest session, if the asker may know it.
    fn address_of(&self, client: &Client) -> Option<&str> {
        let is_told = client.id == self.client.id || self.client.may(Power::Addresses);
        let session = self.network.sessions_of(client.id).next();
        let address = session.and_then(|session| session.link.address.as_deref());
        address.filter(|_| is_told)
    }
}

/// Every field but the real name, which is the last.
const FIELDS: &str = "tcuihsnfdlao";

/// What stands for an address that is not told (IRCv3 whox).
const NO_ADDRESS: &str = "255.255.255.255";

/// Most clients of one answer: at 250 bytes each under half of a client's queue of 1 MiB.
const SHOWN_MAX: usize = 2_000;
