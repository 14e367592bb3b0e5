//! Values of keys: their kinds, how they are read and how they are written.

use std::fmt;
use std::time::Duration;

use super::problem::nearest;
use super::{Hop, KnownHost, NetworkEntry, Secret, SocketOption};

/// What a key takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Kind {
    /// `on` or `off`; the bare key means `on`.
    Flag,
    /// A whole number from 0 to the limit.
    Count(u64),
    /// A whole number from the one limit to the other.
    Within(u64, u64),
    /// A whole number or `forever`.
    CountOrForever,
    /// A number of bytes with an optional K, M or G (1024 each).
    Bytes,
    /// The same, at least one byte.
    SomeBytes,
    /// A power of two of bytes from the one limit to the other.
    PowerOfTwo(u64, u64),
    /// A time with its unit: `250ms`, `5s`, `2m`, `1h`.
    Duration,
    /// The same, at least a millisecond.
    SomeDuration,
    /// A time or `off`.
    DurationOrOff,
    /// Permissions in octal.
    Mode,
    /// Any text.
    Text,
    /// A text that nobody else is to see: itself, `@FILE` or `env:NAME`.
    Secret,
    /// One of these words.
    OneOf(&'static [&'static str]),
    /// A version of TLS.
    TlsVersion,
    /// Addresses, networks and files of them, parted by commas.
    Networks,
    /// `sha256:` and 64 hexadecimal digits, with or without colons between the bytes.
    Sha256,
    /// `LEVEL:NAME:VALUE`; may be written several times.
    SocketOption,
    /// `HOST:PORT:ADDRESS[,ADDRESS…]`.
    KnownHost,
    /// A proxy as a URL.
    Hop,
}

/// A key's value.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Value {
    /// `on` or `off`.
    Flag(bool),
    /// A number.
    Count(u64),
    /// Without end, where a number may stand.
    Forever,
    /// A number of bytes.
    Bytes(u64),
    /// A time.
    Duration(Duration),
    /// Switched off, where a time may stand.
    Off,
    /// Permissions.
    Mode(u32),
    /// Networks, at least one entry.
    Networks(Vec<NetworkEntry>),
    /// A socket option by number.
    SocketOption(SocketOption),
    /// A name and its addresses.
    KnownHost(KnownHost),
    /// A proxy on the way.
    Hop(Hop),
    /// A text.
    Text(String),
    /// A secret, or where it is.
    Secret(Secret),
}

impl Kind {
    /// Reads a value.
    ///
    /// # Errors
    /// What the key takes, as the end of a sentence: `takes on or off`.
    pub fn read(self, text: &str) -> Result<Value, String> {
        let value = match self {
            Self::Flag => read_flag(text).map(Value::Flag),
            Self::Count(max) => number(text).filter(|count| *count <= max).map(Value::Count),
            Self::Within(min, max) => number(text)
                .filter(|count| (min..=max).contains(count))
                .map(Value::Count),
            Self::CountOrForever if text == "forever" => Some(Value::Forever),
            Self::CountOrForever => number(text).map(Value::Count),
            Self::Bytes => read_bytes(text).map(Value::Bytes),
            Self::SomeBytes => read_bytes(text)
                .filter(|bytes| *bytes > 0)
                .map(Value::Bytes),
            Self::PowerOfTwo(min, max) => read_bytes(text)
                .filter(|bytes| bytes.is_power_of_two() && (min..=max).contains(bytes))
                .map(Value::Bytes),
            Self::Duration => read_duration(text).map(Value::Duration),
            Self::SomeDuration => read_duration(text)
                .filter(|time| !time.is_zero())
                .map(Value::Duration),
            Self::DurationOrOff if text == "off" => Some(Value::Off),
            Self::DurationOrOff => read_duration(text).map(Value::Duration),
            Self::Mode => read_mode(text).map(Value::Mode),
            Self::Text => Some(Value::Text(text.to_owned())),
            Self::Secret => Secret::read(text).map(Value::Secret),
            Self::OneOf(words) => words.contains(&text).then(|| Value::Text(text.to_owned())),
            Self::TlsVersion => TLS_VERSIONS
                .contains(&text)
                .then(|| Value::Text(text.to_owned())),
            Self::Networks => read_networks(text).map(Value::Networks),
            Self::Sha256 => read_sha256(text).map(Value::Text),
            Self::SocketOption => text.parse().ok().map(Value::SocketOption),
            Self::KnownHost => text.parse().ok().map(Value::KnownHost),
            Self::Hop => text.parse().ok().map(Value::Hop),
        };
        value.ok_or_else(|| format!("takes {self}"))
    }

    /// Returns the value that `text` is most likely a slip of.
    pub(super) fn nearest(self, text: &str) -> Option<String> {
        let of = |words: &[&'static str]| nearest(text, words.iter().copied()).map(str::to_owned);
        match self {
            Self::Flag => match text.to_lowercase().as_str() {
                "yes" | "true" => Some("on".to_owned()),
                // Two letters in the other order are `on`, and would mean the opposite.
                "no" | "false" => Some("off".to_owned()),
                _ => of(&["on", "off"]),
            },
            Self::OneOf(words) => of(words),
            Self::CountOrForever => of(&["forever"]),
            Self::DurationOrOff => of(&["off"]),
            Self::Hop => Hop::nearest_protocol(text).map(|protocol| format!("{protocol}://")),
            _ => None,
        }
    }

    /// Tells whether a key of this kind may be written several times.
    pub(super) const fn repeats(self) -> bool {
        matches!(self, Self::SocketOption)
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Flag => f.write_str("on or off"),
            Self::Count(max) => write!(f, "a number from 0 to {max}"),
            Self::Within(min, max) => write!(f, "a number from {min} to {max}"),
            Self::CountOrForever => f.write_str("a number or forever"),
            Self::Bytes => f.write_str("a number of bytes such as 512, 64K or 10M"),
            Self::SomeBytes => f.write_str("a number of bytes from 1 on such as 512, 64K or 10M"),
            Self::PowerOfTwo(min, max) => {
                f.write_str("a power of two of bytes from ")?;
                write_in_units(f, *min, BYTE_UNITS)?;
                f.write_str(" to ")?;
                write_in_units(f, *max, BYTE_UNITS)
            }
            Self::Duration => f.write_str("a time such as 250ms, 5s, 2m or 1h"),
            Self::SomeDuration => f.write_str("a time above 0 such as 250ms, 5s, 2m or 1h"),
            Self::DurationOrOff => f.write_str("a time such as 250ms, 5s, 2m or 1h, or off"),
            Self::Mode => f.write_str("permissions in octal such as 660"),
            Self::Text => f.write_str("a text"),
            Self::Secret => f.write_str("a text, or @FILE or env:NAME that holds it"),
            Self::OneOf(words) => f.write_str(&words.join(" or ")),
            Self::TlsVersion => f.write_str("1.2 or 1.3: older ones are not safe and not spoken"),
            Self::Networks => {
                f.write_str("networks such as 10.0.0.0/8, fd00::/8 or 192.0.2.1, or @FILE")
            }
            Self::Sha256 => f.write_str("sha256: and 64 hexadecimal digits"),
            Self::SocketOption => f.write_str(
                "LEVEL:NAME:VALUE in numbers; a VALUE is an int, or bytes in hexadecimal after an x",
            ),
            Self::KnownHost => f.write_str("HOST:PORT:ADDRESS, and more addresses after commas"),
            Self::Hop => f.write_str(
                "a proxy such as socks5h://NAME:PASSWORD@HOST:PORT; also socks5, http, and socks4a and socks4 with no password",
            ),
        }
    }
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Flag(true) => f.write_str("on"),
            Self::Flag(false) | Self::Off => f.write_str("off"),
            Self::Count(count) => write!(f, "{count}"),
            Self::Forever => f.write_str("forever"),
            Self::Bytes(bytes) => write_in_units(f, *bytes, BYTE_UNITS),
            Self::Duration(time) => {
                let ms = u64::try_from(time.as_millis()).unwrap_or(u64::MAX);
                write_in_units(f, ms, TIME_UNITS_MS)
            }
            Self::Mode(mode) => write!(f, "{mode:o}"),
            Self::Networks(networks) => {
                let networks: Vec<_> = networks.iter().map(NetworkEntry::to_string).collect();
                f.write_str(&networks.join(","))
            }
            Self::SocketOption(option) => option.fmt(f),
            Self::KnownHost(known) => known.fmt(f),
            Self::Hop(hop) => hop.fmt(f),
            Self::Text(text) => f.write_str(text),
            Self::Secret(secret) => secret.fmt(f),
        }
    }
}

fn read_flag(text: &str) -> Option<bool> {
    match text {
        "on" | "1" => Some(true),
        "off" | "0" => Some(false),
        _ => None,
    }
}

fn read_bytes(text: &str) -> Option<u64> {
    let (digits, unit) = text.split_at(
        text.find(|c: char| !c.is_ascii_digit())
            .unwrap_or(text.len()),
    );
    let (_, size) = BYTE_UNITS.iter().find(|(name, _)| *name == unit)?;
    number(digits)?.checked_mul(*size)
}

fn read_duration(text: &str) -> Option<Duration> {
    let (digits, unit) = text.split_at(text.find(|c: char| !c.is_ascii_digit())?);
    let (_, ms) = TIME_UNITS_MS.iter().find(|(name, _)| *name == unit)?;
    number(digits)?.checked_mul(*ms).map(Duration::from_millis)
}

fn read_mode(text: &str) -> Option<u32> {
    let octal = !text.is_empty() && text.bytes().all(|b| matches!(b, b'0'..=b'7'));
    let mode = octal.then(|| u32::from_str_radix(text, 8).ok()).flatten()?;
    (mode <= MODE_MAX).then_some(mode)
}

fn read_networks(text: &str) -> Option<Vec<NetworkEntry>> {
    text.split(',')
        .map(|network| network.parse().ok())
        .collect()
}

/// Reads a fingerprint; it is kept in lower case and without the colons that OpenSSL writes.
fn read_sha256(text: &str) -> Option<String> {
    let digits = text.strip_prefix("sha256:")?.replace(':', "");
    let is_whole =
        digits.len() == 2 * SHA256_BYTES && digits.bytes().all(|b| b.is_ascii_hexdigit());
    is_whole.then(|| format!("sha256:{}", digits.to_ascii_lowercase()))
}

/// Reads digits only: no sign, which [`str::parse`] would take.
fn number(digits: &str) -> Option<u64> {
    digits
        .bytes()
        .all(|b| b.is_ascii_digit())
        .then(|| digits.parse().ok())
        .flatten()
}

/// Writes an amount in the largest unit that divides it.
fn write_in_units(f: &mut fmt::Formatter<'_>, amount: u64, units: Units) -> fmt::Result {
    let fits = |size: u64| size == 1 || (amount > 0 && amount.is_multiple_of(size));
    match units.iter().find(|(_, size)| fits(*size)) {
        Some((unit, size)) => write!(f, "{}{unit}", amount / size),
        None => write!(f, "{amount}"),
    }
}

/// Units and their sizes, largest first, the last of size 1.
type Units = &'static [(&'static str, u64)];

/// Bytes, as curl's `--limit-rate` counts them.
const BYTE_UNITS: Units = &[("G", 1 << 30), ("M", 1 << 20), ("K", 1 << 10), ("", 1)];

/// Times, in milliseconds.
const TIME_UNITS_MS: Units = &[
    ("d", 86_400_000),
    ("h", 3_600_000),
    ("m", 60_000),
    ("s", 1_000),
    ("ms", 1),
];

/// What rustls speaks (RFC 5246 and RFC 8446).
const TLS_VERSIONS: &[&str] = &["1.2", "1.3"];

/// Length of a SHA-256, bytes.
const SHA256_BYTES: usize = 32;

/// Permission bits: rwx for three, setuid, setgid and sticky.
const MODE_MAX: u32 = 0o7777;

#[cfg(test)]
mod tests;
