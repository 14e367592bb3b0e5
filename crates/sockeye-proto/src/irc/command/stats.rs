//! STATS (Modern IRC, section STATS message; RFC 2812 section 3.4.4).

use super::{Asked, TABLE};
use crate::irc::network::Replies;
use crate::irc::numeric::{RPL_ENDOFSTATS, RPL_STATSCOMMANDS, RPL_STATSOLINE, RPL_STATSUPTIME};

/// `u` tells everybody for how long the server runs; `m` (how often each command came) and `o` (who
/// is an operator now) are for operators. Any other letter has an empty report.
pub(super) fn stats(asked: &Asked<'_>, replies: &mut Replies) {
    if !asked.is_this_server(asked.param(1), replies) {
        return;
    }
    let query = asked.param(0).unwrap_or_default();
    let letter = query.chars().next().unwrap_or('*');
    match letter {
        'u' => uptime(asked, replies),
        'm' | 'o' if !asked.is_operator(replies) => {}
        'm' => commands(asked, replies),
        'o' => operators(asked, replies),
        _ => {}
    }
    let mut shown = [0; 4];
    let shown = letter.encode_utf8(&mut shown);
    asked.reply(RPL_ENDOFSTATS, replies).param(shown).text();
}

fn uptime(asked: &Asked<'_>, replies: &mut Replies) {
    let created_ms = asked.network.settings.created_ms;
    let seconds = asked.stamp.wall_ms.saturating_sub(created_ms) / 1_000;
    let (minutes, hours, days) = (seconds / 60, seconds / 3_600, seconds / 86_400);
    let text = format_args!(
        "Server Up {days} days {}:{:02}:{:02}",
        hours % 24,
        minutes % 60,
        seconds % 60
    );
    asked.reply(RPL_STATSUPTIME, replies).trailing_fmt(text);
}

fn commands(asked: &Asked<'_>, replies: &mut Replies) {
    for (row, &count) in TABLE.iter().zip(&asked.network.usage) {
        if count > 0 {
            let reply = asked.reply(RPL_STATSCOMMANDS, replies).param(row.name);
            reply.number(count).end();
        }
    }
}

fn operators(asked: &Asked<'_>, replies: &mut Replies) {
    let operators = asked.network.clients.iter();
    for client in operators.filter(|client| client.is_operator()) {
        let account = client.account.as_ref();
        let account = account.map_or("*", |account| account.name.as_str());
        let mask = ["*@", &client.host].concat();
        let reply = asked.reply(RPL_STATSOLINE, replies);
        reply.params(["O", &mask, "*", account]).end();
    }
}
