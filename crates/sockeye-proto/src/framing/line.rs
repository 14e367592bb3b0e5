//! Lines: a message, then what ends a line.

use alloc::borrow::Cow;
use alloc::vec::Vec;

use memchr::memchr_iter;

use super::{Decoded, FramingError};

/// How lines are written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// What ends a line; not empty.
    pub delimiter: Vec<u8>,
    /// Whether a carriage return before the delimiter belongs to it: always written, and taken off
    /// where it has come.
    pub crlf: bool,
    /// What the text of a line is.
    pub text: LineText,
    /// The longest line, bytes.
    pub bytes_max: usize,
}

/// What the text of a line says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LineText {
    /// The message itself.
    Plain,
    /// The message with what is not printable as `\n`, `\\` or `\x1b`.
    Escaped,
    /// The message in hexadecimal; blanks between bytes are allowed.
    Hex,
}

impl Line {
    /// Takes the first line off `bytes`: its message and the bytes that it took, once it is whole.
    ///
    /// # Errors
    /// [`FramingError::TooLong`], also of a line whose end has not come; [`FramingError::Text`].
    pub fn decode<'a>(&self, bytes: &'a [u8]) -> Result<Option<Decoded<'a>>, FramingError> {
        self.decode_searched(bytes, 0)
    }

    /// Does as [`Line::decode`] does where no line ends in the first `searched` bytes, so that a line
    /// that comes in many pieces is not searched again with each.
    ///
    /// # Errors
    /// Those of [`Line::decode`].
    pub fn decode_searched<'a>(
        &self,
        bytes: &'a [u8],
        searched: usize,
    ) -> Result<Option<Decoded<'a>>, FramingError> {
        let bytes_max = self.bytes_max.saturating_add(self.delimiter.len());
        let within = bytes.get(..bytes_max).unwrap_or(bytes);
        match self.end(within, searched) {
            Some(end) => {
                let line = bytes.get(..end).unwrap_or_default();
                Ok(Some((self.read(line)?, end + self.delimiter.len())))
            }
            None if bytes.len() >= bytes_max => Err(FramingError::TooLong(self.bytes_max)),
            None => Ok(None),
        }
    }

    /// Returns how many of the first bytes need no second search once no line has ended in `bytes`: the
    /// delimiter may have come in part.
    pub fn searched(&self, bytes: &[u8]) -> usize {
        (bytes.len() + 1).saturating_sub(self.delimiter.len())
    }

    /// Finds where the delimiter stands, behind `searched` bytes.
    fn end(&self, bytes: &[u8], searched: usize) -> Option<usize> {
        let (first, others) = self.delimiter.split_first()?;
        let rest = bytes.get(searched..)?;
        memchr_iter(*first, rest)
            .find(|at| {
                rest.get(at + 1..)
                    .is_some_and(|rest| rest.starts_with(others))
            })
            .map(|at| searched + at)
    }

    /// Returns the last message, whose line the end of the stream has ended.
    ///
    /// # Errors
    /// [`FramingError::Text`].
    pub fn finish<'a>(&self, rest: &'a [u8]) -> Result<Option<Cow<'a, [u8]>>, FramingError> {
        match rest.is_empty() {
            true => Ok(None),
            false => self.read(rest).map(Some),
        }
    }

    fn read<'a>(&self, line: &'a [u8]) -> Result<Cow<'a, [u8]>, FramingError> {
        let line = match self.crlf {
            true => line.strip_suffix(b"\r").unwrap_or(line),
            false => line,
        };
        let read = match self.text {
            LineText::Plain => return Ok(Cow::Borrowed(line)),
            LineText::Escaped => unescape(line),
            LineText::Hex => from_hex(line),
        };
        read.map(Cow::Owned).ok_or(FramingError::Text)
    }

    /// Appends the line of a message. A plain message may end with the delimiter, as lines read from
    /// elsewhere do: it is not written twice.
    ///
    /// # Errors
    /// [`FramingError::Delimiter`] where the line would end earlier; [`FramingError::TooLong`].
    pub fn encode(&self, message: &[u8], into: &mut Vec<u8>) -> Result<(), FramingError> {
        let start = into.len();
        let delimiter = self.delimiter.as_slice();
        match self.text {
            LineText::Plain => {
                into.extend_from_slice(message.strip_suffix(delimiter).unwrap_or(message));
            }
            LineText::Escaped => escape(message, delimiter, into),
            LineText::Hex => to_hex(message, into),
        }
        let line = into.get(start..).unwrap_or_default();
        if self.crlf && !line.ends_with(b"\r") {
            into.push(b'\r');
        }
        let length = into.len() - start;
        into.extend_from_slice(delimiter);
        let line = into.get(start..).unwrap_or_default();
        let wrong = match length {
            length if length > self.bytes_max => FramingError::TooLong(self.bytes_max),
            length if self.end(line, 0) != Some(length) => FramingError::Delimiter,
            _ => return Ok(()),
        };
        into.truncate(start);
        Err(wrong)
    }
}

/// Reads `\n`, `\r`, `\t`, `\0`, `\\` and `\xHH`; `None` where a backslash begins none of them.
pub fn unescape(text: &[u8]) -> Option<Vec<u8>> {
    let mut read = Vec::with_capacity(text.len());
    let mut rest = text.iter();
    while let Some(&byte) = rest.next() {
        if byte != b'\\' {
            read.push(byte);
            continue;
        }
        read.push(match rest.next()? {
            b'n' => b'\n',
            b'r' => b'\r',
            b't' => b'\t',
            b'0' => 0,
            b'\\' => b'\\',
            b'x' => digit(*rest.next()?)? << 4 | digit(*rest.next()?)?,
            _ => return None,
        });
    }
    Some(read)
}

/// Writes what is not printable, and what a delimiter could begin with, as an escape.
fn escape(message: &[u8], delimiter: &[u8], into: &mut Vec<u8>) {
    for &byte in message {
        match byte {
            b'\n' => into.extend_from_slice(br"\n"),
            b'\r' => into.extend_from_slice(br"\r"),
            b'\t' => into.extend_from_slice(br"\t"),
            b'\\' => into.extend_from_slice(br"\\"),
            b' '..=b'~' if Some(&byte) != delimiter.first() => into.push(byte),
            _ => {
                into.extend_from_slice(br"\x");
                to_hex(&[byte], into);
            }
        }
    }
}

fn to_hex(message: &[u8], into: &mut Vec<u8>) {
    let digit = |value: u8| char::from_digit(value.into(), 16).map_or(b'0', |c| c as u8);
    into.extend(
        message
            .iter()
            .flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]),
    );
}

fn from_hex(line: &[u8]) -> Option<Vec<u8>> {
    let mut read = Vec::with_capacity(line.len() / 2);
    let mut rest = line.iter().filter(|byte| !byte.is_ascii_whitespace());
    while let Some(&high) = rest.next() {
        read.push(digit(high)? << 4 | digit(*rest.next()?)?);
    }
    Some(read)
}

fn digit(byte: u8) -> Option<u8> {
    char::from(byte).to_digit(16).map(|value| value as u8)
}
