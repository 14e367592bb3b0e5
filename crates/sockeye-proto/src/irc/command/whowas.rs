//! WHOWAS (Modern IRC, section WHOWAS message; RFC 2812 section 3.6.3).

use super::{Asked, targets};
use crate::irc::history::time_text;
use crate::irc::network::Replies;
use crate::irc::numeric::{
    ERR_NONICKNAMEGIVEN, ERR_WASNOSUCHNICK, RPL_ENDOFWHOWAS, RPL_WHOISACCOUNT, RPL_WHOISSERVER,
    RPL_WHOWASUSER,
};

pub(super) fn whowas(asked: &Asked<'_>, replies: &mut Replies) {
    let Some(nicks) = asked.param(0) else {
        return asked.reply(ERR_NONICKNAMEGIVEN, replies).text();
    };
    if !asked.is_this_server(asked.param(2), replies) {
        return;
    }
    // Without a count, or with one that is not positive, all are meant.
    let count = asked.param(1).and_then(|count| count.parse().ok());
    let count = count.filter(|&count| count > 0).unwrap_or(usize::MAX);
    for nick in targets(nicks).take(NICKS_MAX) {
        show(nick, count, asked, replies);
        asked.reply(RPL_ENDOFWHOWAS, replies).param(nick).text();
    }
}

fn show(nick: &str, count: usize, asked: &Asked<'_>, replies: &mut Replies) {
    let network = asked.network;
    let folded = network.settings.casemapping.fold(nick).unwrap_or_default();
    let mut found = network.past.of(&folded).take(count).peekable();
    if found.peek().is_none() {
        return asked.reply(ERR_WASNOSUCHNICK, replies).param(nick).text();
    }
    for absent in found {
        let nick = absent.nick.as_str();
        let reply = asked.reply(RPL_WHOWASUSER, replies);
        let reply = reply.params([nick, &absent.user, &absent.host, "*"]);
        reply.trailing(&absent.realname);
        if let Some(account) = &absent.account {
            let reply = asked.reply(RPL_WHOISACCOUNT, replies);
            reply.params([nick, account]).text();
        }
        let reply = asked.reply(RPL_WHOISSERVER, replies);
        let reply = reply.params([nick, &network.settings.server]);
        reply.trailing(&time_text(absent.left_ms));
    }
}

/// Most nicks of one WHOWAS: TARGMAX.
pub(crate) const NICKS_MAX: usize = 4;
