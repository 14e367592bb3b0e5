//! Everything that has a place in the order and is not applied yet.
//!
//! ```text
//!  front ▶ │ decided │ in the log │ open │ ◀ push
//! ```

use alloc::collections::VecDeque;
use alloc::string::String;
use alloc::vec::Vec;

use crate::irc::command::Work;
use crate::irc::event::{Fact, Record, Stamp};
use crate::irc::id::{ChannelId, Number, SessionId};
use crate::irc::message::Message;
use crate::irc::network::{Event, Network};

/// Gives out numbers and times.
#[derive(Debug)]
pub(super) struct Clock {
    /// The last number given out.
    pub(super) last: Number,
    /// The latest time seen; it never goes back.
    pub(super) wall_ms: u64,
}

impl Clock {
    pub(super) fn advance(&mut self, wall_ms: u64) {
        self.wall_ms = self.wall_ms.max(wall_ms);
    }

    pub(super) fn stamp(&mut self, random: u64) -> Stamp {
        self.last += 1;
        Stamp {
            number: self.last,
            wall_ms: self.wall_ms,
            random,
        }
    }
}

/// An input in its place.
#[derive(Debug)]
pub(super) struct Entry {
    pub(super) session: SessionId,
    /// The line, if it is one.
    pub(super) said: Option<Said>,
    pub(super) jobs: Vec<Job>,
    /// Whether later inputs of the session wait for it.
    pub(super) changes_state: bool,
    bytes: usize,
}

/// A line of a client.
#[derive(Debug)]
pub(super) struct Said {
    pub(super) message: Message,
    /// Valid, and from a client that agreed on labels.
    pub(super) label: Option<String>,
}

/// One work of an input, with its place.
#[derive(Debug)]
pub(super) struct Job {
    pub(super) work: Work,
    pub(super) stamp: Stamp,
    /// What of it is to be stored; handed out by [`Order::next_records`].
    records: Vec<Record>,
    /// The numbers of those, and the channels that they belong to.
    pub(super) rows: Vec<(Number, ChannelId)>,
    /// The channel that gets stored state with them.
    pub(super) stores: Option<ChannelId>,
}

/// Gives a work its place and writes down what of it is stored.
pub(super) fn job(mut work: Work, network: &Network, clock: &mut Clock, random: u64) -> Job {
    let mut records = Vec::new();
    let mut stores = None;
    let mut stamp = None;
    network.facts_of(&mut work, &mut |channel, fact| {
        if let Some(found) = network.found(channel) {
            stores = Some(channel);
            records.push(Record {
                stamp: clock.stamp(random),
                channel,
                fact: Fact::Found(found),
            });
        }
        let place = clock.stamp(random);
        stamp = Some(place);
        records.push(Record {
            stamp: place,
            channel,
            fact,
        });
    });
    let stamp = stamp.unwrap_or_else(|| clock.stamp(random));
    let rows = records.iter();
    let rows = rows.map(|record| (record.stamp.number, record.channel));
    let rows = rows.collect();
    Job {
        work,
        stamp,
        records,
        rows,
        stores,
    }
}

impl Entry {
    pub(super) fn new(session: SessionId, said: Option<Said>, jobs: Vec<Job>) -> Self {
        let line_bytes = said.as_ref().map_or(0, |said| {
            let tags = said
                .message
                .tags
                .iter()
                .map(|(key, value)| key.len() + value.len());
            tags.chain(said.message.params.iter().map(String::len))
                .sum()
        });
        // A line that opens a batch is less than what is in it.
        let spoken = jobs.iter().map(|job| match &job.work {
            Work::Act(Event::Message(speech)) => speech.text.len(),
            _ => 0,
        });
        let bytes = (line_bytes * jobs.len().max(1)).max(spoken.sum());
        let changes_state = jobs.iter().any(|job| match &job.work {
            Work::Act(event) => event.changes_state(),
            Work::Enter(_) => true,
            Work::Say(_) | Work::Ask(_) => false,
        });
        Self {
            session,
            said,
            jobs,
            changes_state,
            bytes,
        }
    }

    fn is_durable(&self) -> bool {
        self.jobs.iter().any(|job| !job.rows.is_empty())
    }
}

/// The entries, from the next to be applied on.
#[derive(Debug, Default)]
pub(super) struct Order {
    entries: VecDeque<Entry>,
    /// So many at the front are committed, or have failed and become refusals.
    decided: usize,
    /// So many after those are in the batch that is being appended.
    in_log: usize,
    /// Whether a batch, perhaps without entries, is being appended.
    appending: bool,
    open: Size,
}

/// How much waits for a batch.
#[derive(Debug, Default, Clone, Copy)]
struct Size {
    inputs: usize,
    events: usize,
    bytes: usize,
}

impl Order {
    pub(super) fn push(&mut self, entry: Entry) {
        self.open.add(&entry);
        self.entries.push_back(entry);
    }

    /// Returns whether the open part has reached the size of a batch.
    pub(super) fn is_full(&self) -> bool {
        self.open.is_full()
    }

    /// Takes the next entry if nothing forbids that it is applied: it is decided, or it is not
    /// stored and nothing before it waits.
    pub(super) fn pop_ready(&mut self) -> Option<Entry> {
        if self.decided == 0 && self.entries.front()?.is_durable() {
            return None;
        }
        let entry = self.entries.pop_front()?;
        if self.decided > 0 {
            self.decided -= 1;
        } else if self.in_log > 0 {
            self.in_log -= 1;
        } else {
            self.open.subtract(&entry);
        }
        Some(entry)
    }

    /// Starts a batch of what is open and returns its records; `None` if an append is running or
    /// nothing has to be stored. `wanted`: start one even without records.
    pub(super) fn next_records(&mut self, wanted: bool) -> Option<Vec<Record>> {
        let open = || self.entries.iter().skip(self.decided);
        if self.appending || !(wanted || open().any(Entry::is_durable)) {
            return None;
        }
        let mut taken = Size::default();
        let mut records = Vec::new();
        for entry in self.entries.iter_mut().skip(self.decided) {
            if taken.is_full() {
                break;
            }
            taken.add(entry);
            self.open.subtract(entry);
            self.in_log += 1;
            records.extend(entry.jobs.iter_mut().flat_map(|job| job.records.drain(..)));
        }
        self.appending = true;
        Some(records)
    }

    /// Returns whether a batch that has just been started leaves something for the next one.
    pub(super) fn leaves_open(&self) -> bool {
        self.entries.len() > self.decided + self.in_log
    }

    /// Returns the jobs that were to be stored by the batch that is being appended.
    pub(super) fn stored_in_log(&mut self) -> impl Iterator<Item = &mut Job> {
        let entries = self.entries.iter_mut().skip(self.decided).take(self.in_log);
        let jobs = entries.flat_map(|entry| entry.jobs.iter_mut());
        jobs.filter(|job| !job.rows.is_empty())
    }

    /// Ends the append.
    pub(super) fn decided(&mut self) {
        self.decided += self.in_log;
        self.in_log = 0;
        self.appending = false;
    }
}

impl Size {
    fn add(&mut self, entry: &Entry) {
        self.inputs += 1;
        self.events += entry.jobs.len();
        self.bytes += entry.bytes;
    }

    fn subtract(&mut self, entry: &Entry) {
        self.inputs -= 1;
        self.events -= entry.jobs.len();
        self.bytes -= entry.bytes;
    }

    fn is_full(self) -> bool {
        self.inputs >= BATCH_INPUTS_MAX
            || self.events >= BATCH_EVENTS_MAX
            || self.bytes >= BATCH_BYTES_MAX
    }
}

/// A batch is full with so many inputs: bounds the time of one pass.
const BATCH_INPUTS_MAX: usize = 1_024;

/// A batch is full with so many events.
const BATCH_EVENTS_MAX: usize = 4_096;

/// A batch is full with so many bytes of lines: it is written with one fsync, in milliseconds.
const BATCH_BYTES_MAX: usize = 256 * 1_024;
