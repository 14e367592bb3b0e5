//! What every log must do, and every reader of its history.

use sockeye_proto::irc::event::{
    Fact, Found as Founding, MessageKind, Record, Stamp, StoredMessage, StoredMode,
};
use sockeye_proto::irc::history::{ANSWER_BYTES_MAX, Buffer, Found, Keep, Point, Query, size};
use sockeye_proto::irc::id::{AccountId, ChannelId, Number};
use sockeye_proto::irc::input::Batch;

mod buffers;
mod search;

use super::{FaultyLog, History, Log, LogError, MemoryLog, Store, StoreOptions};

pub(super) const HERE: ChannelId = ChannelId(1);
pub(super) const THERE: ChannelId = ChannelId(2);

/// A message with a text of its own; four in a row share one millisecond.
pub(super) fn message(number: Number, channel: ChannelId) -> Record {
    let fact = Fact::Message(StoredMessage {
        source: "ali!ali@host".into(),
        account: number.is_multiple_of(2).then(|| "ali".into()),
        kind: MessageKind::Privmsg,
        tags: vec![("+draft/reply".into(), number.to_string())],
        text: format!("text ü {number}"),
    });
    record(number, channel, fact)
}

pub(super) fn record(number: Number, channel: ChannelId, fact: Fact) -> Record {
    let stamp = Stamp {
        number,
        wall_ms: time_of(number),
        random: u64::MAX - number,
    };
    Record {
        stamp,
        channel,
        fact,
    }
}

pub(super) fn batch(records: impl IntoIterator<Item = Record>) -> Batch {
    Batch {
        records: records.into_iter().collect(),
        voids: Vec::new(),
        erased: Vec::new(),
    }
}

fn time_of(number: Number) -> u64 {
    1_700_000_000_000 + number / 4
}

fn topic(number: Number, channel: ChannelId) -> Record {
    record(
        number,
        channel,
        Fact::Topic {
            by: "ali!ali@host".into(),
            topic: "fish".into(),
        },
    )
}

fn founding(number: Number, channel: ChannelId) -> Record {
    let mode = StoredMode {
        add: true,
        letter: 'k',
        value: Some("key".into()),
    };
    let fact = Fact::Found(Founding {
        name: "#Fish".into(),
        created_ms: 5,
        founder: Some(AccountId(7)),
        modes: vec![mode.clone()],
    });
    match number % 2 {
        0 => record(
            number,
            channel,
            Fact::Mode {
                by: "ali".into(),
                changes: vec![mode],
            },
        ),
        _ => record(number, channel, fact),
    }
}

#[tokio::test]
async fn memory() {
    let log = MemoryLog::default();
    every_law(&log, &log).await;
}

#[tokio::test]
async fn store() {
    let dir = tempfile::tempdir().unwrap();
    let log = Store::open(dir.path(), &StoreOptions::default()).unwrap();
    every_law(&log, &log).await;
}

#[tokio::test]
async fn faulty_without_faults() {
    let below = MemoryLog::default();
    every_law(&FaultyLog::new(below.clone(), |_| None), &below).await;
}

#[tokio::test]
async fn faulty_refuses_the_nth_and_hides_it_from_the_log_below() {
    let below = MemoryLog::default();
    let full = LogError::Full("no space".into());
    let log = FaultyLog::failing_nth(below.clone(), 2, full.clone());
    log.append(batch([message(1, HERE)])).await.unwrap();
    assert_eq!(log.append(batch([message(2, HERE)])).await, Err(full));
    assert_eq!(log.health().failures, 1);
    log.append(batch([message(3, HERE)])).await.unwrap();
    assert_eq!(log.health().failures, 0);
    assert_eq!(numbers(&below, all(HERE), Number::MAX).await, [1, 3]);
}

async fn every_law(log: &dyn Log, history: &dyn History) {
    begins_empty(log).await;
    leases_grow(log).await;
    keeps_rows_as_given(log, history).await;
    tail_has_state_without_messages_and_voids(log).await;
    snapshot_is_the_newest(log).await;
    pages_through_a_channel(log, history).await;
    agrees_with_memory(log, history).await;
    counts_what_it_did(log);
    buffers::agree(log, history).await;
    answers_are_bounded(log, history).await;
    search::agree(log, history).await;
}

async fn begins_empty(log: &dyn Log) {
    assert_eq!(log.tail(0).await.unwrap(), super::Tail::default());
    assert_eq!(log.snapshot().await.unwrap(), None);
    assert_eq!(log.health(), super::Health::default());
}

async fn leases_grow(log: &dyn Log) {
    let first = log.lease().await.unwrap();
    assert!(first < log.lease().await.unwrap());
}

async fn keeps_rows_as_given(log: &dyn Log, history: &dyn History) {
    let rows = [message(1, HERE), message(2, THERE), message(5, HERE)];
    log.append(batch(rows.clone())).await.unwrap();
    let [first, _, third] = rows;
    assert_eq!(
        messages(history.find(all(HERE), Number::MAX).await),
        [first, third]
    );
    assert_eq!(numbers(history, all(HERE), 4).await, [1]);
}

async fn tail_has_state_without_messages_and_voids(log: &dyn Log) {
    let rows = [
        founding(7, HERE),
        message(8, HERE),
        founding(10, HERE),
        topic(11, HERE),
    ];
    log.append(batch(rows.clone())).await.unwrap();
    log.append(Batch {
        voids: vec![10, 8],
        ..batch([topic(12, THERE)])
    })
    .await
    .unwrap();
    let [found, _, _, topic_set] = rows;
    let tail = log.tail(0).await.unwrap();
    assert_eq!(tail.records, [found, topic_set.clone(), topic(12, THERE)]);
    assert_eq!((tail.last, tail.last_wall_ms), (12, time_of(12)));
    assert_eq!(
        log.tail(7).await.unwrap().records,
        [topic_set, topic(12, THERE)]
    );
    assert_eq!(log.tail(12).await.unwrap().records, []);
}

async fn snapshot_is_the_newest(log: &dyn Log) {
    log.put_snapshot(12, vec![1; 100_000]).await.unwrap();
    log.put_snapshot(40, b"state".to_vec()).await.unwrap();
    assert_eq!(log.snapshot().await.unwrap(), Some((40, b"state".to_vec())));
    assert_eq!(log.tail(0).await.unwrap().last, 40);
}

/// The channel holds 1 and 5 by now; 8 is void.
async fn pages_through_a_channel(log: &dyn Log, history: &dyn History) {
    log.append(batch((41..=60).map(|n| message(n, HERE))))
        .await
        .unwrap();
    log.append(Batch {
        voids: vec![50],
        ..batch([])
    })
    .await
    .unwrap();
    pages_by_message(history).await;
    pages_by_time(history).await;
    reads_around_a_point(history).await;
    lists_targets(history).await;
}

async fn pages_by_message(history: &dyn History) {
    let at = |n| Some(Point::Message(n));
    for (after, before, keep, limit, expected) in [
        (None, None, Keep::Last, 3, vec![58, 59, 60]),
        (None, None, Keep::First, 3, vec![1, 5, 41]),
        (None, None, Keep::Last, 0, vec![]),
        (None, at(44), Keep::Last, 2, vec![42, 43]),
        (at(48), None, Keep::First, 3, vec![49, 51, 52]),
        (at(48), at(52), Keep::First, 9, vec![49, 51]),
        (at(60), None, Keep::First, 9, vec![]),
        (None, at(1), Keep::Last, 9, vec![]),
        (None, at(0), Keep::Last, 9, vec![]),
        (at(u64::MAX), None, Keep::First, 9, vec![]),
        (None, at(u64::MAX), Keep::Last, 1, vec![60]),
        // No message of this channel has these numbers; they are places in the order all the same.
        (at(30), at(42), Keep::Last, 9, vec![41]),
        (at(50), None, Keep::First, 1, vec![51]),
    ] {
        let query = Query::Messages {
            buffer: here(),
            after,
            before,
            keep,
            limit,
        };
        assert_eq!(
            numbers(history, query.clone(), Number::MAX).await,
            expected,
            "{query:?}"
        );
    }
}

async fn pages_by_time(history: &dyn History) {
    let at = |n| Some(Point::Time(time_of(n)));
    for (after, before, keep, limit, expected) in [
        (at(43), None, Keep::First, 2, vec![44, 45]),
        (None, at(44), Keep::Last, 2, vec![42, 43]),
        (at(44), Some(Point::Message(49)), Keep::First, 9, vec![48]),
        (Some(Point::Time(u64::MAX)), None, Keep::First, 9, vec![]),
        (None, Some(Point::Time(0)), Keep::Last, 9, vec![]),
    ] {
        let query = Query::Messages {
            buffer: here(),
            after,
            before,
            keep,
            limit,
        };
        assert_eq!(
            numbers(history, query.clone(), Number::MAX).await,
            expected,
            "{query:?}"
        );
    }
}

async fn reads_around_a_point(history: &dyn History) {
    for (point, limit, expected) in [
        (Point::Message(45), 5, vec![43, 44, 45, 46, 47]),
        (Point::Message(50), 4, vec![48, 49, 51, 52]),
        (Point::Message(1), 4, vec![1, 5]),
        (Point::Message(99), 4, vec![59, 60]),
        (Point::Time(time_of(44)), 2, vec![43, 44]),
    ] {
        let query = Query::Around {
            buffer: here(),
            point,
            limit,
        };
        assert_eq!(
            numbers(history, query.clone(), Number::MAX).await,
            expected,
            "{query:?}"
        );
    }
}

async fn lists_targets(history: &dyn History) {
    let names = [(HERE, "#here"), (THERE, "#there"), (ChannelId(9), "#no")];
    let channels: Vec<_> = names.map(|(id, name)| (id, name.to_owned())).into();
    let (here, there) = (
        ("#here".to_owned(), time_of(60)),
        ("#there".to_owned(), time_of(2)),
    );
    let here_upto_50 = ("#here".to_owned(), time_of(49));
    for (after_ms, before_ms, limit, upto, expected) in [
        (
            0,
            u64::MAX,
            9,
            Number::MAX,
            vec![there.clone(), here.clone()],
        ),
        (0, u64::MAX, 1, Number::MAX, vec![there.clone()]),
        (there.1, u64::MAX, 9, Number::MAX, vec![here.clone()]),
        (0, here.1, 9, Number::MAX, vec![there]),
        (time_of(4), u64::MAX, 9, 50, vec![here_upto_50]),
    ] {
        let query = Query::Targets {
            channels: channels.clone(),
            owner: None,
            after_ms,
            before_ms,
            limit,
        };
        match history.find(query.clone(), upto).await {
            Found::Targets(found) => assert_eq!(found, expected, "{query:?}"),
            other => panic!("{other:?}"),
        }
    }
}

/// Every pair of points, against the plain scan of the log in memory.
async fn agrees_with_memory(log: &dyn Log, history: &dyn History) {
    let oracle = MemoryLog::default();
    let rows = (61..=90).map(|n| message(n, ChannelId(3 + n % 3)));
    let written = Batch {
        voids: vec![66, 72, 73],
        ..batch(rows)
    };
    log.append(written.clone()).await.unwrap();
    oracle.append(written).await.unwrap();
    let mut points = vec![None];
    points.extend((60..=91).step_by(3).map(|n| Some(Point::Message(n))));
    points.extend((60..=91).step_by(4).map(|n| Some(Point::Time(time_of(n)))));
    for (after, before) in points
        .iter()
        .flat_map(|a| points.iter().map(move |b| (*a, *b)))
    {
        for (keep, limit) in [(Keep::First, 4), (Keep::Last, 3)] {
            let query = Query::Messages {
                buffer: channel(ChannelId(3)),
                after,
                before,
                keep,
                limit,
            };
            let expected = numbers(&oracle, query.clone(), 85).await;
            assert_eq!(
                numbers(history, query.clone(), 85).await,
                expected,
                "{query:?}"
            );
        }
    }
    for point in points.into_iter().flatten() {
        let query = Query::Around {
            buffer: channel(ChannelId(3)),
            point,
            limit: 5,
        };
        let expected = numbers(&oracle, query.clone(), 85).await;
        assert_eq!(
            numbers(history, query.clone(), 85).await,
            expected,
            "{query:?}"
        );
    }
}

/// Long tags make an answer long: it is cut without a gap, whatever kinds of rows it is made of.
async fn answers_are_bounded(log: &dyn Log, history: &dyn History) {
    let (oracle, room) = (MemoryLog::default(), ChannelId(9));
    let rows = (10_000..10_900).map(|n| {
        let mut row = message(n, room);
        match &mut row.fact {
            Fact::Message(_) if n.is_multiple_of(5) => row = topic(n, room),
            Fact::Message(said) => said.tags[0].1 = "x".repeat(12_000 - n as usize),
            _ => {}
        }
        row
    });
    let written = batch(rows);
    log.append(written.clone()).await.unwrap();
    oracle.append(written).await.unwrap();
    for (events, keep) in [
        (false, Keep::First),
        (false, Keep::Last),
        (true, Keep::First),
        (true, Keep::Last),
    ] {
        let buffer = Buffer::Channel { id: room, events };
        let mut after = None;
        let mut paged = Vec::new();
        loop {
            let query = Query::Messages {
                buffer: buffer.clone(),
                after: after.filter(|_| keep == Keep::First),
                before: after.filter(|_| keep == Keep::Last),
                keep,
                limit: 1_000,
            };
            let found = messages(history.find(query.clone(), Number::MAX).await);
            assert_eq!(found, messages(oracle.find(query, Number::MAX).await));
            assert!(found.iter().map(size).sum::<usize>() <= ANSWER_BYTES_MAX);
            let edge = match keep {
                Keep::First => found.last(),
                Keep::Last => found.first(),
            };
            let Some(edge) = edge else { break };
            after = Some(Point::Message(edge.stamp.number));
            paged.extend(found.iter().map(|record| record.stamp.number));
        }
        paged.sort_unstable();
        let is_shown = |n: &Number| events || !n.is_multiple_of(5);
        let all: Vec<_> = (10_000..10_900).filter(is_shown).collect();
        assert_eq!(paged, all);
        let point = Point::Message(10_500);
        let around = Query::Around {
            buffer,
            point,
            limit: 1_000,
        };
        let found = messages(history.find(around.clone(), Number::MAX).await);
        assert_eq!(found, messages(oracle.find(around, Number::MAX).await));
        assert!(found.iter().map(size).sum::<usize>() <= ANSWER_BYTES_MAX);
    }
}

fn counts_what_it_did(log: &dyn Log) {
    let health = log.health();
    assert_eq!((health.last, health.batches, health.rows), (90, 6, 58));
    assert_eq!((health.failures, health.last_failure), (0, None));
}

/// What everybody is shown of a channel.
pub(super) fn channel(id: ChannelId) -> Buffer {
    Buffer::Channel { id, events: false }
}

fn here() -> Buffer {
    channel(HERE)
}

pub(super) fn all(id: ChannelId) -> Query {
    Query::Messages {
        buffer: channel(id),
        after: None,
        before: None,
        keep: Keep::First,
        limit: u32::MAX,
    }
}

pub(super) async fn numbers(history: &dyn History, query: Query, upto: Number) -> Vec<Number> {
    messages(history.find(query, upto).await)
        .iter()
        .map(|r| r.stamp.number)
        .collect()
}

fn messages(found: Found) -> Vec<Record> {
    match found {
        Found::Messages(records) => records,
        other => panic!("{other:?}"),
    }
}
