//! The store: what is special to a database on disk.

mod former;

use std::path::Path;

use rusqlite::Connection;
use sockeye_proto::irc::event::{Fact, Party, Record, StoredDirect};
use sockeye_proto::irc::id::{AccountId, ChannelId, Number};
use sockeye_proto::irc::input::Batch;

use super::{DATABASE, Store, StoreOptions, append, connection, schema, writer};
use crate::ErrorKind;
use crate::state::conformance::{HERE, THERE, all, batch, message, numbers, record};
use crate::state::{Log, LogError};

fn open(dir: &Path) -> Store {
    Store::open(dir, &StoreOptions::default()).unwrap()
}

fn direct(number: Number) -> Record {
    let Fact::Message(message) = message(number, HERE).fact else {
        unreachable!("it is a message");
    };
    let party = |key: &str, account| Party {
        nick: key.into(),
        key: key.into(),
        account,
    };
    let (from, to) = (party("ali", Some(AccountId(1))), party("guest", None));
    let fact = Fact::Direct(StoredDirect { from, to, message });
    record(number, ChannelId::NONE, fact)
}

#[tokio::test]
async fn what_was_acknowledged_is_there_after_reopening() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path());
    let epoch = store.lease().await.unwrap();
    store
        .append(batch([message(1, HERE), message(2, HERE)]))
        .await
        .unwrap();
    store.put_snapshot(2, b"state".to_vec()).await.unwrap();
    assert_eq!(store.fixed("casemapping", "ascii").await.unwrap(), "ascii");
    drop(store);
    let store = open(dir.path());
    assert_eq!(store.health().last, 2);
    assert_eq!(numbers(&store, all(HERE), Number::MAX).await, [1, 2]);
    assert_eq!(
        store.snapshot().await.unwrap(),
        Some((2, b"state".to_vec()))
    );
    assert_eq!(store.fixed("casemapping", "precis").await.unwrap(), "ascii");
    assert!(store.lease().await.unwrap() > epoch);
}

#[tokio::test]
async fn the_database_is_set_up_for_durability() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join(DATABASE);
    drop(open(dir.path()));
    let writer = connection::open_writer(&path, &StoreOptions::default()).unwrap();
    let pragma = |name| -> i64 {
        writer
            .pragma_query_value(None, name, |row| row.get(0))
            .unwrap()
    };
    assert_eq!(pragma("synchronous"), 2, "FULL");
    assert_eq!(pragma("wal_autocheckpoint"), 0);
    assert_eq!(pragma("auto_vacuum"), 2, "INCREMENTAL");
    assert_eq!(pragma("foreign_keys"), 1);
    let mode: String = writer
        .pragma_query_value(None, "journal_mode", |row| row.get(0))
        .unwrap();
    assert_eq!(mode, "wal");
    let reader = connection::open_reader(&path).unwrap();
    assert!(reader.execute("DELETE FROM log", []).is_err());
}

#[tokio::test]
async fn only_the_owner_may_read_the_files() {
    use std::os::unix::fs::PermissionsExt;
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path());
    store.append(batch([message(1, HERE)])).await.unwrap();
    for file in [DATABASE.to_owned(), format!("{DATABASE}-wal")] {
        let mode = dir
            .path()
            .join(&file)
            .metadata()
            .unwrap()
            .permissions()
            .mode();
        assert_eq!(mode & 0o777, 0o600, "{file}");
    }
}

#[test]
fn a_second_store_on_the_directory_names_the_first() {
    let dir = tempfile::tempdir().unwrap();
    let first = open(dir.path());
    let refused = Store::open(dir.path(), &StoreOptions::default()).unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::ConfigUsage);
    let pid = format!("in use by process {}", std::process::id());
    assert!(refused.to_string().contains(&pid), "{refused}");
    drop(first);
    open(dir.path());
}

#[test]
fn a_database_of_a_newer_version_is_refused_and_left_alone() {
    let dir = tempfile::tempdir().unwrap();
    drop(open(dir.path()));
    let newer = Connection::open(dir.path().join(DATABASE)).unwrap();
    newer.pragma_update(None, "user_version", 999).unwrap();
    let refused = Store::open(dir.path(), &StoreOptions::default()).unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::LocalRead);
    assert!(
        refused.to_string().contains("newer sockeye (schema 999"),
        "{refused}"
    );
    let version: i64 = newer
        .pragma_query_value(None, "user_version", |row| row.get(0))
        .unwrap();
    assert_eq!(version, 999);
}

#[test]
fn what_is_no_database_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(
        dir.path().join(DATABASE),
        "not a database, but long enough to look",
    )
    .unwrap();
    let refused = Store::open(dir.path(), &StoreOptions::default()).unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::LocalRead);
}

#[tokio::test]
async fn a_damaged_row_of_the_newest_batch_is_found() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path());
    store
        .append(batch([message(1, HERE), message(2, HERE)]))
        .await
        .unwrap();
    drop(store);
    let damage = Connection::open(dir.path().join(DATABASE)).unwrap();
    damage
        .execute("UPDATE log SET body = x'00' WHERE seq = 2", [])
        .unwrap();
    drop(damage);
    let refused = Store::open(dir.path(), &StoreOptions::default()).unwrap_err();
    assert!(
        refused.to_string().contains("rows 1 to 2 are damaged"),
        "{refused}"
    );
}

#[tokio::test]
async fn a_full_disk_refuses_all_of_a_batch_and_takes_smaller_ones_after() {
    let dir = tempfile::tempdir().unwrap();
    let options = StoreOptions {
        pages_max: Some(64),
        ..StoreOptions::default()
    };
    let store = Store::open(dir.path(), &options).unwrap();
    let too_much = batch((1..=5_000).map(|n| message(n, HERE)));
    let refused = store.append(too_much).await.unwrap_err();
    assert!(matches!(refused, LogError::Full(_)), "{refused:?}");
    assert_eq!(store.health().failures, 1);
    assert_eq!(
        numbers(&store, all(HERE), Number::MAX).await,
        Vec::<Number>::new()
    );
    store.append(batch([message(5_001, HERE)])).await.unwrap();
    assert_eq!(store.health().failures, 0);
    drop(store);
    assert_eq!(
        numbers(&open(dir.path()), all(HERE), Number::MAX).await,
        [5_001]
    );
}

#[tokio::test]
async fn a_batch_that_is_refused_in_its_middle_leaves_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path());
    store.append(batch([message(2, HERE)])).await.unwrap();
    let twice = Batch {
        voids: vec![2],
        ..batch([message(1, HERE), message(2, HERE)])
    };
    store.append(twice).await.unwrap_err();
    assert_eq!(numbers(&store, all(HERE), Number::MAX).await, [2]);
    store.append(batch([message(3, HERE)])).await.unwrap();
    assert_eq!(numbers(&store, all(HERE), Number::MAX).await, [2, 3]);
}

/// After a failed sync the frames of a batch may be complete in the write-ahead log; recovery then
/// brings the batch back. What was erased stays away, also after recovery from a copy of the files.
#[test]
fn an_erased_batch_does_not_come_back() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join(DATABASE);
    let mut writer = connection::open_writer(&path, &StoreOptions::default()).unwrap();
    schema::migrate(&mut writer).unwrap();
    let mut encoder = append::Encoder::new(1);
    let kept = Batch {
        voids: vec![1],
        ..batch([message(1, HERE), direct(2)])
    };
    let doubtful = Batch {
        voids: vec![2],
        ..batch([message(3, HERE), message(4, THERE), direct(5)])
    };
    for batch in [&kept, &doubtful] {
        let transaction = writer.transaction().unwrap();
        encoder.insert(&transaction, batch, 1).unwrap();
        transaction.commit().unwrap();
    }
    let transaction = writer.transaction().unwrap();
    append::erase(&transaction, &doubtful).unwrap();
    transaction.commit().unwrap();
    let copy = tempfile::tempdir().unwrap();
    for file in [DATABASE.to_owned(), format!("{DATABASE}-wal")] {
        std::fs::copy(dir.path().join(&file), copy.path().join(&file)).unwrap();
    }
    let recovered = connection::open_writer(&copy.path().join(DATABASE), &StoreOptions::default());
    let recovered = recovered.unwrap();
    append::check_newest(&recovered).unwrap();
    let column = |sql: &str| -> Vec<u64> {
        let mut statement = recovered.prepare(sql).unwrap();
        statement
            .query_map([], |row| row.get(0))
            .unwrap()
            .map(Result::unwrap)
            .collect()
    };
    assert_eq!(column("SELECT seq FROM log ORDER BY seq"), [1, 2]);
    assert_eq!(column("SELECT seq FROM void"), [1]);
    assert_eq!(column("SELECT first FROM batch"), [1]);
    assert_eq!(column("SELECT seq FROM direct"), [2]);
    assert_eq!(column("SELECT seq FROM latest"), [2]);
}

#[tokio::test]
async fn a_read_that_takes_too_long_is_cut_and_the_next_one_works() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path());
    let endless = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n)
        SELECT count(*) FROM n";
    let cut = store
        .read(|c| c.query_row(endless, [], |row| row.get::<_, i64>(0)))
        .await;
    assert_eq!(
        cut,
        Err(LogError::Unreadable("the read took over 1 s".into()))
    );
    let one = store
        .read(|c| c.query_row("SELECT 1", [], |row| row.get::<_, i64>(0)))
        .await;
    assert_eq!(one, Ok(1));
}

#[tokio::test]
async fn a_read_that_panics_costs_its_asker_only() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path());
    let lost: Result<(), _> = store.read(|_| panic!("a defect in a read")).await;
    assert!(lost.is_err());
    assert_eq!(store.tail(0).await.unwrap().last, 0);
}

#[tokio::test]
async fn queries_use_the_index_they_were_made_for() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path());
    let plan = async |sql: &str| -> String {
        let sql = format!("EXPLAIN QUERY PLAN {sql}");
        let rows = store.read(move |connection| {
            let mut statement = connection.prepare(&sql)?;
            let ones = rusqlite::params_from_iter(vec![1; statement.parameter_count()]);
            let rows = statement.query_map(ones, |row| row.get::<_, String>(3))?;
            rows.collect::<rusqlite::Result<Vec<_>>>()
        });
        rows.await.unwrap().join("; ")
    };
    for sql in [
        super::history::MESSAGES_FIRST,
        super::history::MESSAGES_LAST,
    ] {
        let plan = plan(sql).await;
        assert!(
            plan.contains("log_message (channel=? AND at_ms>? AND at_ms<?)"),
            "{plan}"
        );
        assert!(!plan.contains("TEMP B-TREE"), "{plan}");
    }
    for sql in [super::history::EVENTS_FIRST, super::history::EVENTS_LAST] {
        let plan = plan(sql).await;
        let index = "log_event (channel=? AND at_ms>? AND at_ms<?)";
        assert!(plan.contains(index), "{plan}");
        assert!(!plan.contains("TEMP B-TREE"), "{plan}");
    }
    for sql in [super::history::DIRECTS_FIRST, super::history::DIRECTS_LAST] {
        let plan = plan(sql).await;
        let key = "PRIMARY KEY (owner=? AND peer=? AND at_ms>? AND at_ms<?)";
        assert!(plan.contains(key), "{plan}");
        assert!(!plan.contains("TEMP B-TREE"), "{plan}");
    }
    let plan = plan(super::history::TAIL).await;
    assert!(plan.contains("log_state (seq>?)"), "{plan}");
    assert!(!plan.contains("TEMP B-TREE"), "{plan}");
}

/// A page is written by each commit that touches it, so the commits of these tests are many times
/// what the log is to hold.
async fn longest_log(store: &Store, after_commit: impl AsyncFn()) -> u64 {
    let size = |name: &str| std::fs::metadata(store.dir().join(name)).map_or(0, |m| m.len());
    let (mut longest, mut n) = (0, 0);
    // The database grows by checkpoints alone.
    while size(DATABASE) < 10 << 20 {
        let rows = (1..=256).map(|i| message(n * 256 + i, HERE));
        store.append(batch(rows)).await.unwrap();
        after_commit().await;
        longest = longest.max(size(&format!("{DATABASE}-wal")));
        n += 1;
        assert!(n < 4_000, "nothing is copied into the database");
    }
    longest
}

fn open_without_sync(dir: &Path) -> Store {
    let options = StoreOptions {
        unsafe_no_sync: true,
        ..StoreOptions::default()
    };
    Store::open(dir, &options).unwrap()
}

#[tokio::test]
async fn the_write_ahead_log_starts_over_once_the_reader_has_copied_it() {
    let dir = tempfile::tempdir().unwrap();
    let store = open_without_sync(dir.path());
    // The reader does one thing after the other: when it answers, it has copied what it was asked to.
    let answered = async || store.read(|_| Ok(())).await.unwrap();
    let longest = longest_log(&store, answered).await;
    let pages = longest / 4_096;
    assert!(
        pages < 2 * u64::from(writer::WAL_PAGES_ASK),
        "{pages} pages were in the write-ahead log"
    );
}

#[tokio::test]
async fn the_writer_waits_for_no_reader_that_is_busy_elsewhere() {
    let dir = tempfile::tempdir().unwrap();
    let store = open_without_sync(dir.path());
    let (go_on, wait) = std::sync::mpsc::sync_channel::<()>(1);
    let busy = store.read(move |_| Ok(wait.recv().is_err()));
    let load = async {
        let longest = longest_log(&store, async || ()).await;
        drop(go_on);
        longest
    };
    let (busy, longest) = tokio::join!(busy, load);
    let pages = longest / 4_096;
    assert!(
        pages < u64::from(writer::WAL_PAGES_MAX + writer::WAL_PAGES_ASK),
        "{pages} pages were in the write-ahead log"
    );
    assert_eq!(busy, Ok(true));
}
