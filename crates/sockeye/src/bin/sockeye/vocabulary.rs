//! The vocabulary as help: what may be written in an endpoint, from the rows that are built.

use std::fmt::Write;

use sockeye::endpoint::Kind;
use sockeye::endpoint::words::{
    Form, KeyRow, LAYERS, OPTIONS, SCHEMES, SchemeKind, SchemeRow, Stands, WordRow,
};

/// Returns what a verb's `--help` says of endpoints.
pub(crate) fn help() -> String {
    let mut text = String::from(SHAPE);
    let addresses = [SchemeKind::Transport, SchemeKind::Sugar];
    section(
        &mut text,
        "Addresses",
        Box::new(addresses.into_iter().flat_map(schemes)),
    );
    section(&mut text, "Services", schemes(SchemeKind::Service));
    for word in OPTIONS.iter().chain(LAYERS).filter(|row| row.built) {
        let title = format!("+{}: {}{}", word.name, word.doc, place(word.stands));
        section(&mut text, &title, keys(word));
    }
    text
}

/// Returns what may be typed for an endpoint, to be completed, each with what it means.
pub(crate) fn entries() -> Vec<(String, &'static str)> {
    let schemes = SCHEMES.iter().filter(|row| row.built);
    let mut entries: Vec<_> = schemes.map(|row| (prefix(row), row.doc)).collect();
    for word in OPTIONS.iter().chain(LAYERS).filter(|row| row.built) {
        entries.push((format!("+{}", word.name), word.doc));
        for key in word.keys.iter().filter(|key| key.built) {
            let text = match key.kind {
                Kind::Flag => format!("+{},{}", word.name, key.name),
                _ if word.bare == Some(key.name) => format!("+{},", word.name),
                _ => format!("+{},{}=", word.name, key.name),
            };
            entries.push((text, key.doc));
        }
    }
    entries
}

fn prefix(row: &SchemeRow) -> String {
    match row.form {
        Form::HostPort => format!("{}://", row.name),
        Form::Text | Form::TextOrNumber | Form::TextOrNothing | Form::Nothing => {
            format!("{}:", row.name)
        }
        Form::Alone => row.name.to_owned(),
    }
}

/// Two columns.
type Lines<'a> = Box<dyn Iterator<Item = (String, String)> + 'a>;

fn section(text: &mut String, title: &str, lines: Lines<'_>) {
    // Writing to a String cannot fail.
    let _ = writeln!(text, "\n{title}:");
    for (left, right) in lines {
        let _ = writeln!(text, "  {left:<COLUMN$} {right}");
    }
}

fn schemes(kind: SchemeKind) -> Lines<'static> {
    let rows = SCHEMES
        .iter()
        .filter(move |row| row.built && row.is == kind);
    Box::new(rows.map(|row| (written(row), row.doc.to_owned())))
}

pub(crate) fn written(row: &SchemeRow) -> String {
    match row.form {
        Form::HostPort => format!("{}://HOST:PORT", row.name),
        Form::Text | Form::TextOrNumber | Form::TextOrNothing => format!("{}:TEXT", row.name),
        Form::Nothing => format!("{}:", row.name),
        Form::Alone => row.name.to_owned(),
    }
}

fn keys(word: &WordRow) -> Lines<'_> {
    let rows = word.keys.iter().filter(|key| key.built);
    Box::new(rows.map(|key| (setting(word, key), meaning(word, key))))
}

pub(crate) fn setting(word: &WordRow, key: &KeyRow) -> String {
    match word.bare == Some(key.name) {
        true => format!("+{},{}", word.name, placeholder(key.kind)),
        false => format!("{}={}", key.name, placeholder(key.kind)),
    }
}

fn placeholder(kind: Kind) -> &'static str {
    match kind {
        Kind::Flag => "on|off",
        Kind::Count(_) | Kind::Within(..) => "N",
        Kind::CountOrForever => "N|forever",
        Kind::Bytes | Kind::SomeBytes | Kind::PowerOfTwo(..) => "BYTES",
        Kind::Duration | Kind::SomeDuration => "TIME",
        Kind::DurationOrOff => "TIME|off",
        Kind::Mode => "OCTAL",
        Kind::Networks => "NETWORK,...",
        Kind::TlsVersion => "1.2|1.3",
        Kind::Sha256 => "sha256:HEX",
        Kind::SocketOption => "LEVEL:NAME:VALUE",
        Kind::KnownHost => "HOST:PORT:IP,...",
        Kind::Secret => "TEXT|@FILE|env:NAME",
        Kind::Hop => "URL",
        _ => "TEXT",
    }
}

fn meaning(word: &WordRow, key: &KeyRow) -> String {
    let place = if key.stands == word.stands {
        ""
    } else {
        place(key.stands)
    };
    let default = match key.default {
        "" => String::new(),
        default => format!(" [default: {default}]"),
    };
    format!("{}{place}{default}", key.doc)
}

pub(crate) fn place(stands: Stands) -> &'static str {
    match stands {
        Stands::Anywhere => "",
        Stands::Accepting => ", when accepting",
        Stands::Opening => ", when opening",
    }
}

const SHAPE: &str = "\
An endpoint is an address, which says where, and +words after it, which say how:
  8080                   port 8080 of this machine only
  example.org:80         a host and a port; IPv6 stands in brackets
  :8080                  port 8080 on every interface
  8080 +tcp,nodelay=off  a word with a key; more keys after more commas
  Units of TIME are ms s m h d (5s); of BYTES K M G (64K), 1024 each.
";

/// Width of the left column, characters.
const COLUMN: usize = 22;
