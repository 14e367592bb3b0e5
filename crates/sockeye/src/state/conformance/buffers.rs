//! Direct messages and events of channels, against the plain scan of the log in memory.

use sockeye_proto::irc::event::{
    Fact, MessageKind, Party, PresenceChange, Record, StoredDirect, StoredMessage, StoredPresence,
};
use sockeye_proto::irc::history::{Buffer, Found, Keep, Point, Query};
use sockeye_proto::irc::id::{AccountId, ChannelId, Number};

use super::{batch, message, messages, record};
use crate::state::{History, Log, MemoryLog};

const ROOM: ChannelId = ChannelId(7);

/// Writes what everybody does here and reads all of it back in every way.
pub(super) async fn agree(log: &dyn Log, history: &dyn History) {
    let oracle = MemoryLog::default();
    let takings_back = (FIRST + ROWS..).zip((FIRST..FIRST + ROWS).step_by(13));
    let rows = (FIRST..FIRST + ROWS).map(row);
    let mut written = batch(rows.chain(takings_back.map(|(n, of)| taking_back(n, of))));
    written.voids = (FIRST..FIRST + ROWS + 20).step_by(11).collect();
    log.append(written.clone()).await.unwrap();
    oracle.append(written).await.unwrap();
    for buffer in buffers() {
        let all = read(&oracle, &page(&buffer, None, None, Keep::First, 1_000)).await;
        for query in queries(&buffer) {
            let expected = read(&oracle, &query).await;
            assert_eq!(read(history, &query).await, expected, "{query:?}");
        }
        pages_lack_nothing(history, &buffer, &all).await;
    }
    for owner in [1, 2, 9].map(AccountId) {
        let points = [
            None,
            Some(Point::Message(FIRST + 90)),
            Some(Point::Message(FIRST + 201)),
        ];
        for (after, before) in [(0, 0), (1, 0), (0, 2), (1, 2)].map(|(a, b)| (points[a], points[b]))
        {
            for limit in [7, 1_000] {
                let query = Query::Directs {
                    owner,
                    after,
                    before,
                    limit,
                };
                let expected = read(&oracle, &query).await;
                assert_eq!(expected.is_empty(), owner.0 == 9);
                assert_eq!(read(history, &query).await, expected, "{query:?}");
            }
        }
    }
    targets_agree(history, &oracle).await;
    all_directs_are_cut_without_a_gap(log, history).await;
    for number in FIRST..FIRST + ROWS {
        let one = Query::One(number);
        let expected = read(&oracle, &one).await;
        assert_eq!(read(history, &one).await, expected, "{number}");
    }
}

/// Four parties, two of them with an account; everybody writes to everybody, also to itself.
fn row(n: Number) -> Record {
    let Fact::Message(mut said) = message(n, ROOM).fact else {
        unreachable!("it is a message");
    };
    if n.is_multiple_of(5) {
        said.kind = MessageKind::Tagmsg;
    }
    match n % 3 {
        0 => record(n, ROOM, Fact::Message(said)),
        1 => record(n, ChannelId::NONE, direct(n, said)),
        _ => record(n, ROOM, presence(n)),
    }
}

fn direct(n: Number, message: StoredMessage) -> Fact {
    let parties = [
        ("ali", Some(1)),
        ("bo", Some(2)),
        ("guest", None),
        ("x", None),
    ];
    let party = |n: Number| {
        let (name, account) = parties[n as usize % parties.len()];
        Party {
            nick: format!("{name}{n}"),
            key: name.into(),
            account: account.map(AccountId),
        }
    };
    Fact::Direct(StoredDirect {
        from: party(n / 3),
        to: party(n / 12),
        message,
    })
}

fn presence(n: Number) -> Fact {
    let change = match n % 2 {
        0 => PresenceChange::Part { reason: None },
        _ => PresenceChange::Nick {
            nick: format!("n{n}"),
        },
    };
    Fact::Presence(StoredPresence {
        source: "ali!ali@host".into(),
        account: None,
        change,
    })
}

/// The row that makes another one vanish, unless it is void itself or still unknown to the reader.
fn taking_back(n: Number, of: Number) -> Record {
    let fact = Fact::Redact {
        by: "ali!ali@host".into(),
        account: None,
        number: of,
        msgid: "id".into(),
        reason: None,
    };
    record(n, ROOM, fact)
}

fn buffers() -> Vec<Buffer> {
    let mut buffers = Vec::new();
    for events in [false, true] {
        buffers.push(Buffer::Channel { id: ROOM, events });
        for owner in [1, 2, 3] {
            for peer in ["ali", "bo", "guest", "nobody"] {
                buffers.push(Buffer::Direct {
                    owner: AccountId(owner),
                    peer: peer.into(),
                    events,
                });
            }
        }
    }
    buffers
}

fn queries(buffer: &Buffer) -> Vec<Query> {
    let numbers = (FIRST..FIRST + ROWS).step_by(17);
    let mut points: Vec<_> = numbers.clone().map(Point::Message).collect();
    points.extend(numbers.map(|n| Point::Time(super::time_of(n))));
    let mut queries = Vec::new();
    for point in points {
        for (after, before) in [(Some(point), None), (None, Some(point))] {
            queries.push(page(buffer, after, before, Keep::First, 7));
            queries.push(page(buffer, after, before, Keep::Last, 7));
        }
        queries.push(Query::Around {
            buffer: buffer.clone(),
            point,
            limit: 6,
        });
    }
    queries
}

fn page(
    buffer: &Buffer,
    after: Option<Point>,
    before: Option<Point>,
    keep: Keep,
    limit: u32,
) -> Query {
    Query::Messages {
        buffer: buffer.clone(),
        after,
        before,
        keep,
        limit,
    }
}

/// Page by page, forwards and backwards, a reader sees everything once and in one order.
async fn pages_lack_nothing(history: &dyn History, buffer: &Buffer, all: &[Record]) {
    let mut forwards: Vec<Record> = Vec::new();
    let mut backwards: Vec<Record> = Vec::new();
    loop {
        let after = forwards.last().map(|r| Point::Message(r.stamp.number));
        let found = read(history, &page(buffer, after, None, Keep::First, 4)).await;
        if found.is_empty() {
            break;
        }
        forwards.extend(found);
    }
    loop {
        let before = backwards.first().map(|r| Point::Message(r.stamp.number));
        let mut found = read(history, &page(buffer, None, before, Keep::Last, 4)).await;
        if found.is_empty() {
            break;
        }
        found.append(&mut backwards);
        backwards = found;
    }
    assert_eq!(forwards, all, "{buffer:?}");
    assert_eq!(backwards, all, "{buffer:?}");
}

async fn targets_agree(history: &dyn History, oracle: &MemoryLog) {
    for (owner, count) in [(Some(1), 5), (Some(2), 5), (Some(3), 1), (None, 1)] {
        let query = Query::Targets {
            channels: vec![(ROOM, "#room".into())],
            owner: owner.map(AccountId),
            after_ms: 0,
            before_ms: u64::MAX,
            limit: 9,
        };
        let found = |found| match found {
            Found::Targets(found) => found,
            other => panic!("{other:?}"),
        };
        let known = found(history.find(query.clone(), UPTO).await);
        assert_eq!(known.len(), count, "{known:?}");
        assert_eq!(known, found(oracle.find(query, UPTO).await));
    }
}

/// What an account has said with several others is one answer, of those that are long as well.
async fn all_directs_are_cut_without_a_gap(log: &dyn Log, history: &dyn History) {
    let oracle = MemoryLog::default();
    let rows = (LONG..LONG + 400).map(|n| {
        let Fact::Message(mut said) = message(n, ROOM).fact else {
            unreachable!("it is a message");
        };
        // Long ones are with few, and each answer ends at some other place of their row.
        if n.is_multiple_of(3) {
            said.tags[0].1 = "x".repeat(12_000 + n as usize % 97 * 40);
        }
        let peer = if n.is_multiple_of(3) { 0 } else { n % 11 };
        let party = |key: String, account| Party {
            nick: key.clone(),
            key,
            account,
        };
        let from = party("ali".into(), Some(AccountId(77)));
        let to = party(format!("peer{peer}"), None);
        let message = said;
        let fact = Fact::Direct(StoredDirect { from, to, message });
        record(n, ChannelId::NONE, fact)
    });
    let written = batch(rows);
    log.append(written.clone()).await.unwrap();
    oracle.append(written).await.unwrap();
    for before in (LONG..=LONG + 400).step_by(7) {
        for limit in [9, 1_000] {
            let query = Query::Directs {
                owner: AccountId(77),
                after: None,
                before: Some(Point::Message(before)),
                limit,
            };
            let expected = messages(oracle.find(query.clone(), Number::MAX).await);
            let found = messages(history.find(query.clone(), Number::MAX).await);
            assert_eq!(found, expected, "{query:?}");
        }
    }
}

async fn read(history: &dyn History, query: &Query) -> Vec<Record> {
    messages(history.find(query.clone(), UPTO).await)
}

const FIRST: Number = 1_000;
const ROWS: Number = 300;

/// Where the long ones begin.
const LONG: Number = 5_000;

/// Some messages are not taken back yet for who reads.
const UPTO: Number = FIRST + ROWS + 15;
