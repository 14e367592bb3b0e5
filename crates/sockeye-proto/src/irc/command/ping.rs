//! PING and PONG (Modern IRC, section PING message).

use super::Asked;
use crate::irc::message::Line;
use crate::irc::network::Replies;

pub(super) fn ping(asked: &Asked<'_>, replies: &mut Replies) {
    let server = &asked.network.settings.server;
    let token = asked.message.param(0).unwrap_or_default();
    let line = Line::new(replies.lines())
        .source(server)
        .command("PONG")
        .param(server);
    line.trailing(token);
}

/// Any line shows that the client lives; this one says no more.
pub(super) fn pong(_asked: &Asked<'_>, _replies: &mut Replies) {}
