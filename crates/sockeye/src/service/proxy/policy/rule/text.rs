//! How the parts of a rule are written.

use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

use sockeye_proto::socks::Command;

use super::{Action, Hours, MINUTES_A_DAY, Ports, Target, Weekday};

impl Action {
    /// Every action.
    pub const ALL: [Self; 2] = [Self::Allow, Self::Deny];

    /// Returns its name in a file.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Allow => "allow",
            Self::Deny => "deny",
        }
    }
}

/// Names that commands have in a file.
pub const COMMANDS: [(&str, Command); 3] = [
    ("connect", Command::Connect),
    ("bind", Command::Bind),
    ("udp", Command::UdpAssociate),
];

/// Names of the days, Monday first.
pub const WEEKDAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

impl FromStr for Weekday {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let at = WEEKDAYS.iter().position(|day| *day == text);
        at.and_then(|at| u8::try_from(at).ok()).map(Self).ok_or(())
    }
}

impl fmt::Display for Weekday {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(WEEKDAYS.get(usize::from(self.0)).unwrap_or(&""))
    }
}

impl FromStr for Hours {
    type Err = ();

    /// Reads `08:00-18:30`; a span that would be empty is none.
    fn from_str(text: &str) -> Result<Self, ()> {
        let (from, until) = text.split_once('-').ok_or(())?;
        let (from_min, until_min) = (minute(from)?, minute(until)?);
        let is_span = from_min != until_min && u64::from(from_min) < MINUTES_A_DAY;
        is_span
            .then_some(Self {
                from_min,
                until_min,
            })
            .ok_or(())
    }
}

/// Reads `18:30`; `24:00` is the end of the day.
fn minute(text: &str) -> Result<u16, ()> {
    let (hour, minute) = text.split_once(':').ok_or(())?;
    let number = |text: &str| match text.len() == 2 && text.bytes().all(|b| b.is_ascii_digit()) {
        true => text.parse::<u16>().map_err(drop),
        false => Err(()),
    };
    let (hour, minute) = (number(hour)?, number(minute)?);
    let is_time = minute < 60 && (hour < 24 || (hour, minute) == (24, 0));
    is_time.then_some(hour * 60 + minute).ok_or(())
}

impl fmt::Display for Hours {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            from_min: a,
            until_min: b,
        } = self;
        write!(f, "{:02}:{:02}-{:02}:{:02}", a / 60, a % 60, b / 60, b % 60)
    }
}

impl FromStr for Ports {
    type Err = ();

    /// Reads `443` or `8000-8999`.
    fn from_str(text: &str) -> Result<Self, ()> {
        let (first, last) = text.split_once('-').unwrap_or((text, text));
        let port = |text: &str| match text.bytes().all(|b| b.is_ascii_digit()) {
            true => text.parse::<u16>().map_err(drop),
            false => Err(()),
        };
        let (first, last) = (port(first)?, port(last)?);
        (first <= last).then_some(Self(first..=last)).ok_or(())
    }
}

impl fmt::Display for Ports {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (first, last) = self.0.clone().into_inner();
        match first == last {
            true => first.fmt(f),
            false => write!(f, "{first}-{last}"),
        }
    }
}

impl FromStr for Target {
    /// What is wrong, and what to write instead.
    type Err = String;

    /// Reads a network, an address, a name or `*.` and a name.
    fn from_str(text: &str) -> Result<Self, String> {
        let bare = text
            .strip_prefix('[')
            .and_then(|text| text.strip_suffix(']'));
        let text = bare.unwrap_or(text);
        if text.contains('/') || text.parse::<IpAddr>().is_ok() {
            return text.parse().map(Self::Network);
        }
        let (name, is_below) = match text.strip_prefix("*.") {
            Some(name) => (name, true),
            None => (text, false),
        };
        let name = name.strip_suffix('.').unwrap_or(name).to_ascii_lowercase();
        match (is_name(&name), is_below) {
            (true, true) => Ok(Self::Below(format!(".{name}"))),
            (true, false) => Ok(Self::Name(name)),
            (false, _) if !name.is_ascii() => Err(format!(
                "\"{text}\" is not written as it is looked up: in its form with xn--"
            )),
            (false, _) => Err(format!(
                "\"{text}\" is no name, no *.name and no network, such as 10.0.0.0/8"
            )),
        }
    }
}

/// Tells whether a text can be a host's name: no part of it is empty, and it is no address.
fn is_name(text: &str) -> bool {
    let is_of_names = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    let is_label = |label: &str| (1..=63).contains(&label.len()) && label.bytes().all(is_of_names);
    text.len() <= NAME_BYTES_MAX && text.split('.').all(is_label) && !is_numeric(text)
}

/// Tells whether what looks like a name would be taken for an address by some (`127.1`, `0x7f.1`).
pub(in super::super) fn is_numeric(name: &str) -> bool {
    let name = name.strip_suffix('.').unwrap_or(name);
    let last = name.rsplit('.').next().unwrap_or_default();
    let is_hex = |text: &str| text.bytes().all(|byte| byte.is_ascii_hexdigit());
    let hex = last.strip_prefix("0x").or_else(|| last.strip_prefix("0X"));
    let is_decimal = !last.is_empty() && last.bytes().all(|byte| byte.is_ascii_digit());
    is_decimal || hex.is_some_and(is_hex)
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Name(name) => f.write_str(name),
            Self::Below(suffix) => write!(f, "*{suffix}"),
            Self::Network(network) => network.fmt(f),
        }
    }
}

/// Longest name of a host, bytes (RFC 1035 section 2.3.4).
const NAME_BYTES_MAX: usize = 253;
