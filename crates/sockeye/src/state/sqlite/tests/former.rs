//! Stores of former schemas, and of the present one, are taken over whole.
//!
//! The first fixture was dumped from a store that the first version wrote. The others hold what one
//! hub wrote, without the tables that their schema did not have: a new schema adds one more.

use std::path::Path;

use rusqlite::Connection;
use sockeye_proto::irc::event::Record;
use sockeye_proto::irc::history::{Buffer, Found, Keep, Query, Search};
use sockeye_proto::irc::id::{AccountId, ChannelId, Number};

use super::super::{DATABASE, Store};
use super::open;
use crate::state::conformance::{all, batch, message, numbers};
use crate::state::{History, Log};

/// Schemas and what a store of each holds.
const FIXTURES: &[(i64, &str)] = &[
    (1, include_str!("../fixtures/schema1.sql")),
    (4, include_str!("../fixtures/schema4.sql")),
    (7, include_str!("../fixtures/schema7.sql")),
];

/// Opens a store that was written with a former schema.
fn former(dir: &Path, schema: i64) -> Store {
    let (_, dump) = FIXTURES.iter().find(|(held, _)| *held == schema).unwrap();
    let old = Connection::open(dir.join(DATABASE)).unwrap();
    old.pragma_update(None, "auto_vacuum", "INCREMENTAL")
        .unwrap();
    old.execute_batch(dump).unwrap();
    old.pragma_update(None, "user_version", schema).unwrap();
    drop(old);
    open(dir)
}

async fn everything(store: &Store, channel: ChannelId) -> Vec<Number> {
    let everything = Query::Messages {
        buffer: Buffer::Channel {
            id: channel,
            events: true,
        },
        after: None,
        before: None,
        keep: Keep::First,
        limit: 100,
    };
    numbers(store, everything, Number::MAX).await
}

#[tokio::test]
async fn a_store_of_the_first_schema_is_taken_over_whole() {
    let dir = tempfile::tempdir().unwrap();
    let store = former(dir.path(), 1);
    let tail = store.tail(0).await.unwrap();
    assert!(tail.records.iter().all(|record| record.fact.is_state()));
    assert_eq!((tail.records.len(), tail.last), (4, 41));
    assert_eq!(store.snapshot().await.unwrap().unwrap().0, 41);
    let room = tail.records[0].channel;
    assert_eq!(numbers(&store, all(room), Number::MAX).await.len(), 13);
    assert_eq!(everything(&store, room).await.len(), 16);
    store.append(batch([message(42, room)])).await.unwrap();
    drop(store);
    assert_eq!(open(dir.path()).health().last, 42);
}

#[tokio::test]
async fn stores_of_later_schemas_are_taken_over_whole() {
    for (schema, _) in &FIXTURES[1..] {
        let dir = tempfile::tempdir().unwrap();
        let store = former(dir.path(), *schema);
        let room = ChannelId(4);
        let tail = store.tail(0).await.unwrap();
        let state = tail.records.iter().map(|record| record.stamp.number);
        assert_eq!(state.collect::<Vec<_>>(), [7, 14, 15]);
        assert_eq!(tail.last, 32);
        let said = numbers(&store, all(room), Number::MAX).await;
        assert_eq!(said, [8, 9, 10, 11, 12, 13, 26], "22 was taken back");
        assert_eq!(everything(&store, room).await.len(), 7 + 2 + 1 + 3);
        let others = "SELECT (SELECT count(*) FROM account), (SELECT count(*) FROM ban)";
        let others = store.read(|c| c.query_row(others, [], |row| Ok((row.get(0)?, row.get(1)?))));
        assert_eq!(others.await, Ok((2, 1)));
        while store.index_step().await.unwrap() {}
        let mut last = None;
        for _ in 0..2 {
            targets(&store).await;
            last = store.list_step(last).await.unwrap();
        }
        assert_eq!(last, None, "all are listed");
        let search = Search {
            channels: vec![room],
            words: vec!["message".into()],
            limit: 9,
            ..Search::default()
        };
        let found = found(&store, Query::Search(search)).await;
        assert_eq!(found.len(), 6);
        store.append(batch([message(40, room)])).await.unwrap();
        drop(store);
        assert_eq!(open(dir.path()).health().last, 40);
    }
}

/// The latest to and from the other account was taken back; the one before it counts.
async fn targets(store: &Store) {
    let query = Query::Targets {
        channels: Vec::new(),
        owner: Some(AccountId(1)),
        after_ms: 0,
        before_ms: u64::MAX,
        limit: 9,
    };
    let Found::Targets(targets) = store.find(query, Number::MAX).await else {
        panic!("targets were asked for");
    };
    let names: Vec<_> = targets.iter().map(|(name, _)| &**name).collect();
    assert_eq!(names, ["bo", "guest"]);
}

async fn found(store: &Store, query: Query) -> Vec<Record> {
    match store.find(query, Number::MAX).await {
        Found::Messages(found) => found,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn the_present_schema_has_a_fixture() {
    let dir = tempfile::tempdir().unwrap();
    let version = |c: &Connection| c.pragma_query_value(None, "user_version", |row| row.get(0));
    let version: i64 = open(dir.path()).read(version).await.unwrap();
    assert_eq!(FIXTURES.last().map(|(schema, _)| *schema), Some(version));
}
