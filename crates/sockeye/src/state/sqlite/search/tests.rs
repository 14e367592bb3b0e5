//! The index as such: what is in it, in which steps, and what is left of what has gone.

use std::path::Path;

use sockeye_proto::irc::history::Query;

use super::*;
use crate::state::conformance::{HERE, batch, message, numbers, record};
use crate::state::sqlite::DATABASE;
use crate::state::{Log, Pass, Retention, Store, StoreOptions};

fn open(dir: &Path) -> Store {
    let options = StoreOptions {
        unsafe_no_sync: true,
        ..StoreOptions::default()
    };
    Store::open(dir, &options).unwrap()
}

fn look_for(word: &str) -> Query {
    Query::Search(Search {
        channels: vec![HERE],
        words: vec![word.into()],
        limit: u32::MAX,
        ..Search::default()
    })
}

fn saying(number: Number, text: &str) -> Record {
    let Fact::Message(mut said) = message(number, HERE).fact else {
        unreachable!("it is a message");
    };
    said.text = text.into();
    record(number, HERE, Fact::Message(said))
}

/// Checks the index with what FTS5 has for that: it counts what is in it on the way.
async fn count(store: &Store, sql: &'static str) -> u64 {
    let read = store.read(move |c| c.query_row(sql, [], |row| row.get(0)));
    read.await.unwrap()
}

/// Whether a word is in the database file, in whatever place of it.
fn file_has(dir: &Path, word: &str) -> bool {
    let bytes = std::fs::read(dir.join(DATABASE)).unwrap();
    bytes
        .windows(word.len())
        .any(|some| some == word.as_bytes())
}

#[tokio::test]
async fn an_older_store_is_indexed_in_steps_and_says_so_until_then() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path());
    let rows = 20 * ROWS_MAX as Number;
    store
        .append(batch((1..=rows).map(|n| message(n, HERE))))
        .await
        .unwrap();
    let found = crate::state::History::find(&store, look_for("text"), Number::MAX).await;
    let Found::Unavailable(why) = found else {
        panic!("{found:?}");
    };
    assert!(why.contains("still being collected"), "{why}");
    let mut steps = 1;
    while store.index_step().await.unwrap() {
        steps += 1;
    }
    assert_eq!(steps, 20 - 16 + 1, "a search has made sixteen of them");
    for number in [1, rows / 2, rows] {
        let word = number.to_string();
        let found = numbers(&store, look_for(&word), Number::MAX).await;
        assert_eq!(found, [number]);
    }
}

#[tokio::test]
async fn what_is_forgotten_leaves_the_index() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path());
    for n in 0..40 {
        let rows = (n * 50 + 1..=n * 50 + 50).map(|n| message(n, HERE));
        store.append(batch(rows)).await.unwrap();
    }
    assert_eq!(
        numbers(&store, look_for("ü"), Number::MAX).await.len(),
        2_000
    );
    let few = Retention {
        channel_messages: 100,
        ..Retention::default()
    };
    let mut pass = Pass::new(few, 0);
    while !pass.step(&store).await.unwrap().is_last {}
    let left = numbers(&store, look_for("ü"), Number::MAX).await;
    assert_eq!(left, (1_901..=2_000).collect::<Vec<_>>());
    let entries = "SELECT count(*) FROM search WHERE search MATCH 'text : \"text\"'";
    assert_eq!(count(&store, entries).await, 100);
}

#[tokio::test]
async fn of_what_was_taken_back_nothing_is_left() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path());
    let secrets = [
        saying(1, "the zanzibar key"),
        saying(2, "no xylophone here"),
    ];
    store.append(batch(secrets)).await.unwrap();
    assert_eq!(
        numbers(&store, look_for("zanzibar"), Number::MAX).await,
        [1]
    );
    let mut erasing = batch([message(3, HERE)]);
    erasing.erased = vec![1];
    store.append(erasing).await.unwrap();
    let none: [Number; 0] = [];
    assert_eq!(
        numbers(&store, look_for("zanzibar"), Number::MAX).await,
        none
    );
    assert_eq!(
        numbers(&store, look_for("xylophone"), Number::MAX).await,
        [2]
    );
    drop(store);
    assert!(file_has(dir.path(), "xylophone"));
    assert!(!file_has(dir.path(), "zanzibar"));
}

#[tokio::test]
async fn a_crash_does_not_keep_what_was_taken_back() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path());
    let taking_back = |number, of| {
        let fact = Fact::Redact {
            by: "ali!ali@host".into(),
            account: None,
            number: of,
            msgid: "id".into(),
            reason: None,
        };
        record(number, HERE, fact)
    };
    let rows = [saying(1, "the zanzibar key"), saying(2, "a xylophone")];
    store.append(batch(rows)).await.unwrap();
    let mut back = batch([taking_back(3, 1), taking_back(4, 2)]);
    store.append(back.clone()).await.unwrap();
    back.records.clear();
    back.voids = vec![4];
    store.append(back).await.unwrap();
    assert_eq!(
        store.erase_step(0).await.unwrap(),
        None,
        "their fate is open"
    );
    drop(store);
    let store = open(dir.path());
    assert_eq!(store.erase_step(0).await.unwrap(), Some(1));
    assert_eq!(store.erase_step(1).await.unwrap(), None);
    drop(store);
    assert!(file_has(dir.path(), "xylophone"), "that was refused");
    assert!(!file_has(dir.path(), "zanzibar"));
}

#[tokio::test]
async fn an_index_that_is_not_wanted_goes_and_comes_again() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path());
    assert!(!store.unindex_step().await.unwrap(), "there is none");
    store
        .append(batch((1..=3_000).map(|n| message(n, HERE))))
        .await
        .unwrap();
    assert_eq!(
        numbers(&store, look_for("text"), Number::MAX).await.len(),
        3_000
    );
    let pages = count(&store, "SELECT page_count FROM pragma_page_count").await;
    let mut steps = 0;
    while store.unindex_step().await.unwrap() {
        steps += 1;
        assert!(steps < 1_000, "it does not end");
    }
    let fewer = count(&store, "SELECT page_count FROM pragma_page_count").await;
    assert!(fewer < pages, "{pages} pages became {fewer}");
    assert_eq!(count(&store, "SELECT count(*) FROM search_data").await, 2);
    assert_eq!(
        numbers(&store, look_for("text"), Number::MAX).await.len(),
        3_000
    );
}

#[tokio::test]
async fn a_search_reads_no_more_than_it_has_to() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path());
    for sql in [FOUND_FIRST, FOUND_LAST] {
        let plan = store.read(move |connection| {
            let mut statement = connection.prepare(&format!("EXPLAIN QUERY PLAN {sql}"))?;
            let rows = statement.query_map(params!["x", 1, 1, 1, 1], |row| row.get(3))?;
            rows.collect::<rusqlite::Result<Vec<String>>>()
        });
        let plan = plan.await.unwrap().join("; ");
        assert!(plan.contains("SCAN search VIRTUAL TABLE"), "{plan}");
        assert!(!plan.contains("TEMP B-TREE"), "{plan}");
    }
}
