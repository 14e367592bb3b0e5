//! The latest messages, where they are, come to be, go and are not what counts.

use sockeye_proto::irc::event::{MessageKind, Party, StoredMessage};
use sockeye_proto::irc::history::{Found, Query};
use sockeye_proto::irc::id::ChannelId;
use sockeye_proto::irc::input::Batch;

use super::super::{Pass, Retention, Store, StoreOptions};
use super::*;
use crate::state::conformance::{batch, record as row};
use crate::state::{History, Log, MemoryLog};

fn open(dir: &std::path::Path) -> Store {
    let options = StoreOptions {
        unsafe_no_sync: true,
        ..StoreOptions::default()
    };
    Store::open(dir, &options).unwrap()
}

/// One of the accounts 1 to 3, or a guest with a name of its own.
fn party(n: u64, nick: String) -> Party {
    let account = (1..=3).contains(&n).then_some(AccountId(n));
    let key = format!("key{n}");
    Party { nick, key, account }
}

fn direct(n: Number, from: u64, to: u64, kind: MessageKind) -> Record {
    let (tags, text) = (Vec::new(), "fish".into());
    let message = StoredMessage {
        source: "ali!ali@host".into(),
        account: None,
        kind,
        tags,
        text,
    };
    let from = party(from, format!("nick{from}at{n}"));
    let to = party(to, format!("nick{to}at{n}"));
    let fact = Fact::Direct(StoredDirect { from, to, message });
    row(n, ChannelId::NONE, fact)
}

/// Three accounts among themselves and with many guests; every fifth is of tags alone.
fn many() -> Batch {
    batch((1..=900).map(|n| {
        let kind = match n % 5 {
            0 => MessageKind::Tagmsg,
            _ => MessageKind::Privmsg,
        };
        direct(n, 1 + n % 3, 1 + n * 7 % 200, kind)
    }))
}

async fn targets(history: &dyn History, owner: u64, upto: Number) -> Vec<(String, u64)> {
    let query = Query::Targets {
        channels: Vec::new(),
        owner: Some(AccountId(owner)),
        after_ms: 0,
        before_ms: u64::MAX,
        limit: 1_000,
    };
    match history.find(query, upto).await {
        Found::Targets(found) => found,
        other => panic!("{other:?}"),
    }
}

async fn agree(store: &Store, oracle: &MemoryLog, upto: Number) {
    for owner in 1..=3 {
        let expected = targets(oracle, owner, upto).await;
        assert!(expected.len() > 10);
        assert_eq!(targets(store, owner, upto).await, expected, "{owner}");
    }
}

async fn count(store: &Store) -> u64 {
    let sql = "SELECT count(*) FROM latest";
    let read = store.read(move |c| c.query_row(sql, [], |row| row.get(0)));
    read.await.unwrap()
}

#[tokio::test]
async fn an_older_store_is_listed_in_steps_and_asked_meanwhile() {
    let dir = tempfile::tempdir().unwrap();
    let (store, oracle) = (open(dir.path()), MemoryLog::default());
    store.append(many()).await.unwrap();
    oracle.append(many()).await.unwrap();
    let all = count(&store).await;
    let forget = |t: &Transaction<'_>| {
        t.execute_batch("DELETE FROM latest; UPDATE meta SET value = 0 WHERE key = 'latest_listed'")
    };
    store.write(forget).await.unwrap();
    agree(&store, &oracle, Number::MAX).await;
    let (mut last, mut steps) = (None, 0);
    while let Some(next) = store.list_step(last).await.unwrap() {
        // What comes meanwhile is in order whether its pair was looked at or not.
        let n = 1_000 + steps;
        let news = batch([direct(n, 1, 7 * n % 200, MessageKind::Notice)]);
        store.append(news.clone()).await.unwrap();
        oracle.append(news).await.unwrap();
        agree(&store, &oracle, Number::MAX).await;
        (last, steps) = (Some(next), steps + 1);
    }
    assert!(steps > 2);
    assert!(count(&store).await >= all);
    agree(&store, &oracle, Number::MAX).await;
    agree(&store, &oracle, 700).await;
    assert_eq!(store.list_step(None).await, Ok(None), "done once for all");
}

#[tokio::test]
async fn a_message_that_does_not_count_leaves_the_one_before_it() {
    let dir = tempfile::tempdir().unwrap();
    let (store, oracle) = (open(dir.path()), MemoryLog::default());
    let redact = |n: Number, number: Number| {
        let (by, msgid) = ("ali!ali@host".into(), "id".into());
        let (account, reason) = (None, None);
        let fact = Fact::Redact {
            by,
            account,
            number,
            msgid,
            reason,
        };
        row(n, ChannelId::NONE, fact)
    };
    let later = Batch {
        voids: vec![899, 895, 1_001],
        erased: vec![898],
        ..batch([redact(1_000, 898), redact(1_001, 897)])
    };
    for written in [many(), later] {
        store.append(written.clone()).await.unwrap();
        oracle.append(written).await.unwrap();
    }
    for upto in [Number::MAX, 1_000, 999, 898, 890, 300] {
        agree(&store, &oracle, upto).await;
    }
}

#[tokio::test]
async fn retention_takes_a_pair_with_its_last_message() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path());
    let at_day = |mut record: Record, day: u64| {
        record.stamp.wall_ms = day * 86_400_000;
        record
    };
    let said = MessageKind::Privmsg;
    let rows = [
        at_day(direct(1, 1, 2, said), 1),
        at_day(direct(2, 1, 2, said), 2),
        at_day(direct(3, 1, 3, said), 8),
        at_day(direct(4, 3, 1, MessageKind::Tagmsg), 9),
    ];
    store.append(batch(rows)).await.unwrap();
    store
        .append(batch([at_day(direct(5, 2, 3, said), 9)]))
        .await
        .unwrap();
    assert_eq!(count(&store).await, 6);
    let pass = async |retention| {
        let mut pass = Pass::new(retention, 10 * 86_400_000);
        while !pass.step(&store).await.unwrap().is_last {}
    };
    pass(Retention {
        days: 5,
        ..Retention::default()
    })
    .await;
    let left = targets(&store, 1, Number::MAX).await;
    assert_eq!(left, [("nick3at3".to_owned(), 8 * 86_400_000)]);
    assert_eq!(count(&store).await, 4);
    // One is kept of each list, and that is the one without a text.
    pass(Retention {
        direct_messages: 1,
        ..Retention::default()
    })
    .await;
    assert_eq!(targets(&store, 1, Number::MAX).await, []);
    assert_eq!(count(&store).await, 2);
}

#[tokio::test]
async fn questions_use_the_index_they_were_made_for() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path());
    for (sql, key) in [
        (LATEST, "latest USING PRIMARY KEY (owner=?)"),
        (NEWEST, "direct USING PRIMARY KEY (owner=? AND peer=?)"),
    ] {
        let plan = store.read(move |connection| {
            let mut statement = connection.prepare(&format!("EXPLAIN QUERY PLAN {sql}"))?;
            let rows = statement.query_map([1, 1], |row| row.get::<_, String>(3))?;
            rows.collect::<rusqlite::Result<Vec<_>>>()
        });
        let plan = plan.await.unwrap().join("; ");
        assert!(plan.contains(key), "{plan}");
        assert!(!plan.contains("TEMP B-TREE"), "{plan}");
    }
}
