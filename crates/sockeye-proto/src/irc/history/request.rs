//! The CHATHISTORY command: from its parameters to a query.

#[cfg(test)]
mod tests;

use alloc::string::String;
use alloc::vec::Vec;

use super::text::{parse_msgid, parse_time};
use super::{Buffer, Keep, Point, Query};
use crate::irc::message::Line;
use crate::irc::numeric::{Severity, standard_reply};

/// A CHATHISTORY command whose parameters make sense.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Request {
    /// Messages of one target.
    Messages {
        /// Which subcommand it was.
        subcommand: Subcommand,
        /// The channel, or whatever stands in its place.
        target: String,
        /// Which messages.
        selection: Selection,
        /// How many at most.
        limit: u32,
    },
    /// Targets with messages between two times.
    Targets {
        /// After this time, exclusive, milliseconds since 1970.
        after_ms: u64,
        /// Before this time, exclusive.
        before_ms: u64,
        /// How many at most.
        limit: u32,
    },
}

/// The subcommands (IRCv3 draft/chathistory, section Subcommands).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Subcommand {
    /// `BEFORE`
    Before,
    /// `AFTER`
    After,
    /// `LATEST`
    Latest,
    /// `AROUND`
    Around,
    /// `BETWEEN`
    Between,
    /// `TARGETS`
    Targets,
}

/// Which messages of a target.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Selection {
    /// Those between two points, exclusive; without a point to the end.
    Between {
        /// After this point.
        after: Option<Point>,
        /// Before this point.
        before: Option<Point>,
        /// Which end counts when there are too many.
        keep: Keep,
    },
    /// Those around a point.
    Around(Point),
}

/// Why a CHATHISTORY command is refused: what follows `FAIL CHATHISTORY`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invalid {
    code: &'static str,
    context: Vec<String>,
    text: &'static str,
}

impl Request {
    /// Reads the parameters after `CHATHISTORY`. A limit over [`LIMIT_MAX`] is lowered to it.
    ///
    /// # Errors
    /// [`Invalid`] with `INVALID_PARAMS` or `INVALID_MSGREFTYPE`.
    pub fn parse(params: &[String]) -> Result<Self, Invalid> {
        let mut words = params.iter().map(String::as_str);
        let first = words.next().unwrap_or("*");
        let subcommand = Subcommand::parse(first)
            .ok_or_else(|| Invalid::new(INVALID_PARAMS, &[first], "Unknown command"))?;
        let parts: Vec<_> = words.collect();
        match (subcommand, parts.as_slice()) {
            (Subcommand::Targets, &[from, to, limit]) => {
                let reference = Reference {
                    subcommand,
                    target: None,
                };
                let (from, to) = (reference.time(from)?, reference.time(to)?);
                let limit = parse_limit(subcommand, limit)?;
                Ok(Self::Targets {
                    after_ms: from.min(to),
                    before_ms: from.max(to),
                    limit,
                })
            }
            (Subcommand::Between, &[target, from, to, limit]) => {
                let reference = Reference {
                    subcommand,
                    target: Some(target),
                };
                let selection = between(reference.point(from)?, reference.point(to)?);
                Self::messages(subcommand, target, selection, limit)
            }
            (Subcommand::Latest, &[target, "*", limit]) => {
                let selection = Selection::Between {
                    after: None,
                    before: None,
                    keep: Keep::Last,
                };
                Self::messages(subcommand, target, selection, limit)
            }
            (
                Subcommand::Before | Subcommand::After | Subcommand::Latest | Subcommand::Around,
                &[target, point, limit],
            ) => {
                let point = Reference {
                    subcommand,
                    target: Some(target),
                }
                .point(point)?;
                let (after, before, keep) = match subcommand {
                    Subcommand::Before => (None, Some(point), Keep::Last),
                    Subcommand::After => (Some(point), None, Keep::First),
                    _ => (Some(point), None, Keep::Last),
                };
                let selection = match subcommand {
                    Subcommand::Around => Selection::Around(point),
                    _ => Selection::Between {
                        after,
                        before,
                        keep,
                    },
                };
                Self::messages(subcommand, target, selection, limit)
            }
            _ => Err(Invalid::new(
                INVALID_PARAMS,
                &[subcommand.word()],
                "Wrong number of parameters",
            )),
        }
    }

    fn messages(
        subcommand: Subcommand,
        target: &str,
        selection: Selection,
        limit: &str,
    ) -> Result<Self, Invalid> {
        let limit = parse_limit(subcommand, limit)?;
        Ok(Self::Messages {
            subcommand,
            target: target.into(),
            selection,
            limit,
        })
    }
}

impl Subcommand {
    /// Returns its word in upper case.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Before => "BEFORE",
            Self::After => "AFTER",
            Self::Latest => "LATEST",
            Self::Around => "AROUND",
            Self::Between => "BETWEEN",
            Self::Targets => "TARGETS",
        }
    }

    fn parse(word: &str) -> Option<Self> {
        const ALL: [Subcommand; 6] = [
            Subcommand::Before,
            Subcommand::After,
            Subcommand::Latest,
            Subcommand::Around,
            Subcommand::Between,
            Subcommand::Targets,
        ];
        ALL.into_iter()
            .find(|subcommand| subcommand.word().eq_ignore_ascii_case(word))
    }
}

impl Selection {
    /// Returns the query for these messages of a buffer.
    pub fn query(self, buffer: Buffer, limit: u32) -> Query {
        match self {
            Self::Between {
                after,
                before,
                keep,
            } => Query::Messages {
                buffer,
                after,
                before,
                keep,
                limit,
            },
            Self::Around(point) => Query::Around {
                buffer,
                point,
                limit,
            },
        }
    }
}

impl Invalid {
    fn new(code: &'static str, context: &[&str], text: &'static str) -> Self {
        Self {
            code,
            context: context.iter().map(|&word| word.into()).collect(),
            text,
        }
    }

    /// Makes the refusal for a target that does not exist or that the client may not read; which
    /// of the two is not said.
    pub fn target(subcommand: Subcommand, target: &str) -> Self {
        let context = [subcommand.word(), target];
        Self::new(
            "INVALID_TARGET",
            &context,
            "Messages could not be retrieved",
        )
    }

    /// Makes the refusal for messages that could not be read.
    pub fn unavailable(subcommand: Subcommand, target: &str) -> Self {
        let context = [subcommand.word(), target];
        Self::new("MESSAGE_ERROR", &context, "Messages could not be retrieved")
    }

    /// Writes the FAIL line.
    pub fn write(&self, line: Line<'_>, server: &str) {
        let context: Vec<_> = self.context.iter().map(String::as_str).collect();
        let what = ("CHATHISTORY", self.code);
        standard_reply(line, Severity::Fail, server, what, &context, self.text);
    }
}

/// Two points with what is between them, from the first on: forwards or backwards in time. Between
/// a time and a message it is forwards, because only the store knows when the message was.
fn between(from: Point, to: Point) -> Selection {
    let backwards = match (from, to) {
        (Point::Message(from), Point::Message(to)) => from > to,
        (Point::Time(from), Point::Time(to)) => from > to,
        _ => false,
    };
    let (after, before, keep) = if backwards {
        (to, from, Keep::Last)
    } else {
        (from, to, Keep::First)
    };
    Selection::Between {
        after: Some(after),
        before: Some(before),
        keep,
    }
}

/// Reads references and knows what a refusal has to name.
struct Reference<'a> {
    subcommand: Subcommand,
    target: Option<&'a str>,
}

impl Reference<'_> {
    fn point(&self, text: &str) -> Result<Point, Invalid> {
        match text.split_once('=') {
            Some(("timestamp", _)) => self.time(text).map(Point::Time),
            Some(("msgid", id)) => match parse_msgid(id) {
                Some((number, _)) => Ok(Point::Message(number)),
                None => Err(self.invalid(INVALID_PARAMS, text, "No such message id")),
            },
            _ => Err(self.invalid(INVALID_MSGREFTYPE, text, "Use msgid=… or timestamp=…")),
        }
    }

    fn time(&self, text: &str) -> Result<u64, Invalid> {
        let Some(time) = text.strip_prefix("timestamp=") else {
            return Err(self.invalid(INVALID_MSGREFTYPE, text, "Use timestamp=…"));
        };
        parse_time(time).ok_or_else(|| self.invalid(INVALID_PARAMS, text, "Invalid timestamp"))
    }

    fn invalid(&self, code: &'static str, text: &str, why: &'static str) -> Invalid {
        let mut context = Vec::from([self.subcommand.word()]);
        context.extend(self.target);
        context.push(text);
        Invalid::new(code, &context, why)
    }
}

fn parse_limit(subcommand: Subcommand, text: &str) -> Result<u32, Invalid> {
    match text.parse::<u32>() {
        Ok(limit) if limit > 0 => Ok(limit.min(LIMIT_MAX)),
        _ => Err(Invalid::new(
            INVALID_PARAMS,
            &[subcommand.word(), text],
            "Invalid limit",
        )),
    }
}

/// Most messages of one answer, the CHATHISTORY token of ISUPPORT: at 600 bytes each 600 KB. It is
/// bounded in bytes, too: [`ANSWER_BYTES_MAX`](super::ANSWER_BYTES_MAX).
pub const LIMIT_MAX: u32 = 1_000;

const INVALID_PARAMS: &str = "INVALID_PARAMS";

const INVALID_MSGREFTYPE: &str = "INVALID_MSGREFTYPE";
