//! Splitting text into words as a POSIX shell does, without expansion, and its reverse.
//!
//! Blanks separate; `'…'` keeps everything, `"…"` keeps everything but `\` before `"`, `\`, `$` and
//! `` ` ``, a bare `\` keeps the next character (POSIX.1-2024, Shell Command Language, section 2.2).

use std::ops::Range;

/// One word, and where in the text each of its bytes came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Token {
    pub(super) text: String,
    /// The place of each byte of `text` in the source.
    places: Vec<usize>,
    /// The place in the source after the word, quotes included.
    end: usize,
}

impl Token {
    /// Makes the word that stands in the source at `at`, letter for letter.
    pub(super) fn verbatim(text: &str, at: usize) -> Self {
        let end = at + text.len();
        Self {
            text: text.to_owned(),
            places: (at..end).collect(),
            end,
        }
    }

    /// Splits at commas; `\,` is a comma and `\\` a backslash.
    pub(super) fn items(&self) -> Vec<Self> {
        let empty = |at| Self {
            text: String::new(),
            places: Vec::new(),
            end: at,
        };
        let mut items = vec![empty(self.place(0..0).start)];
        let mut escaped = false;
        for (i, c) in self.text.char_indices() {
            let at = self.place(i..i + c.len_utf8());
            let Some(item) = items.last_mut() else { break };
            item.end = at.end;
            match c {
                '\\' if !escaped => {
                    escaped = true;
                    continue;
                }
                ',' if !escaped => {
                    item.end = at.start;
                    items.push(empty(at.end));
                }
                ',' | '\\' => item.push(c, at.start),
                other => {
                    if escaped {
                        item.push('\\', at.start - 1);
                    }
                    item.push(other, at.start);
                }
            }
            escaped = false;
        }
        if let (true, Some(item)) = (escaped, items.last_mut()) {
            item.push('\\', item.end.saturating_sub(1));
        }
        items
    }

    /// Returns where a part of the word stands in the source.
    pub(super) fn place(&self, part: Range<usize>) -> Range<usize> {
        let at = |byte: usize| self.places.get(byte).copied().unwrap_or(self.end);
        let start = at(part.start);
        let end = part.end.checked_sub(1).map_or(start, |last| at(last) + 1);
        start..end.max(start)
    }
}

/// A quote without its partner, or a `\` with nothing after it, at this place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Unfinished {
    pub(super) at: usize,
}

/// Splits a text into words.
pub(super) fn split(text: &str) -> Result<Vec<Token>, Unfinished> {
    let mut tokens = Vec::new();
    let mut current: Option<Token> = None;
    let mut rest = text.char_indices();
    while let Some((at, c)) = rest.next() {
        if matches!(c, ' ' | '\t' | '\n' | '\r') {
            tokens.extend(current.take());
            continue;
        }
        let empty = || Token {
            text: String::new(),
            places: Vec::new(),
            end: at,
        };
        let token = current.get_or_insert_with(empty);
        match c {
            '\'' => single_quoted(token, &mut rest, at)?,
            '"' => double_quoted(token, &mut rest, at)?,
            '\\' => {
                let (next_at, next) = rest.next().ok_or(Unfinished { at })?;
                token.push(next, next_at);
            }
            other => token.push(other, at),
        }
        token.end = rest.offset();
    }
    tokens.extend(current);
    Ok(tokens)
}

/// Joins words into a text that [`split`] splits into the same words.
pub(super) fn join<T: AsRef<str>>(words: impl IntoIterator<Item = T>) -> String {
    let mut text = String::new();
    for (i, word) in words.into_iter().enumerate() {
        if i > 0 {
            text.push(' ');
        }
        text.push_str(&quote(word.as_ref()));
    }
    text
}

/// Quotes a word where a shell would need it.
pub(super) fn quote(word: &str) -> String {
    let plain = |c: char| c.is_alphanumeric() || PLAIN.contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', r"'\''"))
}

fn single_quoted(
    token: &mut Token,
    rest: &mut std::str::CharIndices<'_>,
    opened_at: usize,
) -> Result<(), Unfinished> {
    loop {
        match rest.next() {
            None => return Err(Unfinished { at: opened_at }),
            Some((_, '\'')) => return Ok(()),
            Some((at, c)) => token.push(c, at),
        }
    }
}

fn double_quoted(
    token: &mut Token,
    rest: &mut std::str::CharIndices<'_>,
    opened_at: usize,
) -> Result<(), Unfinished> {
    loop {
        match rest.next() {
            None => return Err(Unfinished { at: opened_at }),
            Some((_, '"')) => return Ok(()),
            Some((at, '\\')) => match rest.clone().next() {
                Some((next_at, next @ ('"' | '\\' | '$' | '`'))) => {
                    rest.next();
                    token.push(next, next_at);
                }
                _ => token.push('\\', at),
            },
            Some((at, c)) => token.push(c, at),
        }
    }
}

impl Token {
    fn push(&mut self, c: char, at: usize) {
        self.text.push(c);
        self.places.extend(at..at + c.len_utf8());
    }
}

/// What stands bare in every common shell, besides letters and digits.
const PLAIN: &str = "+-_.,:=/@%[]";

#[cfg(test)]
mod tests;
