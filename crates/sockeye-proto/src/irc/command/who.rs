//! WHO (Modern IRC, section WHO message) and its long form WHOX (IRCv3 whox).

use alloc::string::String;

use super::Asked;
use crate::irc::caps::Caps;
use crate::irc::network::channel::Channel;
use crate::irc::network::session::UserMode;
use crate::irc::network::{Network, Replies, Session, mask};
use crate::irc::numeric::{RPL_ENDOFWHO, RPL_WHOREPLY, RPL_WHOSPCRPL};

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
    let (network, asker) = (asked.network, asked.session);
    let what = asked.param(0).filter(|&what| what != "0").unwrap_or("*");
    let wanted = Wanted::parse(asked.param(1).unwrap_or_default());
    if let Some(channel) = network.channel_by_name(what) {
        let is_member = channel.rank(asker.id).is_some();
        let members = channel
            .members
            .keys()
            .filter(|_| channel.is_visible_to(asker.id));
        let members = members.filter(|&&member| channel.shows(member, asker.id));
        let members = members.filter_map(|&member| network.sessions.find(member));
        let visible = members.filter(|member| is_member || !member.is_invisible());
        show_all(visible, Some(channel), &wanted, asked, replies);
    } else if let Some(session) = network.session_by_nick(what) {
        show_all([session].into_iter(), None, &wanted, asked, replies);
    } else {
        let all = network.sessions.iter();
        let matching = all.filter(|session| fits(session, what, network));
        let visible = matching.filter(|session| is_visible(session, asker, network));
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
    sessions: impl Iterator<Item = &'a Session>,
    channel: Option<&Channel>,
    wanted: &Wanted<'_>,
    asked: &Asked<'_>,
    replies: &mut Replies,
) {
    let mut sessions = sessions.filter(|session| !wanted.operators || session.is_admin());
    for session in sessions.by_ref().take(SHOWN_MAX) {
        let network = asked.network;
        let channel = channel.or_else(|| common_channel(session, asked.session, network));
        match wanted.fields {
            Some(fields) => show_fields(session, channel, (fields, wanted.token), asked, replies),
            None => show(session, channel, asked, replies),
        }
    }
    if sessions.next().is_some() {
        asked.say_cut(replies, SHOWN_MAX);
    }
}

fn fits(session: &Session, what: &str, network: &Network) -> bool {
    let Session {
        nick,
        user,
        host,
        realname,
        ..
    } = session;
    let server = &network.settings.server;
    [nick, user, host, server, realname]
        .iter()
        .any(|text| mask::matches(what, text))
}

/// An invisible client is seen by itself and by those on a channel with it.
fn is_visible(session: &Session, asker: &Session, network: &Network) -> bool {
    !session.is_invisible()
        || session.id == asker.id
        || common_channel(session, asker, network).is_some()
}

fn common_channel<'a>(
    session: &Session,
    asker: &Session,
    network: &'a Network,
) -> Option<&'a Channel> {
    let common = session
        .channels
        .iter()
        .filter(|id| asker.channels.contains(id));
    let mut common = common.filter_map(|&id| network.channels.find(id));
    common.find(|channel| channel.shows(session.id, asker.id))
}

fn show(session: &Session, channel: Option<&Channel>, asked: &Asked<'_>, replies: &mut Replies) {
    let server = &asked.network.settings.server;
    let name = channel.map_or("*", |channel| &channel.name);
    let flags = flags(session, channel, asked);
    let reply = asked
        .reply(RPL_WHOREPLY, replies)
        .params([name, &session.user, &session.host]);
    let reply = reply.params([&**server, &session.nick, &flags]);
    reply.trailing_fmt(format_args!("0 {}", session.realname));
}

/// Writes the fields that were asked for, in their fixed order: besides those of the specification
/// `d`, the hops, and `o`, a member's level, both of which clients ask for.
fn show_fields(
    session: &Session,
    channel: Option<&Channel>,
    (fields, token): (&str, &str),
    asked: &Asked<'_>,
    replies: &mut Replies,
) {
    let account = session.account.as_ref();
    let idle_ms = asked.stamp.wall_ms.saturating_sub(session.last_spoke_ms);
    let mut reply = asked.reply(RPL_WHOSPCRPL, replies);
    for field in FIELDS.chars().filter(|&field| fields.contains(field)) {
        reply = match field {
            't' if token.is_empty() => reply.param("0"),
            't' => reply.param(token),
            'c' => reply.param(channel.map_or("*", |channel| &channel.name)),
            'u' => reply.param(&session.user),
            'i' => reply.param(session.address_for(asked.session).unwrap_or(NO_ADDRESS)),
            'h' => reply.param(&session.host),
            's' => reply.param(&asked.network.settings.server),
            'n' => reply.param(&session.nick),
            'f' => reply.param(&flags(session, channel, asked)),
            'd' => reply.param("0"),
            'l' => reply.number(idle_ms / 1_000),
            'a' => reply.param(account.map_or("0", |account| &account.name)),
            _ => reply.param("n/a"),
        };
    }
    match fields.contains('r') {
        true => reply.trailing(&session.realname),
        false => reply.end(),
    }
}

fn flags(session: &Session, channel: Option<&Channel>, asked: &Asked<'_>) -> String {
    let mut flags = String::from(if session.away.is_some() { "G" } else { "H" });
    if session.is_admin() {
        flags.push('*');
    }
    if let Some(rank) = channel.and_then(|channel| channel.rank(session.id)) {
        let all = asked.session.caps.has(Caps::MULTI_PREFIX);
        flags.push_str(rank.prefixes(all));
    }
    if session.modes.has(UserMode::Bot) {
        flags.push(UserMode::Bot.letter());
    }
    flags
}

/// Every field but the real name, which is the last.
const FIELDS: &str = "tcuihsnfdlao";

/// What stands for an address that is not told (IRCv3 whox).
const NO_ADDRESS: &str = "255.255.255.255";

/// Most clients of one answer: at 250 bytes each under half of a client's queue of 1 MiB.
const SHOWN_MAX: usize = 2_000;
