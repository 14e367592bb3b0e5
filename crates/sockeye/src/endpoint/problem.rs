//! What is wrong with an endpoint's text, with a caret under it and a suggestion.

use std::fmt;
use std::ops::Range;

use crate::error::{Error, ErrorKind};

/// What is wrong with an endpoint's text.
///
/// It prints the problem, the text, and carets under the part that is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ParseError {
    text: String,
    fault: Box<Fault>,
}

/// A problem at a place of a text that the caller knows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Fault {
    at: Range<usize>,
    problem: String,
    hint: Option<String>,
}

impl Fault {
    pub(super) fn new(at: Range<usize>, problem: impl fmt::Display) -> Self {
        Self {
            at,
            problem: problem.to_string(),
            hint: None,
        }
    }

    pub(super) fn hint(self, hint: impl fmt::Display) -> Self {
        Self {
            hint: Some(hint.to_string()),
            ..self
        }
    }

    /// Hints at what was meant, where something is near enough.
    pub(super) fn did_you_mean(self, meant: Option<impl fmt::Display>) -> Self {
        match meant {
            Some(meant) => self.hint(format!("did you mean {meant}?")),
            None => self,
        }
    }

    pub(super) fn in_text(self, text: impl Into<String>) -> ParseError {
        ParseError {
            text: text.into(),
            fault: Box::new(self),
        }
    }
}

impl ParseError {
    /// Returns what is wrong, in one line.
    pub fn problem(&self) -> &str {
        &self.fault.problem
    }

    /// Returns what was probably meant.
    pub fn hint(&self) -> Option<&str> {
        self.fault.hint.as_deref()
    }

    /// Returns which bytes of the text are wrong.
    pub fn place(&self) -> Range<usize> {
        self.fault.at.clone()
    }
}

impl fmt::Display for ParseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let columns = |part: Option<&str>| part.map_or(0, |part| part.chars().count());
        let before = columns(self.text.get(..self.fault.at.start));
        let width = columns(self.text.get(self.fault.at.clone())).max(1);
        // A tab or an escape sequence would move the carets away from what they point at.
        let line = self.text.replace(char::is_control, " ");
        write!(
            f,
            "{}\n  {line}\n  {:before$}{:^<width$}",
            self.fault.problem, "", ""
        )
    }
}

impl std::error::Error for ParseError {}

impl From<ParseError> for Error {
    fn from(error: ParseError) -> Self {
        let border = Self::new(ErrorKind::ConfigUsage, "endpoint", "", &error);
        match error.fault.hint {
            Some(hint) => border.with_hint(hint),
            None => border,
        }
    }
}

/// Returns the candidate that `written` is most likely a slip of.
pub(crate) fn nearest<'a>(
    written: &str,
    candidates: impl IntoIterator<Item = &'a str>,
) -> Option<&'a str> {
    let written = written.to_lowercase();
    if written.len() > NAME_BYTES_MAX {
        return None;
    }
    candidates
        .into_iter()
        .map(|candidate| (slips(&written, candidate), candidate))
        .filter(|(slips, candidate)| *slips <= slips_max(candidate))
        // Letters that change places are the commoner slip than one for another.
        .min_by_key(|(slips, candidate)| (*slips, !have_same_letters(&written, candidate)))
        .map(|(_, candidate)| candidate)
}

fn have_same_letters(one: &str, other: &str) -> bool {
    let sorted = |text: &str| {
        let mut letters: Vec<_> = text.chars().collect();
        letters.sort_unstable();
        letters
    };
    sorted(one) == sorted(other)
}

/// Counts the letters to insert, delete, replace or swap with a neighbour (optimal string alignment).
fn slips(from: &str, to: &str) -> usize {
    let (from, to): (Vec<char>, Vec<char>) = (from.chars().collect(), to.chars().collect());
    let mut before_last = Vec::new();
    let mut last: Vec<usize> = (0..=to.len()).collect();
    for (i, a) in from.iter().enumerate() {
        let mut row = vec![i + 1];
        for (j, b) in to.iter().enumerate() {
            let replaced = last[j] + usize::from(a != b);
            let mut least = replaced.min(last[j + 1] + 1).min(row[j] + 1);
            if i > 0 && j > 0 && from[i - 1] == *b && to[j - 1] == *a {
                least = least.min(before_last[j - 1] + 1);
            }
            row.push(least);
        }
        before_last = std::mem::replace(&mut last, row);
    }
    last[to.len()]
}

/// A third of the letters may be wrong; fewer and every short word would suggest every other.
fn slips_max(candidate: &str) -> usize {
    (candidate.len() / 3).max(1)
}

/// No name in the vocabulary is half as long.
const NAME_BYTES_MAX: usize = 32;
