//! One IRC line: `[@tags] [:source] command params…` (RFC 1459 section 2.3.1, IRCv3 message-tags).
//!
//! [`LineDecoder`] cuts a stream of bytes into lines and decodes each; [`Line`] writes one.

mod decoder;
mod line;
#[cfg(test)]
mod tests;

use alloc::collections::BTreeMap;
use alloc::string::String;
use alloc::vec::Vec;

pub use decoder::LineDecoder;
pub use line::{Head, Line, Params};

/// A line, decoded.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Message {
    /// Tags in the order written, values unescaped; a tag without a value has an empty one.
    pub tags: Vec<(String, String)>,
    /// The source, without its colon.
    pub source: Option<String>,
    /// The command in upper case, or three digits.
    pub command: String,
    /// The parameters; the last may hold spaces.
    pub params: Vec<String>,
}

/// Why a line is not a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum LineError {
    /// The part without tags is over 512 bytes with CR LF. The line was skipped to its end.
    TooLong,
    /// The tags are over 4,096 bytes. The line was skipped to its end.
    TagsTooLong,
    /// Not UTF-8.
    NotUtf8,
    /// A NUL byte inside.
    Nul,
    /// Nothing where a command should be.
    NoCommand,
}

impl Message {
    /// Decodes one line without its line ending.
    ///
    /// # Errors
    /// [`LineError`], each variant of it.
    pub fn parse(line: &[u8]) -> Result<Self, LineError> {
        let (tags, rest) = split_tags(line)?;
        if rest.len() > LINE_BYTES_MAX - CRLF_BYTES {
            return Err(LineError::TooLong);
        }
        if line.contains(&0) {
            return Err(LineError::Nul);
        }
        let tags = core::str::from_utf8(tags).map_err(|_| LineError::NotUtf8)?;
        let rest = core::str::from_utf8(rest).map_err(|_| LineError::NotUtf8)?;

        let mut words = Words(rest);
        let source = match words.peek_source() {
            Some(source) => {
                words.skip_word();
                Some(source.into())
            }
            None => None,
        };
        let command = words.next().filter(|word| is_command(word));
        let command = command.ok_or(LineError::NoCommand)?.to_ascii_uppercase();
        Ok(Self {
            tags: parse_tags(tags),
            source,
            command,
            params: words.params(),
        })
    }

    /// Returns the parameter at `index`; an empty one counts as given.
    pub fn param(&self, index: usize) -> Option<&str> {
        self.params.get(index).map(String::as_str)
    }

    /// Returns the value of a tag; `None` if it is not there.
    pub fn tag(&self, key: &str) -> Option<&str> {
        self.tags
            .iter()
            .find(|(k, _)| k == key)
            .map(|(_, value)| value.as_str())
    }

    /// Returns the tags that other clients are to see: those whose name starts with `+`.
    pub fn client_only_tags(&self) -> impl Iterator<Item = &(String, String)> {
        self.tags.iter().filter(|(key, _)| key.starts_with('+'))
    }

    /// Returns whether it says only that somebody types (IRCv3 typing).
    pub fn only_types(&self) -> bool {
        let mut tags = self.client_only_tags().peekable();
        self.command == "TAGMSG" && tags.peek().is_some() && tags.all(|(key, _)| is_typing(key))
    }
}

/// Returns whether a tag tells that its sender types, under either of its names.
pub(crate) fn is_typing(key: &str) -> bool {
    matches!(key, "+typing" | "+draft/typing")
}

/// Returns as much of the start of `text` as fits into `bytes`, whole characters only.
pub fn truncated(text: &str, bytes: usize) -> &str {
    let mut end = bytes.min(text.len());
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text.get(..end).unwrap_or_default()
}

/// Splits a line into what stands between `@` and the space after it, and the rest.
fn split_tags(line: &[u8]) -> Result<(&[u8], &[u8]), LineError> {
    let Some(tagged) = line.strip_prefix(b"@") else {
        return Ok((&[], line));
    };
    let end = tagged
        .iter()
        .position(|&byte| byte == b' ')
        .unwrap_or(tagged.len());
    let (tags, rest) = tagged.split_at_checked(end).unwrap_or((tagged, &[]));
    if tags.len() > TAG_DATA_BYTES_MAX {
        return Err(LineError::TagsTooLong);
    }
    // The one space that ends the tags is counted with them, further ones with the line.
    Ok((tags, rest.strip_prefix(b" ").unwrap_or(rest)))
}

/// Of a key that occurs twice the last value counts, at the place of the first. A key with control
/// characters is no key.
pub(super) fn parse_tags(tags: &str) -> Vec<(String, String)> {
    let mut parsed: Vec<(String, String)> = Vec::new();
    let mut places = BTreeMap::new();
    for tag in tags.split(';') {
        let (key, value) = tag.split_once('=').unwrap_or((tag, ""));
        if key.is_empty() || key.contains(char::is_control) {
            continue;
        }
        let value = unescape_tag_value(value);
        let place = *places.entry(key).or_insert(parsed.len());
        match parsed.get_mut(place) {
            Some(known) => known.1 = value,
            None => parsed.push((key.into(), value)),
        }
    }
    parsed
}

fn unescape_tag_value(value: &str) -> String {
    let mut text = String::with_capacity(value.len());
    let mut chars = value.chars();
    while let Some(c) = chars.next() {
        if c != '\\' {
            text.push(c);
            continue;
        }
        match chars.next() {
            Some(':') => text.push(';'),
            Some('s') => text.push(' '),
            Some('r') => text.push('\r'),
            Some('n') => text.push('\n'),
            Some(other) => text.push(other),
            // A lone backslash at the end stands for nothing.
            None => {}
        }
    }
    text
}

/// A command is letters, or a numeric of three digits.
fn is_command(word: &str) -> bool {
    let numeric = word.len() == 3 && word.bytes().all(|byte| byte.is_ascii_digit());
    numeric || (!word.is_empty() && word.bytes().all(|byte| byte.is_ascii_alphabetic()))
}

/// The part of a line after its tags, word by word.
struct Words<'a>(&'a str);

impl<'a> Words<'a> {
    fn peek_source(&self) -> Option<&'a str> {
        let text = self.0.trim_start_matches(' ').strip_prefix(':')?;
        Some(text.split(' ').next().unwrap_or(text))
    }

    fn skip_word(&mut self) {
        let text = self.0.trim_start_matches(' ');
        self.0 = text
            .find(' ')
            .and_then(|end| text.get(end..))
            .unwrap_or_default();
    }

    fn next(&mut self) -> Option<&'a str> {
        let word = self.0.trim_start_matches(' ').split(' ').next()?;
        self.skip_word();
        Some(word)
    }

    /// The fifteenth parameter is the last and takes the rest, with or without a colon.
    fn params(mut self) -> Vec<String> {
        let mut params = Vec::new();
        loop {
            let text = self.0.trim_start_matches(' ');
            if text.is_empty() {
                return params;
            }
            if let Some(trailing) = text.strip_prefix(':') {
                params.push(trailing.into());
                return params;
            }
            if params.len() + 1 == PARAMS_MAX {
                params.push(text.into());
                return params;
            }
            params.extend(self.next().map(String::from));
        }
    }
}

/// Longest line without tags, with its CR LF, in bytes (RFC 1459 section 2.3).
pub const LINE_BYTES_MAX: usize = 512;

/// Longest tags that a client, or a server on its own account, may write, with `@` and the space
/// after them, in bytes (IRCv3 message-tags, size limit).
pub const TAGS_BYTES_MAX: usize = 4_096;

/// Longest tags of a relayed line: the client's and the server's, in bytes (IRCv3 message-tags).
pub const RELAYED_TAGS_BYTES_MAX: usize = 8_191;

/// Most parameters of a message (RFC 1459 section 2.3).
pub const PARAMS_MAX: usize = 15;

/// Tags without `@` and the space.
const TAG_DATA_BYTES_MAX: usize = TAGS_BYTES_MAX - 2;

pub(crate) const CRLF_BYTES: usize = 2;
