//! A log in memory: for tests, and the plainest statement of what every log must do.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use sockeye_proto::irc::event::{Fact, MessageKind, Record, StoredDirect, StoredMessage};
use sockeye_proto::irc::history::{
    ANSWER_BYTES_MAX, Buffer, Found, Keep, Point, Query, Search, fit, plain, words,
};
use sockeye_proto::irc::id::{AccountId, Number};
use sockeye_proto::irc::input::Batch;

use super::log::{Answer, Health, History, Log, LogError, Snapshot, Tail};

/// Keeps everything in memory and answers at once. Clones share one log.
#[derive(Debug, Clone, Default)]
pub struct MemoryLog {
    state: Arc<Mutex<State>>,
}

#[derive(Debug, Default)]
struct State {
    records: Vec<Record>,
    voids: BTreeSet<Number>,
    snapshot: Option<Snapshot>,
    epoch: u64,
    batches: u64,
}

impl MemoryLog {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Log for MemoryLog {
    fn append(&self, batch: Batch) -> Answer<'_, Result<(), LogError>> {
        let mut state = self.state();
        state.records.extend(batch.records);
        state.voids.extend(batch.voids);
        state.batches += 1;
        Box::pin(std::future::ready(Ok(())))
    }

    fn tail(&self, after: Number) -> Answer<'_, Result<Tail, LogError>> {
        let state = self.state();
        let stateful = |r: &&Record| r.fact.is_state() && r.stamp.number > after;
        let tail = Tail {
            records: state.alive().filter(stateful).cloned().collect(),
            last: state
                .last()
                .max(state.snapshot.as_ref().map_or(0, |(number, _)| *number)),
            last_wall_ms: state.records.last().map_or(0, |r| r.stamp.wall_ms),
        };
        Box::pin(std::future::ready(Ok(tail)))
    }

    fn put_snapshot(&self, number: Number, bytes: Vec<u8>) -> Answer<'_, Result<(), LogError>> {
        self.state().snapshot = Some((number, bytes));
        Box::pin(std::future::ready(Ok(())))
    }

    fn snapshot(&self) -> Answer<'_, Result<Option<Snapshot>, LogError>> {
        Box::pin(std::future::ready(Ok(self.state().snapshot.clone())))
    }

    fn lease(&self) -> Answer<'_, Result<u64, LogError>> {
        let mut state = self.state();
        state.epoch += 1;
        Box::pin(std::future::ready(Ok(state.epoch)))
    }

    fn health(&self) -> Health {
        let state = self.state();
        Health {
            last: state.last(),
            batches: state.batches,
            rows: state.records.len() as u64,
            ..Health::default()
        }
    }
}

impl History for MemoryLog {
    fn find(&self, query: Query, upto: Number) -> Answer<'_, Found> {
        let state = self.state();
        let messages = |buffer: Buffer| state.read(upto).filter(move |r| belongs(r, &buffer));
        let cut = |mut records: Vec<Record>, keep, limit, bytes_max| {
            fit(&mut records, keep, limit, bytes_max);
            records
        };
        let found = match query {
            Query::Messages {
                buffer,
                after,
                before,
                keep,
                limit,
            } => {
                let all = messages(buffer).filter(|r| is_between(r, after, before));
                let all = all.cloned().collect();
                Found::Messages(cut(all, keep, limit, ANSWER_BYTES_MAX))
            }
            Query::Around {
                buffer,
                point,
                limit,
            } => {
                let (earlier, later): (Vec<_>, Vec<_>) =
                    messages(buffer).cloned().partition(|r| is_before(r, point));
                let half = ANSWER_BYTES_MAX / 2;
                let mut found = cut(earlier, Keep::Last, limit / 2, half);
                found.extend(cut(later, Keep::First, limit - limit / 2, half));
                Found::Messages(found)
            }
            Query::Search(search) => Found::Messages(state.search(&search, upto)),
            Query::Directs {
                owner,
                after,
                before,
                limit,
            } => Found::Messages(state.all_directs(owner, (after, before), limit, upto)),
            Query::One(number) => {
                let is_said = |fact: &Fact| matches!(fact, Fact::Message(_) | Fact::Direct(_));
                let is_it = |r: &&Record| r.stamp.number == number && is_said(&r.fact);
                Found::Messages(state.read(upto).filter(is_it).cloned().collect())
            }
            Query::Targets {
                channels,
                owner,
                after_ms,
                before_ms,
                limit,
            } => {
                let channel = |id| Buffer::Channel { id, events: false };
                let channels = channels.into_iter().map(|(id, name)| (channel(id), name));
                let directs = owner
                    .into_iter()
                    .flat_map(|owner| state.directs(owner, upto));
                let mut found: Vec<_> = channels
                    .chain(directs)
                    .filter_map(|(buffer, name)| {
                        let latest = messages(buffer).last()?;
                        Some((name, latest.stamp.wall_ms))
                    })
                    .filter(|(_, at_ms)| after_ms < *at_ms && *at_ms < before_ms)
                    .collect();
                found.sort_by_key(|(_, at_ms)| *at_ms);
                found.truncate(limit as usize);
                Found::Targets(found)
            }
        };
        Box::pin(std::future::ready(found))
    }
}

impl State {
    fn alive(&self) -> impl Iterator<Item = &Record> {
        self.records
            .iter()
            .filter(|r| !self.voids.contains(&r.stamp.number))
    }

    /// What a reader is shown who knows of all up to a number: without what has been taken back.
    fn read(&self, upto: Number) -> impl Iterator<Item = &Record> {
        let known = move || self.alive().filter(move |r| r.stamp.number <= upto);
        let taken = known().filter_map(|r| match r.fact {
            Fact::Redact { number, .. } => Some(number),
            _ => None,
        });
        let taken: BTreeSet<_> = taken.collect();
        known().filter(move |r| !taken.contains(&r.stamp.number))
    }

    fn search(&self, search: &Search, upto: Number) -> Vec<Record> {
        let fits = |r: &&Record| fits(r, search);
        let mut all = self.read(upto).filter(fits).cloned().collect();
        let keep = match search.after_ms {
            Some(_) => Keep::First,
            None => Keep::Last,
        };
        fit(&mut all, keep, search.limit, ANSWER_BYTES_MAX);
        all
    }

    /// The latest of what an account has said with anybody.
    fn all_directs(
        &self,
        owner: AccountId,
        (after, before): (Option<Point>, Option<Point>),
        limit: u32,
        upto: Number,
    ) -> Vec<Record> {
        let is_own = |r: &&Record| match &r.fact {
            Fact::Direct(direct) => {
                let sides = [direct.from.account, direct.to.account];
                direct.message.kind != MessageKind::Tagmsg && sides.contains(&Some(owner))
            }
            _ => false,
        };
        let own = self.read(upto).filter(is_own);
        let own = own.filter(|r| is_between(r, after, before));
        let mut own: Vec<_> = own.cloned().collect();
        fit(&mut own, Keep::Last, limit, ANSWER_BYTES_MAX);
        own
    }

    /// What `owner` has said with others, each under the nick in the latest message.
    fn directs(&self, owner: AccountId, upto: Number) -> impl Iterator<Item = (Buffer, String)> {
        let mut nicks = BTreeMap::new();
        for record in self.read(upto) {
            if let Fact::Direct(StoredDirect { from, to, message }) = &record.fact
                && message.kind != MessageKind::Tagmsg
            {
                for (side, other) in [(from, to), (to, from)] {
                    if side.account == Some(owner) {
                        nicks.insert(other.key.clone(), other.nick.clone());
                    }
                }
            }
        }
        let events = false;
        nicks.into_iter().map(move |(peer, nick)| {
            let buffer = Buffer::Direct {
                owner,
                peer,
                events,
            };
            (buffer, nick)
        })
    }

    fn last(&self) -> Number {
        self.records.last().map_or(0, |r| r.stamp.number)
    }
}

/// Whether a record is shown to who reads this buffer.
fn belongs(record: &Record, buffer: &Buffer) -> bool {
    let shown = |message: &StoredMessage, events| events || message.kind != MessageKind::Tagmsg;
    match (buffer, &record.fact) {
        (Buffer::Channel { id, events }, fact) => {
            record.channel == *id
                && match fact {
                    Fact::Message(message) => shown(message, *events),
                    Fact::Topic { .. }
                    | Fact::Mode { .. }
                    | Fact::Presence(_)
                    | Fact::Redact { .. } => *events,
                    _ => false,
                }
        }
        (
            Buffer::Direct {
                owner,
                peer,
                events,
            },
            Fact::Direct(StoredDirect { from, to, message }),
        ) => {
            let mut sides = [(from, to), (to, from)].into_iter();
            shown(message, *events)
                && sides.any(|(side, other)| side.account == Some(*owner) && other.key == *peer)
        }
        _ => false,
    }
}

/// Whether a message is one that is looked for.
fn fits(record: &Record, search: &Search) -> bool {
    let (message, is_in_place) = match &record.fact {
        Fact::Message(message) => (message, search.channels.contains(&record.channel)),
        Fact::Direct(StoredDirect { from, to, message }) => {
            let mut sides = [(from, to), (to, from)].into_iter();
            let is_own = sides.any(|(side, other)| match &search.directs {
                Some((owner, peer)) => {
                    let is_peer = peer.as_ref().is_none_or(|peer| *peer == other.key);
                    side.account == Some(*owner) && is_peer
                }
                None => false,
            });
            (message, is_own)
        }
        _ => return false,
    };
    let at_ms = record.stamp.wall_ms;
    let nick = message.source.split('!').next().unwrap_or_default();
    let said_by = |from: &String| from.to_lowercase() == nick.to_lowercase();
    is_in_place
        && message.kind != MessageKind::Tagmsg
        && search.after_ms.is_none_or(|after_ms| at_ms >= after_ms)
        && search.before_ms.is_none_or(|before_ms| at_ms <= before_ms)
        && search.from.as_ref().is_none_or(said_by)
        && search.words.iter().all(|word| occurs(word, &message.text))
}

/// Whether the parts of a word stand in a text, whole and in a row.
fn occurs(word: &str, text: &str) -> bool {
    let (word, text) = (word.to_lowercase(), plain(text).to_lowercase());
    let word: Vec<_> = words(&word).collect();
    let text: Vec<_> = words(&text).collect();
    text.windows(word.len()).any(|some| some == word)
}

fn is_between(record: &Record, after: Option<Point>, before: Option<Point>) -> bool {
    after.is_none_or(|point| is_after(record, point))
        && before.is_none_or(|point| is_before(record, point))
}

fn is_after(record: &Record, point: Point) -> bool {
    match point {
        Point::Message(number) => record.stamp.number > number,
        Point::Time(at_ms) => record.stamp.wall_ms > at_ms,
    }
}

fn is_before(record: &Record, point: Point) -> bool {
    match point {
        Point::Message(number) => record.stamp.number < number,
        Point::Time(at_ms) => record.stamp.wall_ms < at_ms,
    }
}
