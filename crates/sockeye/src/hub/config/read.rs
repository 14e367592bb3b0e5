//! From text to [`Config`]: walks the TOML tree along the key tables.

use std::ops::Range;
use std::time::Duration;

use sockeye_proto::irc::input::parse_fingerprint;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::gateway::{GATEWAY, Gateway};
use super::keys::{
    CHAT, HUB, Key, LINE_BYTES_MAX, NAME_BYTES_MAX, Nesting, PAGE, Slot, TEXT_LINE_BYTES_MAX,
};
use super::listen::{self, LISTEN};
use super::mistake::{Mistake, did_you_mean};
use super::proxy::{PROXY, RULE};
use super::{AlwaysOn, CASE_MAPPINGS, CaseMapping, ChannelModes, Config, HOSTS, Hosts, TagsDenied};
use crate::endpoint::words::{self, SchemeKind, SchemeRow};
use crate::endpoint::{Endpoint, Kind, Network, ParseError, Role, Secret, Value as Setting};

pub(super) type Value<'a> = Spanned<DeValue<'a>>;

/// Reads the whole text; on a mistake it goes on, and returns all of them.
pub(super) fn read(text: &str) -> Result<Config, Vec<Mistake>> {
    let (root, syntax) = DeTable::parse_recoverable(text);
    let mut reader = Reader {
        text,
        mistakes: Vec::new(),
    };
    for error in &syntax {
        reader.wrong(error.span().unwrap_or(0..0), error.message(), None);
    }
    let mut config = Config::default();
    for (name, value) in root.get_ref() {
        match name.get_ref().as_ref() {
            "hub" => reader.section("hub", HUB, &mut config.hub, name.span(), value),
            "chat" => reader.section("chat", CHAT, &mut config.chat, name.span(), value),
            "proxy" => reader.section("proxy", PROXY, &mut config.proxy, name.span(), value),
            "page" => reader.section("page", PAGE, &mut config.page, name.span(), value),
            "listen" => config.listen = reader.listeners(name.span(), value),
            "gateway" => config.gateways = reader.gateways(name.span(), value),
            other => reader.unknown_name(other, name.span()),
        }
    }
    if let (true, Some(why)) = (reader.mistakes.is_empty(), sts_mistake(&config)) {
        let span = text
            .find("sts_port")
            .map_or(0..0, |at| at..at + "sts_port".len());
        let hint = "a month of clients that cannot come back is what a mistake here costs";
        reader.wrong(span, why, Some(hint.into()));
    }
    if reader.mistakes.is_empty() {
        Ok(config)
    } else {
        Err(reader.mistakes)
    }
}

/// Says why clients that are told to come by TLS could not: there is no such listener, or its
/// certificate is one that nobody can verify.
fn sts_mistake(config: &Config) -> Option<String> {
    let port = config.chat.sts_port;
    if port == 0 {
        return None;
    }
    let Some(found) = config.sts_listener() else {
        return Some(format!(
            "`sts_port`: no [[listen]] takes chat with +tls on port {port}"
        ));
    };
    (found.at.value("tls", "self-signed") == Some(Setting::Flag(true))).then(|| {
        format!("`sts_port`: the certificate on port {port} is self-signed, so clients refuse it")
    })
}

pub(super) struct Reader<'a> {
    text: &'a str,
    mistakes: Vec<Mistake>,
}

impl Reader<'_> {
    /// Returns how many mistakes were found so far.
    pub(super) fn mistakes(&self) -> usize {
        self.mistakes.len()
    }

    /// Notes a mistake.
    pub(super) fn wrong(
        &mut self,
        span: Range<usize>,
        what: impl Into<String>,
        hint: Option<String>,
    ) {
        self.mistakes.push(Mistake {
            span,
            what: what.into(),
            hint,
        });
    }

    /// A name at the top of the file that is no section; perhaps it is a key that lost its section.
    fn unknown_name(&mut self, name: &str, span: Range<usize>) {
        let of = |keys: &[&str], section: &str| {
            keys.contains(&name)
                .then(|| format!("`{name}` belongs under [{section}]"))
        };
        let misplaced = of(&names(HUB), "hub")
            .or_else(|| of(&names(CHAT), "chat"))
            .or_else(|| of(&names(PAGE), "page"))
            .or_else(|| of(&names(LISTEN), "[listen]"))
            .or_else(|| of(&listen::own_names(), "[listen]"))
            .or_else(|| of(&names(GATEWAY), "[gateway]"))
            .or_else(|| of(&names(RULE), "[proxy.rule]"))
            .or_else(|| of(&names(PROXY), "proxy"));
        let hint = misplaced.or_else(|| did_you_mean(name, SECTIONS));
        self.wrong(span, format!("unknown section or key `{name}`"), hint);
    }

    /// Reads a `[section]` into its place.
    pub(super) fn section<T>(
        &mut self,
        title: &str,
        keys: &[Key<T>],
        target: &mut T,
        span: Range<usize>,
        value: &Value<'_>,
    ) {
        let Some(table) = value.get_ref().as_table() else {
            let hint = format!("write [{title}] on a line of its own");
            return self.wrong(span, format!("`{title}` is not a section"), Some(hint));
        };
        for (name, value) in table {
            match keys.iter().find(|key| key.name == name.get_ref().as_ref()) {
                Some(key) => self.set(key, target, value),
                None => {
                    let hint = did_you_mean(name.get_ref(), names(keys))
                        .unwrap_or_else(|| format!("[{title}] takes {}", names(keys).join(", ")));
                    self.wrong(
                        name.span(),
                        format!("unknown key `{}`", name.get_ref()),
                        Some(hint),
                    );
                }
            }
        }
    }

    /// Reads every `[[gateway]]`.
    fn gateways(&mut self, span: Range<usize>, value: &Value<'_>) -> Vec<Gateway> {
        let Some(entries) = value.get_ref().as_array() else {
            let hint = "write [[gateway]] with two brackets".to_owned();
            self.wrong(span, "`gateway` is not a list of gateways", Some(hint));
            return Vec::new();
        };
        let mut gateways = Vec::with_capacity(entries.len());
        for entry in entries {
            let (mut gateway, before) = (Gateway::default(), self.mistakes.len());
            self.section("[gateway]", GATEWAY, &mut gateway, entry.span(), entry);
            if let (true, Some(what)) = (self.mistakes.len() == before, gateway.mistake()) {
                self.wrong(entry.span(), what, None);
            }
            gateways.push(gateway);
        }
        gateways
    }

    /// Checks one value and stores it.
    pub(super) fn set<T>(&mut self, key: &Key<T>, target: &mut T, value: &Value<'_>) {
        let span = value.span();
        if let Slot::Nested(Nesting { read, .. }) = &key.slot {
            return read(self, target, value);
        }
        let mut wrong = |hint: Option<String>| {
            self.wrong(
                span.clone(),
                format!("`{}` is not {}", key.name, key.slot),
                hint,
            );
        };
        match (&key.slot, value.get_ref()) {
            (Slot::Name(place), DeValue::String(text)) if is_server_name(text) => {
                *place(target) = text.to_string();
            }
            (Slot::Line(place), DeValue::String(text)) if is_line(text, LINE_BYTES_MAX) => {
                *place(target) = text.to_string();
            }
            (Slot::Text(place), DeValue::String(text)) if is_text(text) => {
                *place(target) = text.to_string();
            }
            (Slot::Path(place), DeValue::String(text)) if is_line(text, PATH_BYTES_MAX) => {
                *place(target) = Some(text.as_ref().into());
            }
            (Slot::Flag(place), DeValue::Boolean(flag)) => *place(target) = *flag,
            (Slot::Count(range, place), DeValue::Integer(number)) => {
                match u32::from_str_radix(number.as_str(), number.radix()) {
                    Ok(count) if range.contains(&count) => place.set(target, count),
                    _ => wrong(None),
                }
            }
            (Slot::Networks(place), DeValue::Array(items)) => *place(target) = self.networks(items),
            (Slot::Secret(place), DeValue::String(text)) => match Secret::read(text) {
                Some(secret) if !text.is_empty() => *place(target) = Some(secret),
                _ => wrong(None),
            },
            (Slot::Fingerprint(place), DeValue::String(text)) => match parse_fingerprint(text) {
                Some(fingerprint) => *place(target) = Some(fingerprint),
                None => wrong(None),
            },
            (Slot::Tags(place), DeValue::Array(items)) => *place(target) = self.tags(items),
            (Slot::ChannelModes(place), DeValue::String(letters)) => {
                match ChannelModes::from_letters(letters) {
                    Some(modes) => *place(target) = modes,
                    None => wrong(None),
                }
            }
            (slot, DeValue::String(text)) if slot.is_endpoint() => {
                self.set_endpoint(slot, target, text, span);
            }
            (slot, DeValue::String(word)) if slot.is_word() => {
                if let Err(meant) = choose(slot, target, word) {
                    wrong(meant);
                }
            }
            (slot, DeValue::Integer(_) | DeValue::Boolean(_)) if slot.is_text() => {
                wrong(Some("put it in quotes".to_owned()));
            }
            (slot, DeValue::String(_)) if !slot.is_text() => {
                wrong(Some("write it without quotes".to_owned()));
            }
            _ => wrong(None),
        }
    }

    fn set_endpoint<T>(&mut self, slot: &Slot<T>, target: &mut T, text: &str, span: Range<usize>) {
        let (place, parsed, role) = match slot {
            Slot::Accept(place) => (place, Endpoint::parse(text), Role::Accept),
            Slot::Connect(place) => (place, Endpoint::parse(text), Role::Connect),
            Slot::Serve(place) => (place, Endpoint::parse_served(text), Role::Serve),
            _ => return,
        };
        *place(target) = self.endpoint(parsed, role, text, span);
    }

    fn networks(&mut self, items: &[Value<'_>]) -> Vec<Network> {
        let mut networks = Vec::with_capacity(items.len());
        for item in items {
            let text = item
                .get_ref()
                .as_str()
                .ok_or("a network is a text".to_owned());
            match text.and_then(str::parse) {
                Ok(network) => networks.push(network),
                Err(what) => self.wrong(item.span(), what, None),
            }
        }
        networks
    }

    fn tags(&mut self, items: &[Value<'_>]) -> TagsDenied {
        // What is no text is no tag, either.
        let entries = items
            .iter()
            .map(|item| item.get_ref().as_str().unwrap_or(" "));
        let (mut taken, mut denied) = (Vec::with_capacity(items.len()), TagsDenied::default());
        for (entry, item) in entries.zip(items) {
            taken.push(entry);
            match TagsDenied::from_entries(taken.iter().copied()) {
                Ok(so_far) => denied = so_far,
                Err(_) => {
                    taken.pop();
                    self.wrong(item.span(), NO_TAG, Some(TAGS_HINT.to_owned()));
                }
            }
        }
        denied
    }

    /// Takes a parsed endpoint that can act in its role, or says where in the file it cannot.
    fn endpoint(
        &mut self,
        parsed: Result<Endpoint, ParseError>,
        role: Role,
        text: &str,
        span: Range<usize>,
    ) -> Option<Endpoint> {
        let hint = |error: &ParseError| error.hint().map(str::to_owned);
        match parsed {
            Ok(endpoint) => match endpoint.check(role) {
                Ok(()) => return Some(endpoint),
                Err(error) => self.wrong(span, error.problem(), hint(&error)),
            },
            Err(error) => {
                // The place is one of the value, which stands between its quotes in the file unless
                // it has escapes.
                let inside = span.start + 1..span.end.saturating_sub(1);
                let place = match self.text.get(inside.clone()) == Some(text) {
                    true => inside.start + error.place().start..inside.start + error.place().end,
                    false => span,
                };
                let service = || (role == Role::Serve).then(|| did_you_mean(text, services()));
                self.wrong(
                    place,
                    error.problem(),
                    service().flatten().or_else(|| hint(&error)),
                );
            }
        }
        None
    }
}

/// Stores what one word says, or returns what was probably meant.
fn choose<T>(slot: &Slot<T>, target: &mut T, word: &str) -> Result<(), Option<String>> {
    match slot {
        Slot::CaseMapping(place) => {
            let meant = || did_you_mean(word, CASE_MAPPINGS.map(CaseMapping::name));
            *place(target) = CaseMapping::from_name(word).ok_or_else(meant)?;
        }
        Slot::AlwaysOn(place) => {
            let meant = || did_you_mean(word, AlwaysOn::ALL.map(AlwaysOn::name));
            *place(target) = AlwaysOn::from_name(word).ok_or_else(meant)?;
        }
        Slot::Hosts(place) => {
            let meant = || did_you_mean(word, HOSTS.map(Hosts::name));
            *place(target) = Hosts::from_name(word).ok_or_else(meant)?;
        }
        Slot::Time(least, place) => match Kind::Duration.read(word) {
            Ok(Setting::Duration(time)) if (*least..=TIME_MAX).contains(&time) => {
                *place(target) = time;
            }
            _ => return Err(None),
        },
        Slot::Read(reading) => return (reading.read)(target, word),
        _ => return Err(None),
    }
    Ok(())
}

/// The names of the services in this version.
fn services() -> impl Iterator<Item = &'static str> {
    let built = |row: &&SchemeRow| row.is == SchemeKind::Service && row.built;
    words::SCHEMES.iter().filter(built).map(|row| row.name)
}

fn is_server_name(text: &str) -> bool {
    let allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-');
    (1..=NAME_BYTES_MAX).contains(&text.len()) && text.chars().all(allowed)
}

fn is_line(text: &str, bytes_max: usize) -> bool {
    (1..=bytes_max).contains(&text.len()) && !text.contains(char::is_control)
}

fn is_text(text: &str) -> bool {
    text.lines()
        .all(|line| line.is_empty() || is_line(line, TEXT_LINE_BYTES_MAX))
}

pub(super) fn names<T>(keys: &[Key<T>]) -> Vec<&'static str> {
    keys.iter().map(|key| key.name).collect()
}

/// The sections of a file.
const SECTIONS: [&str; 6] = ["hub", "chat", "proxy", "page", "listen", "gateway"];

/// What is wrong with an entry of a list of tags.
const NO_TAG: &str = "no tag that can be denied here";
const TAGS_HINT: &str =
    "up to 8 names of tags without their +, or \"*\" first and then names behind a -";

/// Longest time: more is a slip of its unit.
const TIME_MAX: Duration = Duration::from_secs(366 * 24 * 60 * 60);
/// Longest path, bytes (PATH_MAX of Linux, with its final zero byte).
const PATH_BYTES_MAX: usize = 4_095;
