//! Copies of a store that is used meanwhile.

use std::os::unix::fs::PermissionsExt;

use sockeye_proto::irc::id::Number;

use super::*;
use crate::state::conformance::{HERE, all, batch, message, numbers};
use crate::state::{Log, Store, StoreOptions};

fn open(dir: &Path) -> Store {
    let options = StoreOptions {
        unsafe_no_sync: true,
        ..StoreOptions::default()
    };
    Store::open(dir, &options).unwrap()
}

/// Opens a backup as a hub does: as the database of a directory of its own.
fn restored(file: &Path) -> (tempfile::TempDir, Store) {
    let dir = tempfile::tempdir().unwrap();
    std::fs::copy(file, dir.path().join(DATABASE)).unwrap();
    let store = open(dir.path());
    (dir, store)
}

#[tokio::test]
async fn a_backup_of_a_store_in_use_is_of_one_moment_and_opens() {
    let (dir, out) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let store = open(dir.path());
    store
        .append(batch((1..=5_000).map(|n| message(n, HERE))))
        .await
        .unwrap();
    let file = out.path().join("copy.db");
    let copying = std::thread::spawn({
        let (dir, file) = (dir.path().to_owned(), file.clone());
        move || back_up(&dir, &file, false)
    });
    let mut last = 5_000;
    while !copying.is_finished() {
        let rows = (1..=20).map(|n| message(last + n, HERE));
        store.append(batch(rows)).await.unwrap();
        last += 20;
    }
    let bytes = copying.join().unwrap().unwrap();
    assert_eq!(file.metadata().unwrap().len(), bytes);
    assert_eq!(file.metadata().unwrap().permissions().mode() & 0o777, 0o600);
    let names = out.path().read_dir().unwrap();
    assert_eq!(names.count(), 1, "nothing is left beside it");
    let (_dir, copy) = restored(&file);
    let known = copy.health().last;
    assert!((5_000..=last).contains(&known), "{known} of {last}");
    assert_eq!(known % 20, 0, "a batch is in it whole or not at all");
    let rows = copy.read(|c| c.query_row("SELECT count(*) FROM log", [], |row| row.get(0)));
    assert_eq!(rows.await, Ok(known));
    copy.append(batch([message(known + 1, HERE)]))
        .await
        .unwrap();
    store
        .append(batch([message(last + 1, HERE)]))
        .await
        .unwrap();
}

#[tokio::test]
async fn a_file_is_replaced_only_by_who_says_so_and_what_a_killed_one_left_is_taken_over() {
    let (dir, out) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let store = open(dir.path());
    store.append(batch([message(1, HERE)])).await.unwrap();
    drop(store);
    let file = out.path().join("copy.db");
    std::fs::write(&file, "precious").unwrap();
    let refused = back_up(dir.path(), &file, false).unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::ConfigUsage);
    assert_eq!(std::fs::read(&file).unwrap(), b"precious");
    std::fs::write(out.path().join("copy.db.part"), vec![7; 100_000]).unwrap();
    back_up(dir.path(), &file, true).unwrap();
    let (_dir, copy) = restored(&file);
    assert_eq!(numbers(&copy, all(HERE), Number::MAX).await, [1]);
    assert_eq!(out.path().read_dir().unwrap().count(), 1);
}

#[test]
fn two_backups_to_one_file_do_not_meet() {
    let out = tempfile::tempdir().unwrap();
    let file = out.path().join("copy.db");
    let first = Part::make(&file).unwrap();
    let refused = back_up(out.path(), &file, false).unwrap_err();
    assert!(refused.to_string().contains("another backup"), "{refused}");
    assert!(first.path.exists());
}

#[tokio::test]
async fn where_there_is_no_store_or_a_damaged_one_nothing_is_written() {
    let (dir, out) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let file = out.path().join("copy.db");
    let refused = back_up(dir.path(), &file, false).unwrap_err();
    assert!(refused.to_string().contains("there is no store"));
    let store = open(dir.path());
    store.append(batch([message(1, HERE)])).await.unwrap();
    drop(store);
    let damage = Connection::open(dir.path().join(DATABASE)).unwrap();
    damage.execute("UPDATE log SET body = x'00'", []).unwrap();
    drop(damage);
    let refused = back_up(dir.path(), &file, false).unwrap_err();
    assert!(refused.to_string().contains("damaged"), "{refused}");
    assert_eq!(out.path().read_dir().unwrap().count(), 0);
}
