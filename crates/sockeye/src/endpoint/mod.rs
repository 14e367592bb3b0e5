//! Endpoints: where something is, and how it is to be opened.
//!
//! An [`Endpoint`] is an [`Address`], which says only *where*, with `+words` after it, which say
//! everything about *how*: options, whose place does not matter, and layers, which are applied in
//! written order.
//!
//! ```
//! use sockeye::endpoint::{Address, Endpoint};
//!
//! let endpoint = Endpoint::parse("unix:/run/app.sock +unix,mode=660,unlink")?;
//! assert!(matches!(endpoint.address(), Address::Unix(_)));
//! assert_eq!(endpoint.unix().mode, Some(0o660));
//!
//! let slip = Endpoint::parse("example.org:80 +tcp,nodealy").unwrap_err();
//! assert_eq!(slip.problem(), "+tcp has no key nodealy");
//! assert_eq!(slip.hint(), Some("did you mean nodelay?"));
//! # Ok::<(), sockeye::endpoint::ParseError>(())
//! ```
//!
//! | Written | Means |
//! |---|---|
//! | `8080` | that port of loopback, 127.0.0.1 first, then ::1 |
//! | `:8080` | that port of every interface when listening, of loopback when connecting |
//! | `HOST:PORT` | a name, an IPv4 address or an IPv6 address in brackets |
//! | `scheme://HOST:PORT` | the same for a scheme; percent-encoding is decoded |
//! | `scheme:TEXT` | what the scheme makes of the text |
//! | `-` | standard input and output |
//!
//! `NAME:DIGITS` is always a host and a port, but for schemes whose text may be a number
//! ([`words::Form::TextOrNumber`]). A `-l` after a scheme's name makes the endpoint accept.
//!
//! Text comes as one string, split into words as a POSIX shell does without expansion
//! ([`Endpoint::parse`]), or as the words of a command line ([`Endpoint::from_args`]). Within a
//! `+word`, commas part its keys and `\,` is a comma; a word `key=value` after it belongs to it, its
//! value taken whole. What is unknown or has no effect is refused with its place in the text and
//! what was probably meant ([`ParseError`]); nothing is ignored.
//!
//! [`Display`](fmt::Display) writes the canonical one-string form, secrets masked; parsing it gives
//! the same endpoint back. Every name stands in the vocabulary, [`words`], as data.

mod address;
mod authority;
mod hop;
mod known_host;
mod network;
mod options;
mod parse;
mod parse_address;
pub(crate) mod problem;
mod role;
pub(crate) mod script;
mod secret;
mod socket_option;
mod split;
#[cfg(test)]
mod tests;
mod value;
pub mod words;

use std::fmt;

pub use address::{Address, Family, Host, Inherited, UnixName};
pub(crate) use hop::LOGIN_BYTES_MAX;
pub use hop::{Hop, HopLogin, HopProtocol};
pub use known_host::KnownHost;
pub(crate) use network::NetworkSet;
pub use network::{Network, NetworkEntry};
pub use options::{
    FileOptions, IpOptions, LimitOptions, RetryOptions, SourceRules, TcpOptions, UnixOptions,
};
pub use problem::ParseError;
pub use role::Role;
pub use secret::Secret;
pub use socket_option::{OptionValue, SocketOption};
pub use value::{Kind, Value};

use words::{KeyRow, WordKind, WordRow};

/// An address with its options and layers, ready to open.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Endpoint {
    address: Address,
    /// Whether its scheme was marked `-l`.
    listening: bool,
    words: Vec<Word>,
}

/// A `+word` of an endpoint, with what was written after it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Word {
    row: &'static WordRow,
    settings: Vec<(&'static KeyRow, Value)>,
}

impl Endpoint {
    /// Returns where it is.
    pub fn address(&self) -> &Address {
        &self.address
    }

    /// Returns whether it accepts wherever it stands (`tcp-l://`).
    pub fn is_listening(&self) -> bool {
        self.listening
    }

    /// Returns its options and layers in written order.
    pub fn words(&self) -> &[Word] {
        &self.words
    }

    /// Returns its layers, bottom-up.
    pub fn layers(&self) -> impl Iterator<Item = &Word> {
        let is_layer = |word: &&Word| word.row.is == WordKind::Layer;
        self.words.iter().filter(is_layer)
    }

    /// Returns every value of a word's key that may be written several times.
    fn values<'a>(&'a self, word: &'a str, key: &'a str) -> impl Iterator<Item = &'a Value> {
        let words = self.words.iter().filter(move |row| row.row.name == word);
        let settings = words.flat_map(|word| &word.settings);
        settings.filter_map(move |(row, value)| (row.name == key).then_some(value))
    }

    /// Returns the value of a word's key: as written, else the vocabulary's default.
    pub fn value(&self, word: &str, key: &str) -> Option<Value> {
        let row = words::word(word)?.key(key)?;
        let written = self.words.iter().filter(|written| written.row.name == word);
        match written
            .flat_map(|written| &written.settings)
            .find(|(written, _)| written == &row)
        {
            Some((_, value)) => Some(value.clone()),
            None => row.default_value(),
        }
    }

    /// Writes the endpoint in the one-string form with its secrets, to be parsed again.
    pub fn to_text_with_secrets(&self) -> String {
        self.to_text(Secrets::Shown)
    }

    fn to_text(&self, secrets: Secrets) -> String {
        split::join(self.parts(secrets))
    }

    /// Returns the address and each word as text, before quoting.
    fn parts(&self, secrets: Secrets) -> impl Iterator<Item = String> {
        let mut address = String::new();
        // Writing to a String cannot fail.
        let _ = self.address.write(&mut address, self.listening);
        std::iter::once(address).chain(self.words.iter().map(move |word| word.to_text(secrets)))
    }
}

impl From<Address> for Endpoint {
    fn from(address: Address) -> Self {
        Self {
            address,
            listening: false,
            words: Vec::new(),
        }
    }
}

impl fmt::Display for Endpoint {
    /// Writes the one-string form, its secrets masked.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.to_text(Secrets::Masked))
    }
}

impl Word {
    /// Makes the word with nothing written after it.
    fn bare(row: &'static WordRow) -> Self {
        Self {
            row,
            settings: Vec::new(),
        }
    }

    /// Returns its row in the vocabulary.
    pub fn row(&self) -> &'static WordRow {
        self.row
    }

    /// Returns the keys that were written, with their values.
    pub fn settings(&self) -> &[(&'static KeyRow, Value)] {
        &self.settings
    }

    /// Returns the value of a key: as written, else the vocabulary's default.
    pub fn value(&self, key: &str) -> Option<Value> {
        let row = self.row.key(key)?;
        let written = self.settings.iter().find(|(written, _)| *written == row);
        match written {
            Some((_, value)) => Some(value.clone()),
            None => row.default_value(),
        }
    }

    fn to_text(&self, secrets: Secrets) -> String {
        let mut text = format!("+{}", self.row.name);
        for (key, value) in &self.settings {
            text.push(',');
            if self.row.bare != Some(key.name) {
                text.push_str(key.name);
                if *value == Value::Flag(true) {
                    continue;
                }
                text.push('=');
            }
            let value = match (value, secrets) {
                (Value::Secret(secret), Secrets::Shown) => secret.to_text(),
                (Value::Hop(hop), Secrets::Shown) => hop.to_text_with_secrets(),
                _ => value.to_string(),
            };
            match key.kind {
                // Its commas part networks here as they part keys: the whole list is one value.
                Kind::Networks => text.push_str(&value),
                _ => text.push_str(&value.replace('\\', r"\\").replace(',', r"\,")),
            }
        }
        text
    }
}

#[derive(Debug, Clone, Copy)]
enum Secrets {
    Shown,
    Masked,
}
