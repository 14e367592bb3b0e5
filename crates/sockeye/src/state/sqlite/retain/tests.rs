//! What is forgotten, step by step.

use sockeye_proto::irc::event::{MessageKind, Party, Record, StoredDirect, StoredMessage};
use sockeye_proto::irc::history::{Buffer, Keep, Query};
use sockeye_proto::irc::id::{AccountId, ChannelId};

use super::*;
use crate::state::conformance::{HERE, THERE, all, batch, message, numbers, record};
use crate::state::{Log, StoreOptions};

fn open(dir: &std::path::Path) -> Store {
    let options = StoreOptions {
        unsafe_no_sync: true,
        ..StoreOptions::default()
    };
    Store::open(dir, &options).unwrap()
}

/// Runs a pass to its end; returns how many rows each step deleted.
async fn pass(store: &Store, retention: Retention, now_ms: u64) -> Vec<usize> {
    let mut pass = Pass::new(retention, now_ms);
    let mut steps = Vec::new();
    loop {
        let forgotten = pass.step(store).await.unwrap();
        steps.push(forgotten.rows);
        if forgotten.is_last {
            return steps;
        }
        assert!(steps.len() < 1_000, "a pass that does not end");
    }
}

async fn count(store: &Store, sql: &'static str) -> u64 {
    let read = store.read(move |c| c.query_row(sql, [], |row| row.get(0)));
    read.await.unwrap()
}

fn topic(number: Number) -> Record {
    let fact = Fact::Topic {
        by: "ali!ali@host".into(),
        topic: "fish".into(),
    };
    record(number, HERE, fact)
}

/// A message of an hour with this number, from 1970 on.
fn at_hour(mut record: Record, hour: u64) -> Record {
    record.stamp.wall_ms = hour * 3_600_000;
    record
}

#[tokio::test]
async fn what_is_old_goes_in_steps_and_pages_come_back() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path());
    let empty = count(&store, "SELECT page_count FROM pragma_page_count").await;
    for n in 0..24 {
        let rows = (n * 100 + 1..=n * 100 + 100).map(|i| at_hour(message(i, HERE), i));
        store.append(batch(rows)).await.unwrap();
    }
    let pages = count(&store, "SELECT page_count FROM pragma_page_count").await;
    let days = Retention {
        days: 25,
        ..Retention::default()
    };
    let steps = pass(&store, days, 2_400 * 3_600_000).await;
    let (most, total) = (steps.iter().max(), steps.iter().sum::<usize>());
    assert_eq!((most, total), (Some(&(ROWS_MAX as usize)), 1_799));
    let left = numbers(&store, all(HERE), Number::MAX).await;
    assert_eq!((left.len(), left[0]), (601, 1_800));
    let fewer = count(&store, "SELECT page_count FROM pragma_page_count").await;
    // What the tables take when they are empty does not shrink.
    assert!(
        fewer - empty < (pages - empty) / 2,
        "{pages} pages became {fewer}, {empty} of them for nothing"
    );
    assert_eq!(count(&store, "SELECT count(*) FROM batch").await, 7);
    assert_eq!(
        count(&store, "SELECT freelist_count FROM pragma_freelist_count").await,
        0
    );
    assert!(
        pass(&store, days, 2_400 * 3_600_000)
            .await
            .iter()
            .all(|&rows| rows == 0)
    );
}

#[tokio::test]
async fn a_store_that_has_forgotten_nearly_all_opens_again() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path());
    store.append(batch([message(1, HERE)])).await.unwrap();
    store
        .append(batch([message(2, HERE), message(3, HERE)]))
        .await
        .unwrap();
    let day = Retention {
        days: 1,
        ..Retention::default()
    };
    assert_eq!(
        pass(&store, day, u64::MAX / 2).await.iter().sum::<usize>(),
        1
    );
    drop(store);
    let left = numbers(&open(dir.path()), all(HERE), Number::MAX).await;
    assert_eq!(left, [2, 3], "the newest batch stays whole");
}

#[tokio::test]
async fn state_goes_once_a_snapshot_holds_it() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path());
    store
        .append(batch([topic(1), message(2, HERE), topic(3)]))
        .await
        .unwrap();
    store.append(batch([message(4, HERE)])).await.unwrap();
    let day = Retention {
        days: 1,
        ..Retention::default()
    };
    pass(&store, day, u64::MAX / 2).await;
    assert_eq!(store.tail(0).await.unwrap().records, [topic(1), topic(3)]);
    store.put_snapshot(2, b"state".to_vec()).await.unwrap();
    pass(&store, day, u64::MAX / 2).await;
    assert_eq!(store.tail(0).await.unwrap().records, [topic(3)]);
}

#[tokio::test]
async fn a_channel_keeps_its_latest_messages() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path());
    let rows = (1..=2_600).map(|n| message(n, if n % 2 == 0 { HERE } else { THERE }));
    store.append(batch(rows)).await.unwrap();
    store
        .append(batch([message(2_601, ChannelId(9))]))
        .await
        .unwrap();
    let some = Retention {
        channel_messages: 100,
        ..Retention::default()
    };
    let steps = pass(&store, some, 0).await;
    assert_eq!(steps.iter().sum::<usize>(), 2_400);
    assert!(steps.iter().all(|&rows| rows <= ROWS_MAX as usize));
    for (channel, oldest) in [(HERE, 2_402), (THERE, 2_401)] {
        let left = numbers(&store, all(channel), Number::MAX).await;
        assert_eq!((left.len(), left[0]), (100, oldest));
    }
}

#[tokio::test]
async fn each_side_forgets_direct_messages_for_itself() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path());
    let party = |key: &str, account: u64| Party {
        nick: key.into(),
        key: key.into(),
        account: Some(AccountId(account)),
    };
    let (ali, bo, cid) = (|| party("ali", 1), || party("bo", 2), || party("cid", 3));
    let direct = |n: Number| {
        let (from, to) = match n {
            // The last ones are with somebody else, and are not many.
            1..=20 => (ali(), bo()),
            _ => (bo(), cid()),
        };
        let message = StoredMessage {
            source: "x!x@h".into(),
            account: None,
            kind: MessageKind::Privmsg,
            tags: Vec::new(),
            text: n.to_string(),
        };
        record(
            n,
            ChannelId::NONE,
            Fact::Direct(StoredDirect { from, to, message }),
        )
    };
    store.append(batch((1..=25).map(direct))).await.unwrap();
    store.append(batch([message(26, HERE)])).await.unwrap();
    let some = Retention {
        direct_messages: 8,
        ..Retention::default()
    };
    pass(&store, some, 0).await;
    let read = async |owner: u64, peer: &str| {
        let query = Query::Messages {
            buffer: Buffer::Direct {
                owner: AccountId(owner),
                peer: peer.into(),
                events: false,
            },
            after: None,
            before: None,
            keep: Keep::First,
            limit: 100,
        };
        numbers(&store, query, Number::MAX).await
    };
    let latest: Vec<Number> = (13..=20).collect();
    assert_eq!(read(1, "bo").await, latest);
    assert_eq!(read(2, "ali").await, latest);
    assert_eq!(read(3, "bo").await, [21, 22, 23, 24, 25]);
    assert_eq!(count(&store, "SELECT count(*) FROM log").await, 8 + 5 + 1);
    assert_eq!(
        count(&store, "SELECT count(*) FROM direct").await,
        2 * (8 + 5)
    );
}
