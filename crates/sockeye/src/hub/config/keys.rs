//! The keys of the file: one row each feeds the reader, the example file, the reference and the
//! words of a reload.

mod chat;
mod page;

use std::fmt;
use std::ops::RangeInclusive;
use std::path::PathBuf;
use std::time::Duration;

pub(super) use chat::CHAT;
pub(super) use page::PAGE;

use sockeye_proto::irc::input::fingerprint_text;

use super::read::{Reader, Value};
use super::{CASE_MAPPINGS, CaseMapping, Config, HOSTS, Hosts, Hub};
use crate::endpoint::{Endpoint, Network, Secret, Value as Setting};
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
    /// A secret, or where it stands.
    Secret(fn(&mut T) -> &mut Option<Secret>),
    /// The SHA-256 of a certificate.
    Fingerprint(fn(&mut T) -> &mut Option<[u8; 32]>),
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
    /// An endpoint that is opened.
    Connect(fn(&mut T) -> &mut Option<Endpoint>),
    /// A time with its unit, this one or longer.
    Time(Duration, fn(&mut T) -> &mut Duration),
    /// A text that a service reads.
    Read(Reading<T>),
    /// A table or a list with keys of its own.
    Nested(Nesting<T>),
}

/// A text that a service reads.
pub(super) struct Reading<T> {
    /// What may stand there, as in "is not …".
    pub(super) takes: &'static str,
    /// Reads and stores it, or returns what to write instead, where that is known.
    pub(super) read: fn(&mut T, &str) -> Result<(), Option<String>>,
    /// Returns it as it would be written; `None` where it is not set.
    pub(super) shown: fn(&T) -> Option<String>,
}

/// A table or a list with keys of its own.
pub(super) struct Nesting<T> {
    /// What may stand there, as in "is not …".
    pub(super) takes: &'static str,
    /// Reads and stores it, and says what is wrong in it.
    pub(super) read: fn(&mut Reader<'_>, &mut T, &Value<'_>),
    /// Returns it as it would be written; `None` where it is not set.
    pub(super) value: fn(&T) -> Option<toml::Value>,
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
        name: "connects_per_source",
        doc: "Connections that one address (IPv6: one /64) may open at once, and as many more within \
              each window; 0: any number. Relays, proxies and balancers have +limit,connects for that",
        effect: Effect::Reload,
        slot: Slot::Count(
            0..=1_000_000,
            Count::Set(|hub| &mut hub.connects_per_source),
        ),
    },
    Key {
        name: "connects_per_network",
        doc: "The same for all addresses of a /24 (IPv6: a /48) together",
        effect: Effect::Reload,
        slot: Slot::Count(
            0..=1_000_000,
            Count::Set(|hub| &mut hub.connects_per_network),
        ),
    },
    Key {
        name: "connects_window_s",
        doc: "The window of the two, seconds",
        effect: Effect::Reload,
        slot: Slot::Count(1..=86_400, Count::Set(|hub| &mut hub.connects_window_s)),
    },
    Key {
        name: "sessions",
        doc: "Sessions held at once; by default as many as the file descriptors allow",
        effect: Effect::Restart,
        slot: Slot::Count(1..=1_000_000, Count::Found(|hub| &mut hub.sessions)),
    },
    Key {
        name: "audit_days",
        doc: "Days after which the audit log forgets; 0: never",
        effect: Effect::Reload,
        slot: Slot::Count(0..=36_500, Count::Set(|hub| &mut hub.audit_days)),
    },
    Key {
        name: "audit_rows",
        doc: "Rows that the audit log keeps of what needs a permission, and as many of what anybody \
              can do; 0: all",
        effect: Effect::Reload,
        slot: Slot::Count(0..=10_000_000, Count::Set(|hub| &mut hub.audit_rows)),
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
            Slot::Accept(place) | Slot::Serve(place) | Slot::Connect(place) => place(&mut section)
                .as_ref()
                .map(|endpoint| endpoint.to_string().into()),
            Slot::Networks(place) => Some(
                place(&mut section)
                    .iter()
                    .map(Network::to_string)
                    .collect::<Vec<_>>()
                    .into(),
            ),
            Slot::Secret(place) => place(&mut section)
                .as_ref()
                .map(|secret| secret.to_string().into()),
            Slot::Fingerprint(place) => place(&mut section)
                .as_ref()
                .map(|fingerprint| fingerprint_text(fingerprint).into()),
            Slot::Tags(place) => Some(place(&mut section).entries().to_vec().into()),
            Slot::CaseMapping(place) => Some(place(&mut section).name().into()),
            Slot::AlwaysOn(place) => Some(place(&mut section).name().into()),
            Slot::Hosts(place) => Some(place(&mut section).name().into()),
            Slot::ChannelModes(place) => Some(place(&mut section).letters().into()),
            Slot::Time(_, place) => {
                Some(Setting::Duration(*place(&mut section)).to_string().into())
            }
            Slot::Read(Reading { shown, .. }) => shown(&section).map(Into::into),
            Slot::Nested(Nesting { value, .. }) => value(&section),
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
    /// Returns whether one word may stand there that means something.
    pub(super) fn is_word(&self) -> bool {
        let is_few = matches!(
            self,
            Self::CaseMapping(_) | Self::AlwaysOn(_) | Self::Hosts(_)
        );
        is_few || matches!(self, Self::Time(..) | Self::Read(_))
    }

    /// Returns whether an endpoint may stand there.
    pub(super) fn is_endpoint(&self) -> bool {
        matches!(self, Self::Accept(_) | Self::Connect(_) | Self::Serve(_))
    }

    /// Returns whether the value stands in quotes.
    pub(super) fn is_text(&self) -> bool {
        let is_bare = matches!(self, Self::Flag(_) | Self::Count(..));
        !is_bare && !matches!(self, Self::Networks(_) | Self::Tags(_) | Self::Nested(_))
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
            Self::Connect(_) => f.write_str("an endpoint, such as \"tcp://10.0.0.1:5432\""),
            Self::Networks(_) => f.write_str("a list of networks, such as [\"10.0.0.0/8\"]"),
            Self::Secret(_) => f.write_str("a secret, or \"@FILE\" or \"env:NAME\""),
            Self::Fingerprint(_) => f.write_str("a SHA-256 in 64 hexadecimal digits"),
            Self::Tags(_) => f.write_str("a list of tags, such as [\"typing\"]"),
            Self::ChannelModes(_) => {
                let all = ChannelModes::ALL.letters();
                write!(f, "a choice of the mode letters {all}")
            }
            Self::CaseMapping(_) => one_of(CASE_MAPPINGS.map(CaseMapping::name), f),
            Self::AlwaysOn(_) => one_of(AlwaysOn::ALL.map(AlwaysOn::name), f),
            Self::Hosts(_) => one_of(HOSTS.map(Hosts::name), f),
            Self::Time(Duration::ZERO, _) => f.write_str("a time, such as \"500ms\" or \"5s\""),
            Self::Time(least, _) => {
                let least = Setting::Duration(*least);
                write!(f, "a time of at least {least}, such as \"500ms\" or \"5s\"")
            }
            Self::Read(Reading { takes, .. }) | Self::Nested(Nesting { takes, .. }) => {
                f.write_str(takes)
            }
        }
    }
}

fn one_of<const N: usize>(words: [&str; N], f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let quoted = words.map(|word| format!("\"{word}\""));
    f.write_str(&quoted.join(" or "))
}

/// Returns the changed keys of the sections in words; `Err` with those that need a restart.
pub(super) fn changes(old: &Config, new: &Config) -> Result<Vec<String>, Vec<String>> {
    let (mut live, mut fixed) = (Vec::new(), Vec::new());
    section_changes("hub", HUB, (&old.hub, &new.hub), &mut live, &mut fixed);
    section_changes("chat", CHAT, (&old.chat, &new.chat), &mut live, &mut fixed);
    if old.proxy.rules != new.proxy.rules {
        // Without what they say, for a hop may have a password.
        live.push("proxy.rule: changed".to_owned());
    }
    section_changes("page", PAGE, (&old.page, &new.page), &mut live, &mut fixed);
    if old.gateways != new.gateways {
        // Without what they say, which is partly secret.
        live.push("gateway: changed".to_owned());
    }
    if fixed.is_empty() {
        Ok(live)
    } else {
        Err(fixed)
    }
}

pub(super) fn section_changes<T: Clone>(
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
