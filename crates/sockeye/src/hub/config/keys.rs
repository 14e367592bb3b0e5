//! The keys of the file: one row each feeds the reader, the example file, the reference and the
//! words of a reload.

use std::fmt;
use std::ops::RangeInclusive;
use std::path::PathBuf;

use super::{CASE_MAPPINGS, CaseMapping, Chat, Config, HOSTS, Hosts, Hub, ListenDraft};
use crate::endpoint::{Endpoint, Network};
use crate::service::chat::{AlwaysOn, ChannelModes, TagsDenied};

/// One key of a section whose values live in `T`.
pub(super) struct Key<T> {
    /// As written in the file.
    pub(super) name: &'static str,
    /// What it does, for the example and the reference; without a full stop.
    pub(super) doc: &'static str,
    /// When a change takes effect.
    pub(super) effect: Effect,
    /// What may stand there, and where it is kept.
    pub(super) slot: Slot<T>,
}

/// When a change of a key takes effect.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Effect {
    /// On reload.
    Reload,
    /// On restart; a reload that changes it is refused.
    Restart,
}

/// What may stand behind a key, and the place that it sets.
pub(super) enum Slot<T> {
    /// The name of a server.
    Name(fn(&mut T) -> &mut String),
    /// A text on one line.
    Line(fn(&mut T) -> &mut String),
    /// A text, `"""` for several lines.
    Text(fn(&mut T) -> &mut String),
    /// A directory.
    Path(fn(&mut T) -> &mut Option<PathBuf>),
    /// `true` or `false`.
    Flag(fn(&mut T) -> &mut bool),
    /// A whole number.
    Count(RangeInclusive<u32>, Count<T>),
    /// A list of networks.
    Networks(fn(&mut T) -> &mut Vec<Network>),
    /// Letters of modes.
    ChannelModes(fn(&mut T) -> &mut ChannelModes),
    /// A list of client-only tags.
    Tags(fn(&mut T) -> &mut TagsDenied),
    /// One of a few words.
    CaseMapping(fn(&mut T) -> &mut CaseMapping),
    /// One of a few words.
    AlwaysOn(fn(&mut T) -> &mut AlwaysOn),
    /// One of a few words.
    Hosts(fn(&mut T) -> &mut Hosts),
    /// An endpoint where connections are accepted.
    Accept(fn(&mut T) -> &mut Option<Endpoint>),
    /// A service, or an endpoint that is opened for each connection.
    Serve(fn(&mut T) -> &mut Option<Endpoint>),
}

/// Where a number is kept.
pub(super) enum Count<T> {
    /// It always has a value.
    Set(fn(&mut T) -> &mut u32),
    /// Where it is not written, the hub finds one.
    Found(fn(&mut T) -> &mut Option<u32>),
}

pub(super) const HUB: &[Key<Hub>] = &[
    Key {
        name: "name",
        doc: "The server's name, as clients see it",
        effect: Effect::Restart,
        slot: Slot::Name(|hub| &mut hub.name),
    },
    Key {
        name: "data",
        doc: "Directory of the store, the lock and the control socket; by default the user's own",
        effect: Effect::Restart,
        slot: Slot::Path(|hub| &mut hub.data),
    },
    Key {
        name: "exempt",
        doc: "Networks without connection and flood limits, such as those of your own machines",
        effect: Effect::Reload,
        slot: Slot::Networks(|hub| &mut hub.exempt),
    },
    Key {
        name: "sessions",
        doc: "Sessions held at once; by default as many as the file descriptors allow",
        effect: Effect::Restart,
        slot: Slot::Count(1..=1_000_000, Count::Found(|hub| &mut hub.sessions)),
    },
];

pub(super) const CHAT: &[Key<Chat>] = &[
    Key {
        name: "network",
        doc: "The network's name, as clients show it",
        effect: Effect::Reload,
        slot: Slot::Line(|chat| &mut chat.network),
    },
    Key {
        name: "motd",
        doc: "Message of the day",
        effect: Effect::Reload,
        slot: Slot::Text(|chat| &mut chat.motd),
    },
    Key {
        name: "history",
        doc: "Whether messages are kept: of channels, and of accounts with others",
        effect: Effect::Reload,
        slot: Slot::Flag(|chat| &mut chat.history),
    },
    Key {
        name: "history_events",
        doc: "Whether joins, parts, quits, kicks and new nicks are kept with them",
        effect: Effect::Reload,
        slot: Slot::Flag(|chat| &mut chat.history_events),
    },
    Key {
        name: "search",
        doc: "Whether messages that are kept can be searched for words, which makes the database \
              about two fifths larger",
        effect: Effect::Reload,
        slot: Slot::Flag(|chat| &mut chat.search),
    },
    Key {
        name: "history_days",
        doc: "Days after which messages are deleted; 0: never",
        effect: Effect::Reload,
        slot: Slot::Count(0..=36_500, Count::Set(|chat| &mut chat.history_days)),
    },
    Key {
        name: "history_channel_messages",
        doc: "Messages that are kept of a channel; 0: all",
        effect: Effect::Reload,
        slot: Slot::Count(
            0..=1_000_000_000,
            Count::Set(|chat| &mut chat.history_channel_messages),
        ),
    },
    Key {
        name: "history_direct_messages",
        doc: "Direct messages that an account keeps with each other side; 0: all",
        effect: Effect::Reload,
        slot: Slot::Count(
            0..=1_000_000_000,
            Count::Set(|chat| &mut chat.history_direct_messages),
        ),
    },
    Key {
        name: "redaction_window_s",
        doc: "For how long who said something can take it back, seconds; channel operators always can",
        effect: Effect::Reload,
        slot: Slot::Count(
            0..=31_536_000,
            Count::Set(|chat| &mut chat.redaction_window_s),
        ),
    },
    Key {
        name: "replay_on_join",
        doc: "Kept messages that a client which cannot ask for history gets on JOIN; 0: none",
        effect: Effect::Reload,
        slot: Slot::Count(0..=1_000, Count::Set(|chat| &mut chat.replay_on_join)),
    },
    Key {
        name: "channel_modes",
        doc: "Modes of a new channel, of those without a parameter",
        effect: Effect::Reload,
        slot: Slot::ChannelModes(|chat| &mut chat.channel_modes),
    },
    Key {
        name: "client_tags_denied",
        doc: "Client-only tags that are not relayed, without their +; or \"*\" for all, and then \
              those that are all the same, behind a -",
        effect: Effect::Reload,
        slot: Slot::Tags(|chat| &mut chat.client_tags_denied),
    },
    Key {
        name: "channel_relays",
        doc: "Whether operators of a channel may relay there what others have said elsewhere, as \
              bridges do; operators of the hub may",
        effect: Effect::Reload,
        slot: Slot::Flag(|chat| &mut chat.channel_relays),
    },
    Key {
        name: "register",
        doc: "Whether people may make accounts themselves, which may chat and nothing else",
        effect: Effect::Reload,
        slot: Slot::Flag(|chat| &mut chat.register),
    },
    Key {
        name: "reserve_nicks",
        doc: "Whether the name of an account is a nick that only its owner may have",
        effect: Effect::Reload,
        slot: Slot::Flag(|chat| &mut chat.reserve_nicks),
    },
    Key {
        name: "channels_per_account",
        doc: "Channels that an account may register with ChanServ",
        effect: Effect::Reload,
        slot: Slot::Count(
            0..=100_000,
            Count::Set(|chat| &mut chat.channels_per_account),
        ),
    },
    Key {
        name: "multiclient",
        doc: "Whether connections of an account may share a nick, unless it wants it otherwise",
        effect: Effect::Reload,
        slot: Slot::Flag(|chat| &mut chat.multiclient),
    },
    Key {
        name: "devices_per_account",
        doc: "Connections of an account that may share nicks",
        effect: Effect::Reload,
        slot: Slot::Count(1..=1_000, Count::Set(|chat| &mut chat.devices_per_account)),
    },
    Key {
        name: "always_on",
        doc: "Whose clients stay on their channels when the last connection goes: of accounts that \
              ask for it, of those that do not say no, of all, or of none",
        effect: Effect::Reload,
        slot: Slot::AlwaysOn(|chat| &mut chat.always_on),
    },
    Key {
        name: "always_on_clients",
        doc: "Clients that stay so at once",
        effect: Effect::Reload,
        slot: Slot::Count(0..=100_000, Count::Set(|chat| &mut chat.always_on_clients)),
    },
    Key {
        name: "always_on_days",
        doc: "Days without a connection after which they leave all the same; 0: never",
        effect: Effect::Reload,
        slot: Slot::Count(0..=36_500, Count::Set(|chat| &mut chat.always_on_days)),
    },
    Key {
        name: "away_text",
        doc: "Why somebody is away who has no connection, or none with a person in front of it",
        effect: Effect::Reload,
        slot: Slot::Line(|chat| &mut chat.away_text),
    },
    Key {
        name: "sts_port",
        doc: "Port of a TLS listener that clients are told to use from then on; 0: they are not",
        effect: Effect::Reload,
        slot: Slot::Count(0..=65_535, Count::Set(|chat| &mut chat.sts_port)),
    },
    Key {
        name: "sts_duration_s",
        doc: "For how long they hold on to it after each visit, seconds; 0 ends it",
        effect: Effect::Reload,
        slot: Slot::Count(0..=63_072_000, Count::Set(|chat| &mut chat.sts_duration_s)),
    },
    Key {
        name: "admin",
        doc: "Who runs the network: two lines of place, a third with how to reach somebody",
        effect: Effect::Reload,
        slot: Slot::Text(|chat| &mut chat.admin),
    },
    Key {
        name: "icon",
        doc: "A picture for the network: an https URL, in which {size} may stand for pixels",
        effect: Effect::Reload,
        slot: Slot::Text(|chat| &mut chat.icon),
    },
    Key {
        name: "casemapping",
        doc: "How nicks and channel names are compared; fixed at the first start on a directory",
        effect: Effect::Restart,
        slot: Slot::CaseMapping(|chat| &mut chat.casemapping),
    },
    Key {
        name: "require_sasl",
        doc: "Networks from which one has to log in (SASL) to come, such as those of anonymisers",
        effect: Effect::Reload,
        slot: Slot::Networks(|chat| &mut chat.require_sasl),
    },
    Key {
        name: "hosts",
        doc: "What others see of where a client comes from: its address, or a cloak of it that \
              tells nothing but who shares a network",
        effect: Effect::Reload,
        slot: Slot::Hosts(|chat| &mut chat.hosts),
    },
    Key {
        name: "pending_per_source",
        doc: "Connections of one address (IPv6: one /64) that have not registered yet",
        effect: Effect::Reload,
        slot: Slot::Count(
            1..=1_000_000,
            Count::Set(|chat| &mut chat.pending_per_source),
        ),
    },
    Key {
        name: "registered_per_source",
        doc: "Registered connections of one address (IPv6: one /64)",
        effect: Effect::Reload,
        slot: Slot::Count(
            1..=1_000_000,
            Count::Set(|chat| &mut chat.registered_per_source),
        ),
    },
];

pub(super) const LISTEN: &[Key<ListenDraft>] = &[
    Key {
        name: "at",
        doc: "Where to accept: an endpoint, written as on the command line",
        effect: Effect::Reload,
        slot: Slot::Accept(|listen| &mut listen.at),
    },
    Key {
        name: "serve",
        doc: "What answers there: a service, or an endpoint to relay to",
        effect: Effect::Reload,
        slot: Slot::Serve(|listen| &mut listen.serve),
    },
];

impl<T: Clone> Key<T> {
    /// Returns the value in `section` as TOML; `None` where it is not set.
    pub(super) fn value(&self, section: &T) -> Option<toml::Value> {
        let mut section = section.clone();
        match &self.slot {
            Slot::Name(place) | Slot::Line(place) | Slot::Text(place) => {
                Some(place(&mut section).clone().into())
            }
            Slot::Path(place) => place(&mut section)
                .as_ref()
                .map(|p| p.display().to_string().into()),
            Slot::Flag(place) => Some((*place(&mut section)).into()),
            Slot::Count(_, Count::Set(place)) => Some((*place(&mut section)).into()),
            Slot::Count(_, Count::Found(place)) => place(&mut section).map(Into::into),
            Slot::Accept(place) | Slot::Serve(place) => place(&mut section)
                .as_ref()
                .map(|endpoint| endpoint.to_string().into()),
            Slot::Networks(place) => Some(
                place(&mut section)
                    .iter()
                    .map(Network::to_string)
                    .collect::<Vec<_>>()
                    .into(),
            ),
            Slot::Tags(place) => Some(place(&mut section).entries().to_vec().into()),
            Slot::CaseMapping(place) => Some(place(&mut section).name().into()),
            Slot::AlwaysOn(place) => Some(place(&mut section).name().into()),
            Slot::Hosts(place) => Some(place(&mut section).name().into()),
            Slot::ChannelModes(place) => Some(place(&mut section).letters().into()),
        }
    }
}

impl<T> Count<T> {
    /// Keeps a number.
    pub(super) fn set(&self, section: &mut T, count: u32) {
        match self {
            Self::Set(place) => *place(section) = count,
            Self::Found(place) => *place(section) = Some(count),
        }
    }
}

impl<T> Slot<T> {
    /// Returns whether the value stands in quotes.
    pub(super) fn is_text(&self) -> bool {
        let is_bare = matches!(self, Self::Flag(_) | Self::Count(..));
        !is_bare && !matches!(self, Self::Networks(_) | Self::Tags(_))
    }
}

impl<T> fmt::Display for Slot<T> {
    /// Writes what may stand there, as in "is not …".
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Name(_) => {
                write!(
                    f,
                    "a name of 1 to {NAME_BYTES_MAX} letters, digits, dots and hyphens"
                )
            }
            Self::Line(_) => write!(f, "a text on one line, of 1 to {LINE_BYTES_MAX} bytes"),
            Self::Text(_) => write!(
                f,
                "a text with lines of at most {TEXT_LINE_BYTES_MAX} bytes"
            ),
            Self::Path(_) => f.write_str("a path"),
            Self::Flag(_) => f.write_str("true or false"),
            Self::Count(range, _) => {
                write!(
                    f,
                    "a whole number from {} to {}",
                    range.start(),
                    range.end()
                )
            }
            Self::Accept(_) => f.write_str("an endpoint, such as \":6667\""),
            Self::Serve(_) => f.write_str("a service or an endpoint, such as \"chat\""),
            Self::Networks(_) => f.write_str("a list of networks, such as [\"10.0.0.0/8\"]"),
            Self::Tags(_) => f.write_str("a list of tags, such as [\"typing\"]"),
            Self::ChannelModes(_) => {
                let all = ChannelModes::ALL.letters();
                write!(f, "a choice of the mode letters {all}")
            }
            Self::CaseMapping(_) => one_of(CASE_MAPPINGS.map(CaseMapping::name), f),
            Self::AlwaysOn(_) => one_of(AlwaysOn::ALL.map(AlwaysOn::name), f),
            Self::Hosts(_) => one_of(HOSTS.map(Hosts::name), f),
        }
    }
}

fn one_of<const N: usize>(words: [&str; N], f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let quoted = words.map(|word| format!("\"{word}\""));
    f.write_str(&quoted.join(" or "))
}

/// Returns the changed keys of `[hub]` and `[chat]` in words; `Err` with those that need a restart.
pub(super) fn changes(old: &Config, new: &Config) -> Result<Vec<String>, Vec<String>> {
    let (mut live, mut fixed) = (Vec::new(), Vec::new());
    section_changes("hub", HUB, (&old.hub, &new.hub), &mut live, &mut fixed);
    section_changes("chat", CHAT, (&old.chat, &new.chat), &mut live, &mut fixed);
    if fixed.is_empty() {
        Ok(live)
    } else {
        Err(fixed)
    }
}

fn section_changes<T: Clone>(
    section: &str,
    keys: &[Key<T>],
    (old, new): (&T, &T),
    live: &mut Vec<String>,
    fixed: &mut Vec<String>,
) {
    let shown = |value: Option<toml::Value>| value.map_or("unset".to_owned(), |v| v.to_string());
    for key in keys {
        let (was, is) = (key.value(old), key.value(new));
        if was != is {
            let change = format!("{section}.{}: {} → {}", key.name, shown(was), shown(is));
            match key.effect {
                Effect::Reload => live.push(change),
                Effect::Restart => fixed.push(change),
            }
        }
    }
}

/// Longest name of a server, bytes (RFC 2812 section 2.3.1, after RFC 1123 section 2.1).
pub(super) const NAME_BYTES_MAX: usize = 63;
/// Longest text on one line, bytes: the network's name is one of many words of a line.
pub(super) const LINE_BYTES_MAX: usize = 64;
/// Longest line of a text, bytes: one IRC line with its numeric, server and nick has 512.
pub(super) const TEXT_LINE_BYTES_MAX: usize = 400;
