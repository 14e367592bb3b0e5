//! RPL_ISUPPORT: what clients may count on (Modern IRC, section RPL_ISUPPORT Parameters).

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use super::caps::Caps;
use super::casemap::{CHANNEL_BYTES_MAX, CHANNEL_PREFIX, NICK_BYTES_MAX};
use super::command::REASON_BYTES_MAX;
use super::command::join::{JOIN_TARGETS_MAX, JOINED_MAX};
use super::command::kick::KICK_TARGETS_MAX;
use super::command::message::MESSAGE_TARGETS_MAX;
use super::command::mode::{KEY_BYTES_MAX, MODES_MAX};
use super::command::monitor::MONITORS_MAX;
use super::command::names::NAMES_TARGETS_MAX;
use super::command::topic::TOPIC_BYTES_MAX;
use super::command::{whois, whowas};
use super::history::LIMIT_MAX;
use super::id::SessionId;
use super::message::Line;
use super::network::Network;
use super::network::client::UserMode;
use super::network::modes::{Flag, LIST_MAX};
use super::numeric::RPL_ISUPPORT;
use super::registration::{REALNAME_BYTES_MAX, USER_BYTES_MAX};
use super::settings::Settings;

/// Writes the tokens to a client on the network.
pub(crate) fn show(to: SessionId, network: &Network, lines: &mut String) {
    if let (Some(session), Some(client)) = (network.sessions.find(to), network.client_of(to)) {
        write(&network.settings, session.caps, &client.nick, lines);
    }
}

/// Writes the tokens, 13 a line at most; in a batch to a client that knows it (IRCv3
/// draft/extended-isupport), whose reference is always the same: no two are open at once.
pub(crate) fn write(settings: &Settings, caps: Caps, client: &str, lines: &mut String) {
    let in_batch = caps.has(Caps::BATCH | Caps::EXTENDED_ISUPPORT);
    let batch = |lines: &mut String, params: &[&str]| {
        let line = Line::new(lines).source(&settings.server).command("BATCH");
        line.params(params.iter().copied()).end();
    };
    if in_batch {
        batch(lines, &["+isupport", "draft/isupport"]);
    }
    for some in tokens(settings).chunks(TOKENS_MAX) {
        if in_batch {
            lines.push_str("@batch=isupport ");
        }
        let reply = RPL_ISUPPORT.to(lines, &settings.server, client);
        reply.params(some.iter().map(String::as_str)).text();
    }
    if in_batch {
        batch(lines, &["-isupport"]);
    }
}

fn tokens(settings: &Settings) -> Vec<String> {
    let (channels, message) = (JOINED_MAX, MESSAGE_TARGETS_MAX);
    let flags: String = Flag::ALL.into_iter().map(Flag::letter).collect();
    let (whois, whowas) = (whois::NICKS_MAX, whowas::NICKS_MAX);
    let mut tokens: Vec<String> = [
        "ACCOUNTEXTBAN=a".into(),
        format!("AWAYLEN={REASON_BYTES_MAX}"),
        format!("BOT={}", UserMode::Bot.letter()),
        format!("CASEMAPPING={}", settings.casemapping.name()),
        format!("CHANLIMIT={CHANNEL_PREFIX}:{channels}"),
        format!("CHANMODES=Ibe,k,fl,{flags}"),
        format!("CHANNELLEN={CHANNEL_BYTES_MAX}"),
        format!("CHANTYPES={CHANNEL_PREFIX}"),
        "ELIST=CMNTU".into(),
        "EXCEPTS=e".into(),
        "EXTBAN=,am".into(),
        "INVEX=I".into(),
        format!("KEYLEN={KEY_BYTES_MAX}"),
        format!("KICKLEN={REASON_BYTES_MAX}"),
        format!("MAXLIST=I:{LIST_MAX},b:{LIST_MAX},e:{LIST_MAX}"),
        format!("MODES={MODES_MAX}"),
        format!("MONITOR={MONITORS_MAX}"),
        format!("NAMELEN={REALNAME_BYTES_MAX}"),
        format!("NETWORK={}", value(&settings.network)),
        format!("NICKLEN={NICK_BYTES_MAX}"),
        "PREFIX=(qaohv)~&@%+".into(),
        "SAFELIST".into(),
        "STATUSMSG=~&@%+".into(),
        format!(
            "TARGMAX=JOIN:{JOIN_TARGETS_MAX},KICK:{KICK_TARGETS_MAX},NAMES:{NAMES_TARGETS_MAX},\
             NOTICE:{message},PART:,PRIVMSG:{message},LIST:,TAGMSG:{message},WHOIS:{whois},WHOWAS:{whowas}"
        ),
        format!("TOPICLEN={TOPIC_BYTES_MAX}"),
        format!("USERLEN={USER_BYTES_MAX}"),
        "UTF8ONLY".into(),
        "WHOX".into(),
    ]
    .into();
    if let Some(icon) = &settings.icon {
        tokens.push(format!("draft/ICON={}", value(icon)));
    }
    let denied = settings.tags_denied.entries();
    if !denied.is_empty() {
        tokens.push(format!("CLIENTTAGDENY={}", denied.join(",")));
    }
    if settings.history {
        tokens.push(format!("CHATHISTORY={LIMIT_MAX}"));
        tokens.push("MSGREFTYPES=timestamp,msgid".into());
    }
    tokens
}

/// A space, a backslash or an equals sign inside a value is written as `\x20` and so on.
fn value(text: &str) -> String {
    let mut value = String::new();
    for c in text.chars() {
        match c {
            ' ' | '\\' | '=' => value.push_str(&format!("\\x{:02X}", c as u32)),
            _ => value.push(c),
        }
    }
    value
}

/// Most tokens of one line: 15 parameters less the client and the text.
const TOKENS_MAX: usize = 13;
