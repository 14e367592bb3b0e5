//! A log in memory that takes its time, fails, and survives crashes.

use std::collections::{BTreeMap, BTreeSet};

use sockeye_proto::irc::event::{Fact, MessageKind, Record};
use sockeye_proto::irc::history::{Buffer, Found, HistoryRequest, Keep, Query};
use sockeye_proto::irc::id::{ChannelId, Number};
use sockeye_proto::irc::input::Batch;
use sockeye_proto::irc::message::Message;
use sockeye_proto::irc::multiline::pieces;

#[derive(Debug, Clone, Default)]
pub(crate) struct Log {
    rows: BTreeMap<Number, Record>,
    voids: BTreeSet<Number>,
    /// Voids that could not be written yet.
    owed: BTreeSet<Number>,
    appending: Option<Batch>,
    /// What the channels are called, as far as rows have told.
    names: BTreeMap<ChannelId, String>,
}

impl Log {
    pub(crate) fn begin(&mut self, batch: Batch) {
        for record in &batch.records {
            if let Fact::Found(found) = &record.fact {
                self.names.insert(record.channel, found.name.clone());
            }
        }
        assert!(
            self.appending.replace(batch).is_none(),
            "one append at a time"
        );
    }

    /// The rows that are on their way, each with the name of its channel.
    pub(crate) fn appending(&self) -> impl Iterator<Item = (&Record, &str)> {
        let records = self.appending.iter().flat_map(|batch| &batch.records);
        records.map(|record| {
            let name = self.names.get(&record.channel);
            (record, name.map_or("", String::as_str))
        })
    }

    pub(crate) fn is_appending(&self) -> bool {
        self.appending.is_some()
    }

    /// The batch is on disk, whole.
    pub(crate) fn commit(&mut self) {
        let Some(batch) = self.appending.take() else {
            return;
        };
        for record in batch.records {
            let clash = self.rows.insert(record.stamp.number, record);
            assert_eq!(clash, None, "a number is given once");
        }
        for void in batch.voids {
            assert!(
                self.rows.contains_key(&void),
                "only a stored row can be taken back"
            );
            self.voids.insert(void);
            self.owed.remove(&void);
        }
    }

    /// The batch is lost, whole.
    pub(crate) fn lose(&mut self) {
        self.owed.extend(
            self.appending
                .take()
                .into_iter()
                .flat_map(|batch| batch.voids),
        );
    }

    /// What was owed is forgotten with all else in memory.
    pub(crate) fn crash(&mut self) {
        self.appending = None;
        self.owed.clear();
    }

    /// The rows that count.
    pub(crate) fn records(&self) -> impl DoubleEndedIterator<Item = &Record> {
        self.rows
            .values()
            .filter(|record| !self.voids.contains(&record.stamp.number))
    }

    /// Number and time of the last row.
    pub(crate) fn last(&self) -> (Number, u64) {
        let last = self.rows.values().next_back();
        last.map_or((0, 0), |record| (record.stamp.number, record.stamp.wall_ms))
    }

    /// Whether a message with this text is on disk.
    pub(crate) fn holds_text(&self, wanted: &str) -> bool {
        self.rows.values().any(|record| has_text(record, wanted))
    }

    /// The rows that count once all is written that is to be written.
    pub(crate) fn kept(&self) -> impl Iterator<Item = &Record> {
        self.records()
            .filter(|record| !self.owed.contains(&record.stamp.number))
    }

    /// Whether a message with this text is kept.
    pub(crate) fn keeps_text(&self, wanted: &str) -> bool {
        self.kept().any(|record| has_text(record, wanted))
    }

    /// Whether a message to a room is kept.
    pub(crate) fn keeps(&self, said: &Message) -> bool {
        let tags: Vec<_> = said.client_only_tags().cloned().collect();
        let text = said.params.get(1).map_or("", String::as_str);
        self.kept().any(|record| match &record.fact {
            Fact::Message(message) => message.text == text && message.tags == tags,
            _ => false,
        })
    }

    /// Answers the queries that the script asks.
    pub(crate) fn read(&self, request: &HistoryRequest) -> Found {
        let Query::Messages {
            buffer: Buffer::Channel { id: of, .. },
            after: None,
            before: None,
            keep: Keep::Last,
            limit,
        } = &request.query
        else {
            panic!("the script asks for the latest only: {request:?}");
        };
        let is_wanted = |record: &&Record| {
            record.stamp.number <= request.upto
                && !request.reply.hidden.contains(&record.stamp.number)
                && record.channel == *of
                && matches!(&record.fact, Fact::Message(said) if said.kind != MessageKind::Tagmsg)
        };
        let latest = self.records().rev().filter(is_wanted).take(*limit as usize);
        let mut found: Vec<_> = latest.cloned().collect();
        found.reverse();
        Found::Messages(found)
    }
}

fn has_text(record: &Record, wanted: &str) -> bool {
    let says = |text: &str| text == wanted || pieces(text).any(|piece| piece.text == wanted);
    matches!(&record.fact, Fact::Message(message) if says(&message.text))
}
