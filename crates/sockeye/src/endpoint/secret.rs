//! Secrets in endpoints: written out, or the place where they are to be read.
//!
//! Invariant: neither `Display` nor `Debug` shows one that is written out, and no error does, either.

use std::fmt;
use std::ops::Range;
use std::path::PathBuf;

use super::split::Token;
use super::value::Kind;
use super::words::{LAYERS, OPTIONS};

/// A secret, or where it is.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Secret {
    /// Written out.
    Literal(String),
    /// `@FILE`: what the file holds, without the end of its last line.
    File(PathBuf),
    /// `env:NAME`: the value of a variable of the environment.
    Variable(String),
}

impl Secret {
    /// Reads what was written for a secret; `None` where the file or the variable has no name.
    pub(crate) fn read(text: &str) -> Option<Self> {
        if let Some(path) = text.strip_prefix('@') {
            return (!path.is_empty()).then(|| Self::File(path.into()));
        }
        match text.strip_prefix("env:") {
            Some(name) if name.is_empty() || name.contains('=') => None,
            Some(name) => Some(Self::Variable(name.to_owned())),
            None => Some(Self::Literal(text.to_owned())),
        }
    }

    /// Returns what was written.
    pub(super) fn to_text(&self) -> String {
        match self {
            Self::Literal(text) => text.clone(),
            elsewhere => elsewhere.to_string(),
        }
    }
}

impl fmt::Display for Secret {
    /// Writes where it is; one that is written out is `***`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Literal(_) => f.write_str("***"),
            Self::File(path) => write!(f, "@{}", path.display()),
            Self::Variable(name) => write!(f, "env:{name}"),
        }
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Secret({self})")
    }
}

/// Returns a text of the same length in which the secrets that are written out cannot be read.
pub(super) fn hidden(text: &str, tokens: &[Token]) -> String {
    let mut bytes = text.as_bytes().to_vec();
    let items = tokens
        .iter()
        .flat_map(|token| match token.text.starts_with('+') {
            true => token.items(),
            false => vec![token.clone()],
        });
    for item in items {
        if let Some(password) = hop_password(&item.text) {
            let place = item.place(password);
            bytes.get_mut(place).unwrap_or_default().fill(b'*');
        }
        let Some((name, value)) = item.text.split_once('=') else {
            continue;
        };
        if is_secret(name) && matches!(Secret::read(value), Some(Secret::Literal(_))) {
            let place = item.place(name.len() + 1..item.text.len());
            bytes.get_mut(place).unwrap_or_default().fill(b'*');
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// Returns where the password of what looks like a hop stands, if it is written out.
fn hop_password(item: &str) -> Option<Range<usize>> {
    let start = item.find("://")? + "://".len();
    let end = start + item.get(start..)?.rfind('@')?;
    let colon = start + item.get(start..end)?.find(':')? + 1;
    let is_literal = matches!(Secret::read(&item[colon..end]), Some(Secret::Literal(_)));
    is_literal.then_some(colon..end)
}

fn is_secret(key: &str) -> bool {
    let keys = OPTIONS.iter().chain(LAYERS).flat_map(|word| word.keys);
    let mut secret = keys.filter(|row| row.kind == Kind::Secret);
    secret.any(|row| row.name == key)
}
