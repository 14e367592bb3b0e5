//! A log in memory: for tests, and the plainest statement of what every log must do.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use sockeye_proto::irc::event::{Fact, Record};
use sockeye_proto::irc::history::{Found, Keep, Point, Query};
use sockeye_proto::irc::id::{ChannelId, Number};
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
    voids: Vec<Number>,
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
        let stateful = |r: &&Record| !matches!(r.fact, Fact::Message(_)) && r.stamp.number > after;
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
        let messages = |channel: ChannelId| {
            let alive = state.alive().filter(move |r| r.stamp.number <= upto);
            alive.filter(move |r| r.channel == channel && matches!(r.fact, Fact::Message(_)))
        };
        let found = match query {
            Query::Messages {
                channel,
                after,
                before,
                keep,
                limit,
            } => {
                let after = |r: &&Record| after.is_none_or(|point| is_after(r, point));
                let before = |r: &&Record| before.is_none_or(|point| is_before(r, point));
                let all: Vec<_> = messages(channel)
                    .filter(after)
                    .filter(before)
                    .cloned()
                    .collect();
                Found::Messages(cut(all, keep, limit))
            }
            Query::Around {
                channel,
                point,
                limit,
            } => {
                let (earlier, later): (Vec<_>, Vec<_>) = messages(channel)
                    .cloned()
                    .partition(|r| is_before(r, point));
                let mut found = cut(earlier, Keep::Last, limit / 2);
                found.extend(cut(later, Keep::First, limit - limit / 2));
                Found::Messages(found)
            }
            Query::Targets {
                channels,
                after_ms,
                before_ms,
                limit,
            } => {
                let mut found: Vec<_> = channels
                    .into_iter()
                    .filter_map(|(id, name)| Some((name, messages(id).last()?.stamp.wall_ms)))
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

    fn last(&self) -> Number {
        self.records.last().map_or(0, |r| r.stamp.number)
    }
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

fn cut(mut records: Vec<Record>, keep: Keep, limit: u32) -> Vec<Record> {
    let limit = limit as usize;
    match keep {
        Keep::First => records.truncate(limit),
        Keep::Last => drop(records.drain(..records.len().saturating_sub(limit))),
    }
    records
}
