//! From values to one line.

use alloc::string::String;
use core::fmt::{self, Write as _};

use super::{CRLF_BYTES, LINE_BYTES_MAX, TAGS_BYTES_MAX, truncated};

/// Writes one line to the end of a buffer, parts in the order of the grammar: tags, source and
/// command, parameters, at last the trailing one.
///
/// The line comes out valid and within its limits whatever is put in: CR, LF and NUL inside a
/// value are left out, what is over 512 bytes (without tags) is cut between two characters, and a
/// tag that would make the tags too long is left out.
///
/// ```
/// use sockeye_proto::irc::message::Line;
///
/// let mut out = String::new();
/// Line::new(&mut out).source("hub.example").command("NOTICE").param("*").trailing("Welcome");
/// assert_eq!(out, ":hub.example NOTICE * :Welcome\r\n");
/// ```
#[derive(Debug)]
pub struct Line<'a> {
    out: &'a mut String,
    start: usize,
    tags_bytes_max: usize,
}

impl<'a> Line<'a> {
    /// Starts a line.
    pub fn new(out: &'a mut String) -> Self {
        let start = out.len();
        Self {
            out,
            start,
            tags_bytes_max: TAGS_BYTES_MAX,
        }
    }

    /// Adds a tag; the value is escaped, an empty one is not written.
    #[must_use]
    pub fn tag(self, key: &str, value: &str) -> Self {
        let before = self.out.len();
        self.out.push(if before == self.start { '@' } else { ';' });
        self.out.push_str(key);
        if !value.is_empty() {
            self.out.push('=');
            escape_tag_value(self.out, value);
        }
        // One byte is kept for the space that ends the tags.
        if self.out.len() - self.start + 1 > self.tags_bytes_max {
            self.out.truncate(before);
        }
        self
    }

    /// Adds a client's tags after the server's own, which have a limit for themselves.
    #[must_use]
    pub fn client_tags<'t>(mut self, tags: impl Iterator<Item = &'t (String, String)>) -> Self {
        self.tags_bytes_max = super::RELAYED_TAGS_BYTES_MAX;
        for (key, value) in tags {
            self = self.tag(key, value);
        }
        self
    }

    /// Sets who the line is from.
    #[must_use]
    pub fn source(self, source: &str) -> Head<'a> {
        let mut head = self.head();
        head.push(":");
        head.push(source);
        head
    }

    /// Writes the command of a line without a source.
    #[must_use]
    pub fn command(self, command: &str) -> Params<'a> {
        self.head().command(command)
    }

    /// Puts the tags before those of a complete line.
    pub(crate) fn before(self, line: &str) {
        if self.out.len() == self.start {
            return self.out.push_str(line);
        }
        match line.strip_prefix('@') {
            Some(tagged) => {
                self.out.push(';');
                self.out.push_str(tagged);
            }
            None => {
                self.out.push(' ');
                self.out.push_str(line);
            }
        }
    }

    fn head(self) -> Head<'a> {
        if self.out.len() > self.start {
            self.out.push(' ');
        }
        let start = self.out.len();
        Head {
            out: self.out,
            start,
        }
    }
}

/// A line after its tags: the command comes next.
#[derive(Debug)]
pub struct Head<'a> {
    out: &'a mut String,
    start: usize,
}

impl<'a> Head<'a> {
    /// Writes the command.
    #[must_use]
    pub fn command(mut self, command: &str) -> Params<'a> {
        if self.out.len() > self.start {
            self.push(" ");
        }
        self.push(command);
        Params {
            out: self.out,
            start: self.start,
        }
    }

    fn push(&mut self, text: &str) {
        push_clean(self.out, self.start, text);
    }
}

/// A line after its command: parameters come next. Dropping it ends the line.
#[derive(Debug)]
pub struct Params<'a> {
    out: &'a mut String,
    start: usize,
}

impl Params<'_> {
    /// Adds a parameter in the middle. Its first word counts; an empty one is written as `*`, and
    /// a leading colon is left out, since either would be read as something else.
    #[must_use]
    pub fn param(mut self, param: &str) -> Self {
        let word = param
            .trim_start_matches([' ', ':'])
            .split(' ')
            .next()
            .unwrap_or_default();
        self.push(" ");
        self.push(if word.is_empty() { "*" } else { word });
        self
    }

    /// Adds each of the parameters in the middle.
    #[must_use]
    pub fn params<'t>(self, params: impl IntoIterator<Item = &'t str>) -> Self {
        params.into_iter().fold(self, Params::param)
    }

    /// Adds a parameter that is written as it displays, without spaces.
    #[must_use]
    pub fn number(self, number: u64) -> Self {
        self.push_fmt(format_args!(" {number}"))
    }

    /// Adds the last parameter, always with its colon, and ends the line.
    pub fn trailing(mut self, text: &str) {
        self.push(" :");
        self.push(text);
    }

    /// Adds the last parameter as formatted text and ends the line.
    pub fn trailing_fmt(mut self, text: fmt::Arguments<'_>) {
        self.push(" :");
        let _ended = self.push_fmt(text);
    }

    /// Ends a line that has no trailing parameter.
    pub fn end(self) {}

    /// Returns how many bytes a trailing parameter may still have.
    pub fn room(&self) -> usize {
        room(self.out, self.start).saturating_sub(" :".len())
    }

    fn push(&mut self, text: &str) {
        push_clean(self.out, self.start, text);
    }

    fn push_fmt(mut self, text: fmt::Arguments<'_>) -> Self {
        // Writing into a line cannot fail: what does not fit is cut.
        let _cut = Cutting(&mut self).write_fmt(text);
        self
    }
}

impl Drop for Params<'_> {
    fn drop(&mut self) {
        self.out.push_str("\r\n");
    }
}

struct Cutting<'p, 'a>(&'p mut Params<'a>);

impl fmt::Write for Cutting<'_, '_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.0.push(text);
        Ok(())
    }
}

fn room(out: &str, start: usize) -> usize {
    (LINE_BYTES_MAX - CRLF_BYTES).saturating_sub(out.len() - start)
}

/// Appends what fits, without the three bytes that no part of a line may hold.
fn push_clean(out: &mut String, start: usize, text: &str) {
    if text.bytes().all(|byte| !is_forbidden(byte as char)) {
        let room = room(out, start);
        out.push_str(truncated(text, room));
        return;
    }
    for c in text.chars().filter(|&c| !is_forbidden(c)) {
        if c.len_utf8() > room(out, start) {
            return;
        }
        out.push(c);
    }
}

fn is_forbidden(c: char) -> bool {
    matches!(c, '\0' | '\r' | '\n')
}

fn escape_tag_value(out: &mut String, value: &str) {
    for c in value.chars() {
        match c {
            ';' => out.push_str("\\:"),
            ' ' => out.push_str("\\s"),
            '\\' => out.push_str("\\\\"),
            '\r' => out.push_str("\\r"),
            '\n' => out.push_str("\\n"),
            '\0' => {}
            other => out.push(other),
        }
    }
}
