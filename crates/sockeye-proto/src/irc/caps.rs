//! Capabilities: what a client and the server have agreed on (IRCv3 capability negotiation).
//!
//! One function answers the CAP command, before registration and after it.

#[cfg(test)]
mod tests;

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::ops::BitOr;

use super::input::Link;
use super::message::{CRLF_BYTES, LINE_BYTES_MAX, Line};
use super::metadata;
use super::multiline;
use super::numeric::{ERR_INVALIDCAPCMD, ERR_NEEDMOREPARAMS};
use super::registration::sasl;
use super::settings::Settings;

/// A set of capabilities.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Caps(u64);

impl Caps {
    /// No capability.
    pub const NONE: Self = Self(0);
    /// `message-tags`: any tag, client-only tags, TAGMSG, msgid.
    pub const MESSAGE_TAGS: Self = Self(1 << 0);
    /// `server-time`: the tag `time`.
    pub const SERVER_TIME: Self = Self(1 << 1);
    /// `echo-message`: one's own messages come back.
    pub const ECHO_MESSAGE: Self = Self(1 << 2);
    /// `batch`: lines may be grouped.
    pub const BATCH: Self = Self(1 << 3);
    /// `labeled-response`: replies carry the label of their command.
    pub const LABELED_RESPONSE: Self = Self(1 << 4);
    /// `draft/chathistory`: stored messages come when asked for, not on JOIN.
    pub const CHATHISTORY: Self = Self(1 << 5);
    /// `sasl`: AUTHENTICATE.
    pub const SASL: Self = Self(1 << 6);
    /// `cap-notify`: news of capabilities.
    pub const CAP_NOTIFY: Self = Self(1 << 7);
    /// `account-notify`: ACCOUNT when somebody logs in or out.
    pub const ACCOUNT_NOTIFY: Self = Self(1 << 8);
    /// `account-tag`: the tag `account`.
    pub const ACCOUNT_TAG: Self = Self(1 << 9);
    /// `away-notify`: AWAY when somebody goes away or comes back.
    pub const AWAY_NOTIFY: Self = Self(1 << 10);
    /// `chghost`: CHGHOST when somebody is shown with another host.
    pub const CHGHOST: Self = Self(1 << 11);
    /// `extended-join`: JOIN with account and real name.
    pub const EXTENDED_JOIN: Self = Self(1 << 12);
    /// `extended-monitor`: what is told of peers is told of monitored clients, too.
    pub const EXTENDED_MONITOR: Self = Self(1 << 13);
    /// `invite-notify`: INVITE of others.
    pub const INVITE_NOTIFY: Self = Self(1 << 14);
    /// `multi-prefix`: all ranks of a member, not only the highest.
    pub const MULTI_PREFIX: Self = Self(1 << 15);
    /// `setname`: SETNAME when somebody changes the real name.
    pub const SETNAME: Self = Self(1 << 16);
    /// `standard-replies`: FAIL, WARN and NOTE where no specification asks for them.
    pub const STANDARD_REPLIES: Self = Self(1 << 17);
    /// `userhost-in-names`: NAMES with `nick!user@host`.
    pub const USERHOST_IN_NAMES: Self = Self(1 << 18);
    /// `draft/pre-away`: AWAY before registration.
    pub const PRE_AWAY: Self = Self(1 << 19);
    /// `no-implicit-names`: no names after JOIN.
    pub const NO_IMPLICIT_NAMES: Self = Self(1 << 20);
    /// `draft/no-implicit-names`: the same, as older clients call it.
    pub const DRAFT_NO_IMPLICIT_NAMES: Self = Self(1 << 21);
    /// `draft/extended-isupport`: ISUPPORT before registration, and in a batch.
    pub const EXTENDED_ISUPPORT: Self = Self(1 << 22);
    /// `draft/account-registration`: REGISTER.
    pub const ACCOUNT_REGISTRATION: Self = Self(1 << 24);
    /// `sts`: no capability to be had, but the order to come by TLS.
    pub const STS: Self = Self(1 << 23);
    /// `draft/event-playback`: history also shows what is no message.
    pub const EVENT_PLAYBACK: Self = Self(1 << 40);

    /// `draft/read-marker`: how far the account has read is told.
    pub const READ_MARKER: Self = Self(1 << 41);

    /// `draft/message-redaction`: REDACT when a message is taken back.
    pub const MESSAGE_REDACTION: Self = Self(1 << 42);

    /// `draft/channel-rename`: RENAME when a channel gets another name.
    pub const CHANNEL_RENAME: Self = Self(1 << 44);

    /// `draft/metadata-2`: METADATA, as clients knew it first.
    pub const METADATA_2: Self = Self(1 << 53);

    /// `draft/metadata-3`: METADATA.
    pub const METADATA_3: Self = Self(1 << 54);

    /// `draft/multiline`: messages of several lines come as one.
    pub const MULTILINE: Self = Self(1 << 50);

    /// `draft/relaymsg`: RELAYMSG, and who has relayed a message.
    pub const RELAYMSG: Self = Self(1 << 51);

    /// `soju.im/search`: SEARCH.
    pub const SEARCH: Self = Self(1 << 60);

    /// `znc.in/playback`: stored messages come when `*playback` is asked, with their time.
    pub const PLAYBACK: Self = Self(1 << 52);

    /// Not a capability but a fact of the same negotiation: the client speaks version 302.
    const VERSION_302: Self = Self(1 << 63);

    /// Returns whether all of `caps` are in the set.
    pub const fn has(self, caps: Self) -> bool {
        self.0 & caps.0 == caps.0
    }

    /// Returns whether any of `caps` is in the set.
    pub const fn has_any(self, caps: Self) -> bool {
        self.0 & caps.0 != 0
    }

    /// Returns both sets in one.
    pub const fn or(self, caps: Self) -> Self {
        Self(self.0 | caps.0)
    }

    /// Returns the set without `caps`.
    pub const fn without(self, caps: Self) -> Self {
        Self(self.0 & !caps.0)
    }

    /// Returns how a relayed line is written for this client.
    pub const fn encoding(self) -> Encoding {
        Encoding {
            message_tags: self.has(Self::MESSAGE_TAGS),
            server_time: self.has_any(Self::SERVER_TIME.or(Self::PLAYBACK)),
            account_tag: self.has(Self::ACCOUNT_TAG),
            extended_join: self.has(Self::EXTENDED_JOIN),
            relaymsg: self.has(Self::RELAYMSG),
            multiline: self.has(Self::MULTILINE.or(Self::BATCH)),
        }
    }
}

impl BitOr for Caps {
    type Output = Self;

    fn bitor(self, other: Self) -> Self {
        self.or(other)
    }
}

/// The capabilities that change how a relayed line is written: a line for many is encoded once for
/// each of these that occurs among its receivers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Encoding {
    /// With `msgid`, `bot` and client-only tags.
    pub message_tags: bool,
    /// With `time`.
    pub server_time: bool,
    /// With `account`.
    pub account_tag: bool,
    /// JOIN in its long form.
    pub extended_join: bool,
    /// With `draft/relaymsg`.
    pub relaymsg: bool,
    /// A message of several lines as one.
    pub multiline: bool,
}

/// What a server offers to one client.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Offer {
    caps: Caps,
    /// The mechanisms of `sasl`.
    mechanisms: &'static str,
    /// The policy of `sts`.
    sts: String,
}

impl Offer {
    /// Returns what a server with these settings offers to a client that is connected so.
    pub fn new(settings: &Settings, link: &Link) -> Self {
        let all = TABLE.iter().fold(Caps::NONE, |all, row| all | row.cap);
        let conditions = [
            (
                Caps::CHATHISTORY | Caps::EVENT_PLAYBACK | Caps::MESSAGE_REDACTION | Caps::PLAYBACK,
                settings.history,
            ),
            (Caps::SEARCH, settings.history && settings.search),
            (Caps::SASL | Caps::READ_MARKER, settings.accounts),
            (
                Caps::ACCOUNT_REGISTRATION,
                settings.accounts && settings.register,
            ),
            (Caps::STS, settings.sts.is_some()),
        ];
        let missing = conditions.iter().filter(|(_, is_met)| !is_met);
        let caps = missing.fold(all, |caps, (cap, _)| caps.without(*cap));
        let sts = settings.sts.map(|sts| match link.secure {
            true => format!("duration={}", sts.duration_s),
            false => format!("port={}", sts.port),
        });
        Self {
            caps,
            mechanisms: sasl::mechanisms(link.certificate.is_some()),
            sts: sts.unwrap_or_default(),
        }
    }

    fn value(&self, cap: Caps) -> &str {
        match cap {
            Caps::SASL => self.mechanisms,
            Caps::STS => &self.sts,
            Caps::ACCOUNT_REGISTRATION => "before-connect,custom-account-name",
            Caps::METADATA_2 | Caps::METADATA_3 => metadata::CAPABILITY_VALUE,
            Caps::MULTILINE => multiline::CAPABILITY_VALUE,
            Caps::RELAYMSG => "/",
            _ => "",
        }
    }
}

/// Tells a client with `cap-notify` what it may have from now on and what not any more: writes
/// CAP NEW and CAP DEL.
pub(crate) fn notify(
    (before, after): (&Offer, &Offer),
    caps: &mut Caps,
    (server, client): (&str, &str),
    out: &mut String,
) {
    // A policy of STS cannot be taken back, and an old one holds until the client comes again.
    let (was, is) = (
        before.caps.without(Caps::STS),
        after.caps.without(Caps::STS),
    );
    let (gone, new) = (was.without(is), is.without(was));
    *caps = caps.without(gone);
    if !caps.has(Caps::CAP_NOTIFY) {
        return;
    }
    let mut reply = Reply {
        out,
        server,
        client,
    };
    if new != Caps::NONE {
        let values = caps.has(Caps::VERSION_302).then_some(after);
        reply.list("NEW", new, values, Long::Repeated);
    }
    if gone != Caps::NONE {
        reply.list("DEL", gone, None, Long::Repeated);
    }
}

/// What a CAP command means for registration, which it may hold up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Negotiation {
    /// Nothing.
    Aside,
    /// Registration waits for CAP END.
    Open,
    /// CAP END: registration goes on.
    Ended,
}

/// Answers a CAP command: changes the client's `caps` and writes the reply to `out`. `params` are
/// the parameters after `CAP`, and a `client` without a nick is `*`.
pub fn command(
    params: &[String],
    caps: &mut Caps,
    offer: &Offer,
    (server, client): (&str, &str),
    out: &mut String,
) -> Negotiation {
    let Some(subcommand) = params.first() else {
        ERR_NEEDMOREPARAMS
            .to(out, server, client)
            .param("CAP")
            .text();
        return Negotiation::Aside;
    };
    let mut reply = Reply {
        out,
        server,
        client,
    };
    let argument = params.get(1).map_or("", String::as_str);
    match subcommand.to_ascii_uppercase().as_str() {
        "LS" => {
            let values = argument.parse::<u32>().is_ok_and(|version| version >= 302);
            if values {
                *caps = *caps | Caps::VERSION_302 | Caps::CAP_NOTIFY;
            }
            let (values, long) = match values {
                true => (Some(offer), Long::Continued),
                false => (None, Long::Cut),
            };
            reply.list("LS", offer.caps, values, long);
            Negotiation::Open
        }
        "LIST" => {
            let long = match caps.has(Caps::VERSION_302) {
                true => Long::Continued,
                false => Long::Repeated,
            };
            reply.list("LIST", *caps, None, long);
            Negotiation::Aside
        }
        "REQ" => {
            match requested(argument, *caps, offer.caps) {
                Some((changed, words)) => {
                    *caps = changed;
                    reply.line("ACK", false, &words.join(" "));
                }
                None => reply.line("NAK", false, argument),
            }
            Negotiation::Open
        }
        "END" => Negotiation::Ended,
        _ => {
            ERR_INVALIDCAPCMD
                .to(reply.out, server, client)
                .param(subcommand)
                .text();
            Negotiation::Aside
        }
    }
}

/// Returns the set after a REQ, and the words to acknowledge, each of them once; `None` if one of
/// them cannot be had, because a list is taken as a whole or not at all.
fn requested(list: &str, caps: Caps, offered: Caps) -> Option<(Caps, Vec<&str>)> {
    let mut changed = caps;
    let mut words = Vec::new();
    for word in list.split(' ').filter(|word| !word.is_empty()) {
        let name = word.strip_prefix('-').unwrap_or(word);
        let cap = TABLE.iter().find(|row| row.name == name)?.cap;
        if cap == Caps::STS {
            return None;
        }
        if word == name {
            if !offered.has(cap) {
                return None;
            }
            changed = changed | cap;
        } else {
            // Version 302 includes cap-notify, which then cannot be given up.
            if cap == Caps::CAP_NOTIFY && caps.has(Caps::VERSION_302) {
                return None;
            }
            changed = changed.without(cap);
        }
        if !words.contains(&word) {
            words.push(word);
        }
    }
    // Two drafts of one thing (IRCv3 draft/metadata-3).
    let both = Caps::METADATA_2 | Caps::METADATA_3;
    (!changed.has(both)).then_some((changed, words))
}

struct Reply<'a> {
    out: &'a mut String,
    server: &'a str,
    client: &'a str,
}

/// What becomes of a list that does not fit on one line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Long {
    /// It goes on, and says so (version 302).
    Continued,
    /// Each line is one message for itself.
    Repeated,
    /// It ends with the line: who asks so knows of no other.
    Cut,
}

impl Reply<'_> {
    /// Writes a list of capabilities, those of vendors and drafts last: the others are what a client
    /// needs that looks at the first line only, or is shown no more than that.
    fn list(&mut self, subcommand: &str, caps: Caps, values: Option<&Offer>, long: Long) {
        let mut text = String::new();
        let room = self.room(subcommand);
        let is_apart = |row: &&Row| row.name.contains('/');
        let apart = TABLE.iter().filter(is_apart);
        let rows = TABLE.iter().filter(|row| !is_apart(row)).chain(apart);
        for row in rows.filter(|row| caps.has(row.cap)) {
            let value = values.map_or("", |offer| offer.value(row.cap));
            // Without their values these say nothing of what is offered.
            let is_offered = matches!(subcommand, "LS" | "NEW");
            let needs_value = row.cap == Caps::STS || (is_offered && row.cap == Caps::MULTILINE);
            if needs_value && value.is_empty() {
                continue;
            }
            if text.len() + row.name.len() + value.len() + " =".len() > room {
                match long {
                    Long::Continued => self.line(subcommand, true, &text),
                    Long::Repeated => self.line(subcommand, false, &text),
                    Long::Cut => break,
                }
                text.clear();
            }
            if !text.is_empty() {
                text.push(' ');
            }
            text.push_str(row.name);
            if !value.is_empty() {
                text.push('=');
                text.push_str(value);
            }
        }
        self.line(subcommand, false, &text);
    }

    /// Returns how many bytes of a list fit on a line.
    fn room(&self, subcommand: &str) -> usize {
        let words = self.server.len() + self.client.len() + subcommand.len();
        LINE_BYTES_MAX.saturating_sub(words + AROUND_WORDS.len() + CRLF_BYTES)
    }

    fn line(&mut self, subcommand: &str, more: bool, text: &str) {
        let line = Line::new(self.out)
            .source(self.server)
            .command("CAP")
            .param(self.client);
        let line = line.param(subcommand);
        let line = if more { line.param("*") } else { line };
        line.trailing(text);
    }
}

/// One capability.
struct Row {
    cap: Caps,
    name: &'static str,
}

const fn row(cap: Caps, name: &'static str) -> Row {
    Row { cap, name }
}

/// What this server can do, in the order in which LS shows it.
const TABLE: &[Row] = &[
    row(Caps::ACCOUNT_NOTIFY, "account-notify"),
    row(Caps::ACCOUNT_TAG, "account-tag"),
    row(Caps::AWAY_NOTIFY, "away-notify"),
    row(Caps::BATCH, "batch"),
    row(Caps::CAP_NOTIFY, "cap-notify"),
    row(Caps::CHGHOST, "chghost"),
    row(Caps::ACCOUNT_REGISTRATION, "draft/account-registration"),
    row(Caps::CHANNEL_RENAME, "draft/channel-rename"),
    row(Caps::CHATHISTORY, "draft/chathistory"),
    row(Caps::EVENT_PLAYBACK, "draft/event-playback"),
    row(Caps::EXTENDED_ISUPPORT, "draft/extended-isupport"),
    row(Caps::MESSAGE_REDACTION, "draft/message-redaction"),
    row(Caps::METADATA_2, "draft/metadata-2"),
    row(Caps::METADATA_3, "draft/metadata-3"),
    row(Caps::MULTILINE, "draft/multiline"),
    row(Caps::DRAFT_NO_IMPLICIT_NAMES, "draft/no-implicit-names"),
    row(Caps::PRE_AWAY, "draft/pre-away"),
    row(Caps::READ_MARKER, "draft/read-marker"),
    row(Caps::RELAYMSG, "draft/relaymsg"),
    row(Caps::ECHO_MESSAGE, "echo-message"),
    row(Caps::EXTENDED_JOIN, "extended-join"),
    row(Caps::EXTENDED_MONITOR, "extended-monitor"),
    row(Caps::INVITE_NOTIFY, "invite-notify"),
    row(Caps::LABELED_RESPONSE, "labeled-response"),
    row(Caps::MESSAGE_TAGS, "message-tags"),
    row(Caps::MULTI_PREFIX, "multi-prefix"),
    row(Caps::NO_IMPLICIT_NAMES, "no-implicit-names"),
    row(Caps::SASL, "sasl"),
    row(Caps::SERVER_TIME, "server-time"),
    row(Caps::SETNAME, "setname"),
    row(Caps::SEARCH, "soju.im/search"),
    row(Caps::STANDARD_REPLIES, "standard-replies"),
    row(Caps::STS, "sts"),
    row(Caps::USERHOST_IN_NAMES, "userhost-in-names"),
    row(Caps::PLAYBACK, "znc.in/playback"),
];

/// What stands around the server, the client, the subcommand and the list on a line.
const AROUND_WORDS: &str = ": CAP   * :";
