//! Gathers a client's batch, line by line, until it is whole.
//!
//! Local to a connection, so that half a batch has no part in the order of events: only what is
//! whole, or has failed, goes to the network, in one piece.
//!
//! ```text
//!            BATCH +r                  BATCH -r
//!  ┌────┐ ─────────────▶ ┌──────┐ ─────────────────▶ Content
//!  │ No │                │ Open │ ── a fault ──────▶ Fault; the rest of r is dropped
//!  └────┘ ◀───────────── └──────┘
//! ```

use alloc::boxed::Box;
use alloc::collections::VecDeque;
use alloc::string::String;

use super::{BATCH_TYPE, BYTES_MAX, CONCAT, CONCAT_TAG, LINE_BREAK, LINES_MAX};
use crate::irc::event::MessageKind;
use crate::irc::message::Message;

/// The batch that a client has open, if any.
#[derive(Debug, Default)]
pub struct Collector {
    /// Boxed: every client would hold the room for it.
    open: Option<Box<Open>>,
    /// References of batches that have failed and whose end has not come.
    refused: VecDeque<String>,
    /// How many have been opened.
    opened: u64,
    unpaid: Unpaid,
}

/// What became of a line.
#[derive(Debug)]
pub enum Taken {
    /// It belongs to no batch.
    Line(Message),
    /// It is kept until its batch is whole, or belongs to one that has failed already.
    Kept,
    /// It ends a batch, well or not.
    Batch(ClientBatch),
}

/// A batch that is over.
#[derive(Debug, Clone)]
pub struct ClientBatch {
    /// The line that opened it.
    pub opening: Message,
    /// What was in it.
    pub content: Result<Content, Fault>,
}

/// What was in a batch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Content {
    /// PRIVMSG or NOTICE.
    pub kind: MessageKind,
    /// Its lines, as [`pieces`](super::pieces) takes them apart.
    pub text: String,
}

/// Why a batch is refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    /// Over [`BYTES_MAX`].
    TooManyBytes,
    /// Over [`LINES_MAX`].
    TooManyLines,
    /// A line was for somebody else: for whom.
    OtherTarget(String),
    /// It was open for too long.
    TimedOut,
    /// Anything else, in words.
    Invalid(&'static str),
}

#[derive(Debug)]
struct Open {
    reference: String,
    opening: Message,
    kind: Option<MessageKind>,
    text: String,
    lines: usize,
    bytes: usize,
    is_blank: bool,
}

/// What has come of a batch since its sender last paid for a line.
#[derive(Debug, Default)]
struct Unpaid {
    lines: usize,
    bytes: usize,
}

impl Collector {
    /// Takes a line of a client.
    pub fn take(&mut self, message: Message) -> Taken {
        let reference = message.tag("batch");
        if let Some(open) = &mut self.open
            && reference == Some(&open.reference)
        {
            return match open.add(&message) {
                Ok(bytes) => {
                    self.unpaid.lines += 1;
                    self.unpaid.bytes += bytes;
                    Taken::Kept
                }
                Err(fault) => self.fail(fault),
            };
        }
        // A line that is not of the batch is paid for like any other.
        self.unpaid.lines = LINES_A_TOKEN;
        if reference.is_some_and(|reference| self.refused.iter().any(|known| known == reference)) {
            return Taken::Kept;
        }
        if message.command != "BATCH" {
            return Taken::Line(message);
        }
        let reference = message.param(0).unwrap_or_default();
        match reference.split_at_checked(1) {
            Some(("+", name)) if (1..=REFERENCE_BYTES_MAX).contains(&name.len()) => {
                let name = String::from(name);
                self.begin(name, message)
            }
            Some(("-", name)) => self.end(&String::from(name), message),
            _ => Taken::Line(message),
        }
    }

    /// Returns which batch is open, as the how manieth: a deadline is for one of them.
    pub fn open(&self) -> Option<u64> {
        self.open.is_some().then_some(self.opened)
    }

    /// Gives up on the open batch.
    pub fn expire(&mut self) -> Option<ClientBatch> {
        match self.fail(Fault::TimedOut) {
            Taken::Batch(batch) => Some(batch),
            Taken::Line(_) | Taken::Kept => None,
        }
    }

    /// Returns whether the next line has been paid for with an earlier one of its batch.
    pub fn is_paid(&self) -> bool {
        self.open.is_some()
            && self.unpaid.lines < LINES_A_TOKEN
            && self.unpaid.bytes < BYTES_A_TOKEN
    }

    /// Notes that the client has paid for a line.
    pub fn paid(&mut self) {
        self.unpaid = Unpaid::default();
    }

    fn begin(&mut self, reference: String, opening: Message) -> Taken {
        let is_known = opening.param(1) == Some(BATCH_TYPE);
        let target = opening.param(2).unwrap_or_default();
        let is_one = opening.params.len() == 3 && !target.is_empty() && !target.contains(',');
        let why = if self.open.is_some() {
            "Another batch is open"
        } else if !is_known {
            "Batches of this type are not taken from clients"
        } else if !is_one {
            "A multiline batch has one target"
        } else {
            self.opened += 1;
            self.refused.retain(|known| *known != reference);
            self.open = Some(Box::new(Open::new(reference, opening)));
            return Taken::Kept;
        };
        self.refuse(reference);
        let content = Err(Fault::Invalid(why));
        Taken::Batch(ClientBatch { opening, content })
    }

    fn end(&mut self, reference: &str, message: Message) -> Taken {
        if let Some(open) = self.open.take_if(|open| open.reference == reference) {
            return Taken::Batch(open.close());
        }
        let known = self.refused.iter().position(|known| known == reference);
        match known.and_then(|place| self.refused.remove(place)) {
            Some(_) => Taken::Kept,
            None => Taken::Line(message),
        }
    }

    fn fail(&mut self, fault: Fault) -> Taken {
        let Some(open) = self.open.take() else {
            return Taken::Kept;
        };
        self.refuse(open.reference);
        let (opening, content) = (open.opening, Err(fault));
        Taken::Batch(ClientBatch { opening, content })
    }

    fn refuse(&mut self, reference: String) {
        self.refused.truncate(REFUSED_MAX - 1);
        self.refused.push_front(reference);
    }
}

impl Open {
    fn new(reference: String, opening: Message) -> Self {
        Self {
            reference,
            opening,
            kind: None,
            text: String::new(),
            lines: 0,
            bytes: 0,
            is_blank: true,
        }
    }

    /// Adds a line; returns how many bytes of text it has.
    fn add(&mut self, message: &Message) -> Result<usize, Fault> {
        let kind = match message.command.as_str() {
            "PRIVMSG" => MessageKind::Privmsg,
            "NOTICE" => MessageKind::Notice,
            _ => return Err(Fault::Invalid("Only PRIVMSG or NOTICE can be in it")),
        };
        if *self.kind.get_or_insert(kind) != kind {
            return Err(Fault::Invalid("PRIVMSG and NOTICE cannot be mixed"));
        }
        let [target, text] = message.params.as_slice() else {
            return Err(Fault::Invalid("A line has a target and a text"));
        };
        if self.opening.param(2) != Some(target) {
            return Err(Fault::OtherTarget(target.clone()));
        }
        if message.client_only_tags().next().is_some() {
            let why = "Tags of the message belong to the line that opens the batch";
            return Err(Fault::Invalid(why));
        }
        let continues = message.tag(CONCAT_TAG).is_some() && self.lines > 0;
        if continues && text.is_empty() {
            return Err(Fault::Invalid("A blank line cannot be concatenated"));
        }
        self.lines += 1;
        if self.lines > LINES_MAX {
            return Err(Fault::TooManyLines);
        }
        let is_first = self.lines == 1;
        self.bytes += text.len() + usize::from(!continues && !is_first);
        if self.bytes > BYTES_MAX {
            return Err(Fault::TooManyBytes);
        }
        if !is_first {
            self.text.push(if continues { CONCAT } else { LINE_BREAK });
        }
        self.text.push_str(text);
        self.is_blank &= text.is_empty();
        Ok(text.len())
    }

    fn close(self) -> ClientBatch {
        let content = match self.kind {
            None => Err(Fault::Invalid("A batch without lines")),
            Some(_) if self.is_blank => Err(Fault::Invalid("A batch with blank lines only")),
            Some(kind) => Ok(Content {
                kind,
                text: self.text,
            }),
        };
        ClientBatch {
            opening: self.opening,
            content,
        }
    }
}

/// Longest reference of a batch, bytes.
const REFERENCE_BYTES_MAX: usize = 64;

/// How many failed batches are remembered: a client has one open at a time, and may be slow to learn
/// that it has failed.
const REFUSED_MAX: usize = 4;

/// Lines of a batch for the price of one: each is a line to those without `draft/multiline`, but
/// cannot be used to reach many at once.
const LINES_A_TOKEN: usize = 5;

/// Bytes of a batch for the price of a line: as many as an ordinary line may have.
const BYTES_A_TOKEN: usize = 512;
