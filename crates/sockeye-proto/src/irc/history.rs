//! Reading stored messages back: what is asked for, and how the answer is written.
//! Source: IRCv3 draft/chathistory, IRCv3 batch.

mod answer;
mod request;
mod search;
mod size;
mod text;

use alloc::string::String;
use alloc::vec::Vec;

pub use answer::encode;
pub use request::{Invalid, LIMIT_MAX, Request, Subcommand};
pub(crate) use search::invalid as search_invalid;
pub use search::{Criteria, SEARCH_LIMIT_MAX, Search, plain, words};
pub use size::{ANSWER_BYTES_MAX, fit, size};
pub use text::{msgid_text, parse_msgid, parse_time, time_text};

use super::caps::Caps;
use super::event::Record;
use super::id::{AccountId, ChannelId, Number, SessionId};

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
    /// Messages of one buffer.
    Messages {
        /// Where.
        buffer: Buffer,
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
        /// Where.
        buffer: Buffer,
        /// The middle.
        point: Point,
        /// At most so many.
        limit: u32,
    },
    /// The latest of all direct messages of an account.
    Directs {
        /// Whose.
        owner: AccountId,
        /// After this point, exclusive.
        after: Option<Point>,
        /// Before this point, exclusive.
        before: Option<Point>,
        /// At most so many.
        limit: u32,
    },
    /// One message by its number, in whatever buffer.
    One(Number),
    /// For each buffer the time of its latest message, for those within the two times.
    Targets {
        /// The channels that the asker may read, with their names.
        channels: Vec<(ChannelId, String)>,
        /// Whose direct messages count.
        owner: Option<AccountId>,
        /// After this time, exclusive, milliseconds since 1970.
        after_ms: u64,
        /// Before this time, exclusive.
        before_ms: u64,
        /// At most so many buffers.
        limit: u32,
    },
    /// Messages in which words occur, of all that somebody may read.
    Search(Search),
}

/// What is read like one conversation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Buffer {
    /// A channel.
    Channel {
        /// Which.
        id: ChannelId,
        /// Whether what is no PRIVMSG or NOTICE counts, too (IRCv3 `draft/event-playback`).
        events: bool,
    },
    /// What an account and somebody else have said to each other.
    Direct {
        /// Whose history is read.
        owner: AccountId,
        /// The other side, as [`Party::key`](super::event::Party::key).
        peer: String,
        /// Whether TAGMSG counts, too.
        events: bool,
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

/// A point in a history.
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
    /// The channel's name, target of its lines; the nick of the other side of direct messages.
    pub target: String,
    /// The label of the command that asked.
    pub label: Option<String>,
    /// A reference tag for the batch, unique for the session.
    pub batch: String,
    /// The names of the channels, where an answer is from several.
    pub channels: Vec<(ChannelId, String)>,
    /// What the client asked with; `None` is the replay after a JOIN, for one that did not ask.
    pub asked: Option<Command>,
    /// Rows that are stored and do not count, because their void could not be written yet.
    pub hidden: Vec<Number>,
}

/// The commands that read stored messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Command {
    /// `CHATHISTORY`
    Chathistory(Subcommand),
    /// `SEARCH`
    Search,
}

/// What was found.
#[derive(Debug, Clone)]
pub enum Found {
    /// Records, ascending.
    Messages(Vec<Record>),
    /// Channels and nicks with the time of the latest message, ascending by time.
    Targets(Vec<(String, u64)>),
    /// The store could not be read; the reason.
    Unavailable(String),
}
