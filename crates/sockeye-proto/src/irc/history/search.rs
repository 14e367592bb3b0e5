//! Searching stored messages: what is looked for, and in what of a message.
//! Source: soju.im/search.

#[cfg(test)]
mod tests;

use alloc::borrow::Cow;
use alloc::string::String;
use alloc::vec::Vec;

use super::text::parse_time;
use crate::irc::id::{AccountId, ChannelId};
use crate::irc::message::{Line, parse_tags};
use crate::irc::numeric::{Severity, standard_reply};

/// Which messages: all conditions have to hold.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Search {
    /// The channels that count.
    pub channels: Vec<ChannelId>,
    /// Whose direct messages count: all of them, or those with one other side, as
    /// [`Party::key`](crate::irc::event::Party::key).
    pub directs: Option<(AccountId, Option<String>)>,
    /// The nick of who said it, in whatever case.
    pub from: Option<String>,
    /// Said at this time or later, milliseconds since 1970.
    pub after_ms: Option<u64>,
    /// Said at this time or earlier.
    pub before_ms: Option<u64>,
    /// Whole words that occur in it, without regard to case; one with punctuation inside stands
    /// for its parts in a row.
    pub words: Vec<String>,
    /// At most so many: the first ones where there is `after_ms`, else the last ones.
    pub limit: u32,
}

/// What a client looks for, as it says it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Criteria {
    /// `in`: a channel or a nick; none: everything that the client may read.
    pub target: Option<String>,
    /// All else; who may read what is filled in by who asks the network.
    pub search: Search,
}

impl Criteria {
    /// Reads the attributes of a SEARCH, written as tags are.
    ///
    /// # Errors
    /// The attribute that makes no sense, and why.
    pub fn parse(attributes: &str) -> Result<Self, (String, &'static str)> {
        let mut criteria = Self {
            target: None,
            search: Search {
                limit: LIMIT_LIKELY,
                ..Search::default()
            },
        };
        for (key, value) in parse_tags(attributes) {
            criteria.add(&key, value).map_err(|why| (key, why))?;
        }
        Ok(criteria)
    }

    fn add(&mut self, key: &str, value: String) -> Result<(), &'static str> {
        let search = &mut self.search;
        match key {
            "in" if !value.is_empty() => self.target = Some(value),
            "from" if !value.is_empty() => search.from = Some(value),
            "after" => search.after_ms = Some(parse_time(&value).ok_or(NO_TIME)?),
            "before" => search.before_ms = Some(parse_time(&value).ok_or(NO_TIME)?),
            "text" => {
                search.words = value.split_whitespace().filter_map(word).collect();
                if search.words.is_empty() {
                    return Err("Words are expected");
                }
                if search.words.len() > WORDS_MAX {
                    return Err("Too many words");
                }
            }
            "limit" => {
                let limit = value.parse().ok().filter(|&limit: &u32| limit > 0);
                search.limit = limit.ok_or("Invalid limit")?.min(SEARCH_LIMIT_MAX);
            }
            "in" | "from" => return Err("A name is expected"),
            _ => return Err("Unknown attribute"),
        }
        Ok(())
    }
}

/// Keeps what has something that words are made of.
fn word(text: &str) -> Option<String> {
    words(text).next().map(|_| text.into())
}

/// Splits a text into words: letters and digits in a row.
pub fn words(text: &str) -> impl Iterator<Item = &str> {
    let words = text.split(|c: char| !c.is_alphanumeric());
    words.filter(|word| !word.is_empty())
}

/// Returns what people read of a message: without what marks it as an action (CTCP), without what
/// says that a line goes on (CR, draft/multiline) and without the codes of colours, all of which
/// would become a part of words or cut them.
pub fn plain(text: &str) -> Cow<'_, str> {
    let text = text.strip_prefix("\u{1}ACTION ").unwrap_or(text);
    if text.contains('\r') {
        return Cow::Owned(plain(&text.replace('\r', "")).into_owned());
    }
    if !text.contains(COLOURS) {
        return Cow::Borrowed(text);
    }
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(COLOURS) {
        let (before, code) = rest.split_at(at);
        plain.push_str(before);
        let colour = code.get(1..).unwrap_or_default();
        let (digits_max, radix) = match code.starts_with(HEX_COLOUR) {
            true => (6, 16),
            false => (2, 10),
        };
        rest = without_digits(colour, digits_max, radix);
        let background = rest.strip_prefix(',').filter(|_| rest.len() < colour.len());
        if let Some(background) = background {
            let after = without_digits(background, digits_max, radix);
            if after.len() < background.len() {
                rest = after;
            }
        }
    }
    plain.push_str(rest);
    Cow::Owned(plain)
}

fn without_digits(text: &str, digits_max: usize, radix: u32) -> &str {
    let digits = text.chars().take(digits_max);
    let digits = digits.take_while(|c| c.is_digit(radix)).count();
    text.get(digits..).unwrap_or(text)
}

/// Writes the refusal for an attribute that makes no sense.
pub(crate) fn invalid(line: Line<'_>, server: &str, attribute: &str, why: &str) {
    let context: &[&str] = if attribute.is_empty() {
        &[]
    } else {
        &[attribute]
    };
    let what = ("SEARCH", "INVALID_PARAMS");
    standard_reply(line, Severity::Fail, server, what, context, why);
}

/// Writes the refusal for a search that came to no end.
pub(crate) fn unavailable(line: Line<'_>, server: &str, reason: &str) {
    let text = alloc::format!("The search could not be run: {reason}");
    let what = ("SEARCH", "INTERNAL_ERROR");
    standard_reply(line, Severity::Fail, server, what, &[], &text);
}

const NO_TIME: &str = "Invalid timestamp";

/// The code of a colour by number.
const COLOUR: char = '\u{3}';

/// The code of a colour by its parts in hexadecimal.
const HEX_COLOUR: char = '\u{4}';

const COLOURS: [char; 2] = [COLOUR, HEX_COLOUR];

/// Messages of an answer where the client does not say: what people look through.
const LIMIT_LIKELY: u32 = 50;

/// Most messages of one answer: with the longest tags 500 KB, which a client's queue holds.
pub const SEARCH_LIMIT_MAX: u32 = 100;

/// Most words of one search: each is one more list to be gone through.
const WORDS_MAX: usize = 16;
