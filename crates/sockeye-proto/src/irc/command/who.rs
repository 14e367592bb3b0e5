//! WHO (Modern IRC, section WHO message).

use alloc::string::String;

use super::Asked;
use crate::irc::caps::Caps;
use crate::irc::network::channel::Channel;
use crate::irc::network::session::UserMode;
use crate::irc::network::{Network, Replies, Session, mask};
use crate::irc::numeric::{RPL_ENDOFWHO, RPL_WHOREPLY};

pub(super) fn who(asked: &Asked<'_>, replies: &mut Replies) {
    let (network, asker) = (asked.network, asked.session);
    let what = asked.param(0).filter(|&what| what != "0").unwrap_or("*");
    if let Some(channel) = network.channel_by_name(what) {
        let is_member = channel.rank(asker.id).is_some();
        let members = channel
            .members
            .keys()
            .filter(|_| channel.is_visible_to(asker.id));
        let members = members.filter(|&&member| channel.shows(member, asker.id));
        let members = members.filter_map(|&member| network.sessions.find(member));
        let visible = members.filter(|member| is_member || !member.is_invisible());
        show_all(visible, Some(channel), asked, replies);
    } else if let Some(session) = network.session_by_nick(what) {
        show(session, None, asked, replies);
    } else {
        let matching = network
            .sessions
            .iter()
            .filter(|session| fits(session, what));
        let visible = matching.filter(|session| is_visible(session, asker, network));
        show_all(visible, None, asked, replies);
    }
    asked.reply(RPL_ENDOFWHO, replies).param(what).text();
}

fn show_all<'a>(
    mut sessions: impl Iterator<Item = &'a Session>,
    channel: Option<&Channel>,
    asked: &Asked<'_>,
    replies: &mut Replies,
) {
    for session in sessions.by_ref().take(SHOWN_MAX) {
        show(session, channel, asked, replies);
    }
    if sessions.next().is_some() {
        asked.say_cut(replies, SHOWN_MAX);
    }
}

fn fits(session: &Session, what: &str) -> bool {
    [&session.nick, &session.user, &session.host]
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
    let network = asked.network;
    let channel = channel.or_else(|| common_channel(session, asked.session, network));
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
    let name = channel.map_or("*", |channel| &channel.name);
    let reply = asked
        .reply(RPL_WHOREPLY, replies)
        .params([name, &session.user, &session.host]);
    let reply = reply.params([&*network.settings.server, &session.nick, &flags]);
    reply.trailing_fmt(format_args!("0 {}", session.realname));
}

/// Most clients of one answer: at 250 bytes each under half of a client's queue of 1 MiB.
const SHOWN_MAX: usize = 2_000;
