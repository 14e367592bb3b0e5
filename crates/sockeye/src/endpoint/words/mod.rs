//! The vocabulary: every scheme, word and key, as data.
//!
//! The parser, the errors' suggestions and the reference derive from these rows; transports,
//! options, layers and services implement those that are built. A row that is not built yet is
//! known by name, so that it is refused as "not in this version" rather than as a mistake.

mod layers;
mod options;
mod schemes;

pub use layers::LAYERS;
pub use options::OPTIONS;
pub use schemes::SCHEMES;

use super::value::{Kind, Value};

/// What may stand before the colon of an address.
#[derive(Debug, PartialEq, Eq)]
pub struct SchemeRow {
    /// The name as written.
    pub name: &'static str,
    /// What it is.
    pub is: SchemeKind,
    /// What follows the name.
    pub form: Form,
    /// What passes through it.
    pub carries: Carries,
    /// Where it may stand.
    pub stands: Stands,
    /// Whether this version has it.
    pub built: bool,
    /// Whether a service of bytes has a form for WebSocket, too: its messages are lines.
    pub web: bool,
    /// Whether it is a service that joins conversations with others, so that `+idle` acts on it.
    pub joins: bool,
    /// What it does, in one line.
    pub doc: &'static str,
}

/// What a scheme is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SchemeKind {
    /// It moves bytes between this process and something else.
    Transport,
    /// It answers by itself.
    Service,
    /// It is short for a transport with layers.
    Sugar,
}

/// What follows a scheme's name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// `://HOST:PORT`.
    HostPort,
    /// `:TEXT`; the text means something.
    Text,
    /// `:TEXT`, and the text may be a number, so that `fd:3` is no host and port.
    TextOrNumber,
    /// `:TEXT`, or nothing after the colon.
    TextOrNothing,
    /// `:` and nothing more.
    Nothing,
    /// The scheme is the whole address.
    Alone,
}

/// What passes through an endpoint, or what a service answers on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Carries {
    /// Bytes without edges.
    Bytes,
    /// Messages whose edges are kept.
    Messages,
    /// Whatever is on the other side.
    Either,
}

/// On which side something may stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stands {
    /// Where connections are accepted or opened.
    Anywhere,
    /// Only where connections are accepted.
    Accepting,
    /// Only where connections are opened.
    Opening,
}

/// A `+word`.
#[derive(Debug, PartialEq, Eq)]
pub struct WordRow {
    /// The name, without its `+`.
    pub name: &'static str,
    /// Option or layer.
    pub is: WordKind,
    /// Schemes that it may follow; empty for all.
    pub on: &'static [&'static str],
    /// Where it may stand.
    pub stands: Stands,
    /// The key whose value may stand without its name: `+idle,30s`.
    pub bare: Option<&'static str>,
    /// Its keys.
    pub keys: &'static [KeyRow],
    /// Whether this version has it.
    pub built: bool,
    /// What it does, in one line.
    pub doc: &'static str,
}

/// What a `+word` is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WordKind {
    /// It acts on opening or on the session; its place does not matter.
    Option,
    /// It changes bytes or looks at them; its place matters.
    Layer,
}

/// A key of a `+word`.
#[derive(Debug, PartialEq, Eq)]
pub struct KeyRow {
    /// The name as written.
    pub name: &'static str,
    /// What it takes.
    pub kind: Kind,
    /// The value when the key is not written; empty for none.
    pub default: &'static str,
    /// Where it may stand.
    pub stands: Stands,
    /// Whether this version has it.
    pub built: bool,
    /// What it does, in one line.
    pub doc: &'static str,
}

/// Returns the row of a scheme.
pub fn scheme(name: &str) -> Option<&'static SchemeRow> {
    SCHEMES.iter().find(|row| row.name == name)
}

/// Returns the row of a word, options and layers alike.
pub fn word(name: &str) -> Option<&'static WordRow> {
    OPTIONS.iter().chain(LAYERS).find(|row| row.name == name)
}

impl WordRow {
    /// Returns the row of one of its keys.
    pub fn key(&self, name: &str) -> Option<&'static KeyRow> {
        self.keys.iter().find(|row| row.name == name)
    }
}

/// Starts the row of a key that stands anywhere and has no default.
const fn key(name: &'static str, kind: Kind, doc: &'static str) -> KeyRow {
    let stands = Stands::Anywhere;
    KeyRow {
        name,
        kind,
        default: "",
        stands,
        built: true,
        doc,
    }
}

/// Makes the row of a key that is not built yet.
const fn later(name: &'static str, doc: &'static str) -> KeyRow {
    KeyRow {
        built: false,
        ..key(name, Kind::Text, doc)
    }
}

impl KeyRow {
    /// Returns the value when the key is not written, if it has one.
    pub(super) fn default_value(&self) -> Option<Value> {
        match self.default {
            "" => None,
            default => self.kind.read(default).ok(),
        }
    }

    const fn default(self, default: &'static str) -> Self {
        Self { default, ..self }
    }

    const fn accepting(self) -> Self {
        Self {
            stands: Stands::Accepting,
            ..self
        }
    }

    const fn opening(self) -> Self {
        Self {
            stands: Stands::Opening,
            ..self
        }
    }

    const fn secret(self) -> Self {
        Self {
            kind: Kind::Secret,
            ..self
        }
    }
}
