//! What is wrong in a configuration file: where, what, and what was probably meant.

use std::fmt;
use std::ops::Range;

use crate::endpoint::problem::nearest;
use crate::error::{Error, ErrorKind};

/// One mistake: a stretch of the file and what is wrong with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mistake {
    /// The bytes of the file that it is about.
    pub span: Range<usize>,
    /// What is wrong, lower case, without a full stop.
    pub what: String,
    /// What to write instead.
    pub hint: Option<String>,
}

/// Every mistake of one file, in the order of the file.
#[derive(Debug)]
pub struct ConfigError {
    file: String,
    text: String,
    mistakes: Vec<Mistake>,
}

impl ConfigError {
    pub(super) fn new(file: &str, text: &str, mut mistakes: Vec<Mistake>) -> Self {
        mistakes.sort_by_key(|mistake| mistake.span.start);
        Self {
            file: file.to_owned(),
            text: text.to_owned(),
            mistakes,
        }
    }

    fn write(&self, f: &mut fmt::Formatter<'_>, mistake: &Mistake) -> fmt::Result {
        let start = floor_char(&self.text, mistake.span.start);
        let end = floor_char(&self.text, mistake.span.end.max(start));
        let number = self.text[..start].matches('\n').count() + 1;
        let line_start = self.text[..start]
            .rfind('\n')
            .map_or(0, |newline| newline + 1);
        let line = self.text[line_start..].lines().next().unwrap_or_default();
        let before = &self.text[line_start..start];
        let marked = self.text[start..end].lines().next().unwrap_or_default();

        let column = before.chars().count() + 1;
        writeln!(f, "{}:{number}:{column}: {}", self.file, mistake.what)?;
        let shown: String = line.chars().take(LINE_CHARS_SHOWN).collect();
        if column <= LINE_CHARS_SHOWN {
            // A tab is as wide above as below, whatever the terminal makes of it.
            let pad: String = before
                .chars()
                .map(|c| if c == '\t' { '\t' } else { ' ' })
                .collect();
            let width = marked
                .chars()
                .count()
                .clamp(1, LINE_CHARS_SHOWN + 1 - column);
            writeln!(f, "{number:>5} | {shown}")?;
            write!(f, "      | {pad}{}", "^".repeat(width))?;
        } else {
            write!(f, "{number:>5} | {shown}…")?;
        }
        match &mistake.hint {
            Some(hint) => write!(f, "\n      = {hint}"),
            None => Ok(()),
        }
    }
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (n, mistake) in self.mistakes.iter().take(MISTAKES_SHOWN).enumerate() {
            f.write_str(if n == 0 { "" } else { "\n" })?;
            self.write(f, mistake)?;
        }
        match self.mistakes.len().saturating_sub(MISTAKES_SHOWN) {
            0 => Ok(()),
            more => write!(f, "\n… and {more} more"),
        }
    }
}

impl std::error::Error for ConfigError {}

impl From<ConfigError> for Error {
    fn from(error: ConfigError) -> Self {
        let cause = match error.mistakes.len() {
            1 => format!("1 mistake\n{error}"),
            n => format!("{n} mistakes\n{error}"),
        };
        Self::new(ErrorKind::ConfigUsage, "read", &error.file, cause)
    }
}

/// Returns `hint`'s usual form for a word that is none of `known`, if one of them is near.
pub(super) fn did_you_mean<'a>(
    word: &str,
    known: impl IntoIterator<Item = &'a str>,
) -> Option<String> {
    nearest(word, known).map(|near| format!("did you mean `{near}`?"))
}

/// Returns the largest character boundary that is not above `at`.
fn floor_char(text: &str, at: usize) -> usize {
    let mut at = at.min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

/// Characters of a faulty line that are shown: more would wrap and tear the caret off.
const LINE_CHARS_SHOWN: usize = 120;
/// Mistakes shown in one run: a file of another program is all mistakes.
const MISTAKES_SHOWN: usize = 30;
