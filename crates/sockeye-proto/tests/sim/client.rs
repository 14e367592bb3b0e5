//! One client as the simulation sees it: what it has asked, what it was shown.

use std::collections::VecDeque;

use sockeye_proto::irc::event::{Fact, Record, StoredKeys, StoredMessage, StoredMode};
use sockeye_proto::irc::history::time_text;
use sockeye_proto::irc::message::Message;

use crate::model::User;
use crate::seen::{Seen, View};

#[derive(Default)]
pub(crate) struct Client {
    /// Asked and not answered, in order.
    pub(crate) pending: VecDeque<Pending>,
    pub(crate) view: View,
    /// What the model wants it to see.
    pub(crate) expected: Vec<Seen>,
    /// What it sees.
    pub(crate) actual: Vec<Seen>,
    /// The refusal since the last answer.
    pub(crate) refusal: Option<String>,
    pub(crate) closed: bool,
}

pub(crate) struct Pending {
    pub(crate) sent: Sent,
    /// Whether a row of it is in the batch that is being appended.
    pub(crate) in_log: bool,
    /// Whether its row could not be stored.
    pub(crate) failed: bool,
    /// The first of the past models against which it may have been checked.
    pub(crate) checked_from: usize,
}

#[derive(Debug, Clone)]
pub(crate) enum Sent {
    Enter(User),
    /// An Enter that is answered and not done.
    Entered,
    Line(Message),
    Login(u64),
    Leave(String),
}

impl Client {
    /// Whether it may ask something more.
    pub(crate) fn is_free(&self) -> bool {
        let waits = matches!(
            self.pending.front(),
            Some(Pending {
                sent: Sent::Enter(_),
                ..
            })
        );
        let leaves = matches!(
            self.pending.back(),
            Some(Pending {
                sent: Sent::Leave(_),
                ..
            })
        );
        !self.closed && !waits && !leaves && self.pending.len() < UNDER_WAY_MAX
    }

    /// Returns the first difference between what it should see and what it sees.
    pub(crate) fn difference(&self) -> Option<String> {
        let pairs = self.actual.iter().zip(&self.expected);
        let same = pairs
            .take_while(|(actual, expected)| actual == expected)
            .count();
        let (sees, should) = (self.actual.get(same), self.expected.get(same));
        (sees != should).then(|| format!("sees\n{sees:?}\nand should see\n{should:?}"))
    }
}

impl Pending {
    /// Whether a row of a room is what this line asks to be stored.
    pub(crate) fn asks_for(&self, record: &Record, room: &str) -> bool {
        let Sent::Line(line) = &self.sent else {
            return false;
        };
        let params: Vec<_> = line.params.iter().skip(1).map(String::as_str).collect();
        let place = match &record.fact {
            Fact::Direct(direct) => &direct.to.nick,
            Fact::ReadMark { target, .. } => target,
            Fact::Metadata {
                account: Some(_), ..
            } => "*",
            _ => room,
        };
        let is_there = line
            .params
            .first()
            .is_some_and(|name| name.eq_ignore_ascii_case(place));
        let is_said = |message: &StoredMessage| {
            line.command == message.kind.command()
                && params.first().copied().unwrap_or_default() == message.text
        };
        !self.in_log
            && is_there
            && match &record.fact {
                Fact::Found(_)
                | Fact::Presence(_)
                | Fact::Redact { .. }
                | Fact::Rename { .. }
                | Fact::Registry { .. }
                | Fact::Prefer { .. }
                | Fact::Stay { .. } => false,
                Fact::Metadata { change, .. } => match change {
                    StoredKeys::Set { key, value } => {
                        line.command == "METADATA" && params == ["SET", key, value]
                    }
                    StoredKeys::Remove { .. } | StoredKeys::Clear => false,
                },
                Fact::ReadMark { read_ms, .. } => {
                    let time = format!("timestamp={}", time_text(*read_ms));
                    line.command == "MARKREAD" && params == [&time]
                }
                Fact::Message(message) => is_said(message),
                Fact::Direct(direct) => is_said(&direct.message),
                Fact::Topic { topic, .. } => line.command == "TOPIC" && params == [topic],
                Fact::Mode { changes, .. } => {
                    let is_asked = |change: &StoredMode| is_change(change, &params);
                    line.command == "MODE" && changes.iter().all(is_asked)
                }
            }
    }
}

/// Whether a stored mode is the one that a line asks for.
fn is_change(change: &StoredMode, params: &[&str]) -> bool {
    let sign = if change.add { '+' } else { '-' };
    let value = change.value.as_deref();
    params.first() == Some(&format!("{sign}{}", change.letter).as_str())
        && value.is_none_or(|value| {
            let asked = params.get(1);
            asked.is_some_and(|asked| asked.eq_ignore_ascii_case(value))
        })
}

/// Lines of a client that are not answered yet.
const UNDER_WAY_MAX: usize = 6;
