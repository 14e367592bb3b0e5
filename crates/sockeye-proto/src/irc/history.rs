//! Reading stored messages back: what is asked for, and how the answer is written.
//! Source: IRCv3 draft/chathistory, IRCv3 batch.

mod answer;
mod request;
mod text;

use alloc::string::String;
use alloc::vec::Vec;

pub use answer::encode;
pub use request::{Invalid, LIMIT_MAX, Request, Subcommand};
pub use text::{msgid_text, parse_msgid, parse_time, time_text};

use super::caps::Caps;
use super::event::Record;
use super::id::{ChannelId, Number, SessionId};

/// A read of stored messages that the network has permitted.
#[derive(Debug, Clone)]
pub struct HistoryRequest {
    /// Who receives the answer.
    pub to: SessionId,
    /// What is read.
    pub query: Query,
    /// Only rows up to this number exist for the reader: what was applied when it was asked.
    pub upto: Number,
    /// How the answer is written.
    pub reply: Reply,
}

/// Which rows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Query {
    /// Messages of one channel.
    Messages {
        /// The channel.
        channel: ChannelId,
        /// After this point, exclusive.
        after: Option<Point>,
        /// Before this point, exclusive.
        before: Option<Point>,
        /// Which end counts when there are more than `limit`.
        keep: Keep,
        /// At most so many.
        limit: u32,
    },
    /// Up to `limit` messages around a point: half of them before it, then the point's own and
    /// later ones.
    Around {
        /// The channel.
        channel: ChannelId,
        /// The middle.
        point: Point,
        /// At most so many.
        limit: u32,
    },
    /// For each channel the time of its latest message, for those within the two times.
    Targets {
        /// The channels that the asker may read, with their names.
        channels: Vec<(ChannelId, String)>,
        /// After this time, exclusive, milliseconds since 1970.
        after_ms: u64,
        /// Before this time, exclusive.
        before_ms: u64,
        /// At most so many channels.
        limit: u32,
    },
}

/// Which of the rows count when there are too many. The answer ascends in time either way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Keep {
    /// The earliest.
    First,
    /// The latest.
    Last,
}

/// A point in the history of a channel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Point {
    /// A message, by the number that its msgid holds.
    Message(Number),
    /// A time, milliseconds since 1970.
    Time(u64),
}

/// What the rows are wrapped in.
#[derive(Debug, Clone)]
pub struct Reply {
    /// The server's name.
    pub server: String,
    /// The receiver's capabilities at that moment.
    pub caps: Caps,
    /// The channel's name, target of the lines.
    pub target: String,
    /// The label of the command that asked.
    pub label: Option<String>,
    /// A reference tag for the batch, unique for the session.
    pub batch: String,
    /// What the client asked for; `None` is the replay after a JOIN, for one that did not ask.
    pub asked: Option<Subcommand>,
    /// Rows that are stored and do not count, because their void could not be written yet.
    pub hidden: Vec<Number>,
}

/// What was found.
#[derive(Debug, Clone)]
pub enum Found {
    /// Message records, ascending.
    Messages(Vec<Record>),
    /// Channels with the time of their latest message, ascending by time.
    Targets(Vec<(String, u64)>),
    /// The store could not be read; the reason.
    Unavailable(String),
}
