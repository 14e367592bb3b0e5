//! From bytes to lines.

use alloc::vec::Vec;

use super::{CRLF_BYTES, LINE_BYTES_MAX, LineError, Message, TAGS_BYTES_MAX};

/// Cuts a byte stream into lines and decodes them, one byte at a time or many at once alike.
///
/// A line ends with LF; one CR before it belongs to the ending.
#[derive(Debug, Default)]
pub struct LineDecoder {
    /// The start of a line whose end has not come yet.
    held: Vec<u8>,
    /// How much of it is tags, `@` and the space included; `None` until that is known.
    tags_bytes: Option<usize>,
    /// The line was found too long: the rest of it is dropped.
    skipping: Option<LineError>,
}

impl LineDecoder {
    /// Takes the next line out of `bytes`, which are consumed up to its end (or whole, when the
    /// line goes on). Empty lines are skipped.
    ///
    /// Holds at most 4,096 + 512 bytes whatever comes.
    pub fn next_line(&mut self, bytes: &mut &[u8]) -> Option<Result<Message, LineError>> {
        loop {
            let Some(end) = bytes.iter().position(|&byte| byte == b'\n') else {
                let rest = core::mem::take(bytes);
                self.hold(rest);
                return None;
            };
            let (line, rest) = bytes.split_at_checked(end)?;
            *bytes = rest.strip_prefix(b"\n").unwrap_or(rest);
            if let Some(result) = self.finish(line) {
                return Some(result);
            }
        }
    }

    /// Returns how many bytes of an unfinished line are held.
    pub fn held_bytes(&self) -> usize {
        self.held.len()
    }

    fn finish(&mut self, tail: &[u8]) -> Option<Result<Message, LineError>> {
        if let Some(error) = self.skipping.take() {
            return Some(Err(error));
        }
        if self.held.is_empty() {
            return decode(tail);
        }
        self.hold(tail);
        let result = match self.skipping.take() {
            Some(error) => Some(Err(error)),
            None => decode(&self.held),
        };
        self.forget();
        result
    }

    fn hold(&mut self, bytes: &[u8]) {
        if self.skipping.is_some() {
            return;
        }
        // One byte over the limit is enough to know that the line is too long.
        let room = (HELD_BYTES_MAX + 1).saturating_sub(self.held.len());
        let bytes = bytes.get(..room).unwrap_or(bytes);
        if self.tags_bytes.is_none() {
            // Only what is new is searched: a line that comes byte by byte costs no more than one.
            let space = bytes.iter().position(|&byte| byte == b' ');
            self.tags_bytes = match self.held.first().or(bytes.first()) {
                Some(b'@') => space.map(|space| self.held.len() + space + 1),
                first => first.map(|_| 0),
            };
        }
        self.held.extend_from_slice(bytes);
        self.skipping = over_limit(self.held.len(), self.tags_bytes);
        if self.skipping.is_some() {
            self.forget();
        }
    }

    /// An idle connection holds no memory for lines.
    fn forget(&mut self) {
        self.held = Vec::new();
        self.tags_bytes = None;
    }
}

/// What is wrong with the start of a line, whatever comes after it; its tags may still go on.
fn over_limit(bytes: usize, tags_bytes: Option<usize>) -> Option<LineError> {
    match tags_bytes {
        None => (bytes > TAGS_BYTES_MAX).then_some(LineError::TagsTooLong),
        Some(tags) if tags > TAGS_BYTES_MAX => Some(LineError::TagsTooLong),
        // A CR that is the last byte so far may belong to the ending.
        Some(tags) => {
            (bytes - tags > LINE_BYTES_MAX - CRLF_BYTES + 1).then_some(LineError::TooLong)
        }
    }
}

fn decode(line: &[u8]) -> Option<Result<Message, LineError>> {
    let line = line.strip_suffix(b"\r").unwrap_or(line);
    if line.iter().all(|&byte| byte == b' ') && line.len() <= LINE_BYTES_MAX - CRLF_BYTES {
        return None;
    }
    Some(Message::parse(line))
}

/// The longest line without its LF.
const HELD_BYTES_MAX: usize = TAGS_BYTES_MAX + LINE_BYTES_MAX - 1;
