//! The audit log over a real store, under paused time.

use std::net::Ipv4Addr;

use sockeye_proto::irc::settings::CaseMapping;
use tempfile::TempDir;

use super::sums::SUMS_MAX;
use super::*;
use crate::engine::Engine;
use crate::state::{Accounts, Bans, HashCost, Password, Permissions, StoreOptions};

const HERE: IpAddr = IpAddr::V4(Ipv4Addr::new(192, 0, 2, 1));

fn store() -> (TempDir, Store) {
    let dir = tempfile::tempdir().unwrap();
    let store = Store::open(dir.path(), &StoreOptions::default()).unwrap();
    (dir, store)
}

fn oda() -> Actor {
    Actor::new("oda", "192.0.2.9")
}

fn kill(on: &str) -> AuditEntry {
    AuditEntry::of(Act::Kill, oda(), on, "spam")
}

fn denied() -> AuditEntry {
    AuditEntry::of(Act::Denied, Actor::new("eve", "192.0.2.7"), "proxy", "")
}

async fn all(store: &Store) -> Vec<AuditRow> {
    let (mut rows, mut after) = (Vec::new(), 0);
    loop {
        let query = AuditQuery {
            after: Some(after),
            rows_max: u32::MAX,
            ..AuditQuery::default()
        };
        let page = query.ask(store).await.unwrap();
        rows.extend(page.rows);
        after = rows.last().map_or(0, |row: &AuditRow| row.id);
        if !page.more {
            return rows;
        }
    }
}

fn acts(rows: &[AuditRow]) -> Vec<&str> {
    rows.iter().map(|row| row.act.as_str()).collect()
}

#[tokio::test]
async fn what_is_noted_is_found_by_who_on_whom_and_when() {
    let (_dir, store) = store();
    let (audit, keeper) = Audit::new(&store);
    Engine::new(Default::default()).unwrap().spawn(keeper);
    audit.note(kill("bad1!u@192.0.2.3"));
    audit.note(AuditEntry::of_account(
        Act::AccountAdd,
        Actor::new("Bob", ""),
        "Ann",
        "may chat",
    ));
    audit.note(kill("bad2!u@192.0.2.3"));
    let find = async |change: fn(&mut AuditQuery)| {
        let mut query = AuditQuery {
            rows_max: 10,
            ..AuditQuery::default()
        };
        change(&mut query);
        let page = audit.find(query).await.unwrap();
        page.rows.into_iter().map(|row| row.on).collect::<Vec<_>>()
    };
    assert_eq!(find(|_| ()).await.len(), 3);
    assert_eq!(find(|query| query.by = Some("bOB".into())).await, ["Ann"]);
    for account in ["ann", "BOB"] {
        let about = Some(account.to_owned());
        let query = AuditQuery {
            account: about,
            rows_max: 10,
            ..AuditQuery::default()
        };
        assert_eq!(
            acts(&audit.find(query).await.unwrap().rows),
            ["account-add"]
        );
    }
    assert_eq!(
        find(|query| query.since_ms = u64::from(u32::MAX) * 1_000)
            .await
            .len(),
        0
    );
    assert_eq!(find(|query| query.rows_max = 1).await, ["bad2!u@192.0.2.3"]);
    assert_eq!(find(|query| query.before = Some(3)).await.len(), 2);
    assert_eq!(find(|query| query.after = Some(2)).await.len(), 1);
    assert_eq!(audit.lost(), 0);
}

#[tokio::test]
async fn a_row_of_a_hostile_name_is_one_short_line() {
    let (_dir, store) = store();
    let entry = AuditEntry::of(
        Act::Denied,
        Actor::new("a\r\nb\u{7}", "x".repeat(10_000)),
        &"ä".repeat(10_000),
        &"'); DROP TABLE audit; --".repeat(100),
    );
    store
        .write(move |transaction| entry.insert(transaction))
        .await
        .unwrap();
    let rows = all(&store).await;
    let text = rows[0].to_string();
    assert!(
        !text.contains(char::is_control) && text.len() < 1_200,
        "{text}"
    );
    assert!(rows[0].on.len() <= FIELD_BYTES_MAX && rows[0].on.ends_with(MORE));
    assert_eq!(rows[0].by, "a  b ");
}

#[tokio::test]
async fn changes_of_accounts_and_bans_have_their_rows_and_no_secret() {
    let (_dir, store) = store();
    let cost = HashCost::least();
    let accounts = Accounts::new(store.clone(), CaseMapping::Ascii, cost).by(oda());
    let secret = "correct horse";
    let password = || Password::new(secret);
    accounts
        .add("Ann", Some(password()), Permissions::CHAT)
        .await
        .unwrap();
    accounts
        .add("ann", None, Permissions::CHAT)
        .await
        .unwrap_err();
    accounts.set_password("ann", password()).await.unwrap();
    accounts
        .set_permissions("ann", Permissions::BAN | Permissions::CHAT)
        .await
        .unwrap();
    accounts.add_certificate("ann", [7; 32], "").await.unwrap();
    accounts
        .add_certificate("ann", [7; 32], "")
        .await
        .unwrap_err();
    accounts.remove_certificate("ann", [7; 32]).await.unwrap();
    accounts.register("bob", password(), HERE).await.unwrap();
    accounts.remove("ann").await.unwrap();
    accounts.remove("ann").await.unwrap_err();
    let bans = Bans::open(store.clone(), CaseMapping::Ascii).await.unwrap();
    bans.add("account:bob", Some(1_000), "spam", &oda())
        .await
        .unwrap();
    bans.remove("account:bob", &oda()).await.unwrap();
    bans.remove("account:bob", &oda()).await.unwrap_err();

    let rows = all(&store).await;
    let expected = [
        "account-add",
        "account-password",
        "account-allow",
        "certificate-add",
        "certificate-remove",
        "account-register",
        "account-remove",
        "ban",
        "unban",
    ];
    assert_eq!(acts(&rows), expected);
    assert!(
        rows.iter()
            .all(|row| (&*row.by, &*row.from) == ("oda", "192.0.2.9"))
    );
    assert_eq!(rows[2].detail, "may chat,ban");
    assert_eq!(rows[7].account.as_deref(), Some("bob"));
    let text = format!("{rows:?}");
    assert!(!text.contains(secret) && !text.contains("argon2"), "{text}");
}

#[tokio::test]
async fn failed_logins_are_summed_up_and_names_that_are_none_are_not_told() {
    let (_dir, store) = store();
    let accounts = Accounts::new(store.clone(), CaseMapping::Ascii, HashCost::least());
    let (audit, keeper) = Audit::new(&store);
    Engine::new(Default::default()).unwrap().spawn(keeper);
    accounts.set_audit(audit.clone());
    accounts
        .add("Ann", Some(Password::new("right")), Permissions::CHAT)
        .await
        .unwrap();
    let wrong = Password::new("wrong");
    let refused = accounts.verify_password("ANN", &wrong, HERE).await;
    assert!(refused.is_err());
    // What cannot be a name is compared as an empty one.
    for folded in ["ann", "hunter2", "", "ann"] {
        audit.login_failed(HERE, folded);
    }
    let query = AuditQuery {
        rows_max: 10,
        ..AuditQuery::default()
    };
    let rows = audit.find(query).await.unwrap().rows;
    let sums: Vec<_> = rows[1..]
        .iter()
        .map(|row| (&*row.act, &*row.on, &*row.from, row.times))
        .collect();
    assert_eq!(
        sums,
        [
            ("login-failed", "(no such account)", "192.0.2.1", 2),
            ("login-failed", "Ann", "192.0.2.1", 3),
        ]
    );
    assert!(!format!("{rows:?}").contains("hunter2"));
}

#[tokio::test]
async fn a_guesser_with_many_addresses_fills_no_memory() {
    let (_dir, store) = store();
    let mut sums = Sums::default();
    for n in 0..3 * SUMS_MAX as u32 {
        sums.add(IpAddr::from(n.to_be_bytes()), "ann", 1);
    }
    store
        .write(move |transaction| sums.insert(transaction))
        .await
        .unwrap();
    let rows = all(&store).await;
    assert_eq!(rows.len(), SUMS_MAX + 1);
    let times: u32 = rows.iter().map(|row| row.times).sum();
    assert_eq!(times, 3 * SUMS_MAX as u32);
}

#[tokio::test]
async fn strangers_push_out_each_other_and_nobody_else() {
    let (_dir, store) = store();
    let filled = store.write(|transaction| {
        for n in 0..1_200 {
            if n % 100 == 0 {
                kill(&n.to_string()).insert(transaction)?;
            }
            denied().insert(transaction)?;
        }
        Ok(())
    });
    filled.await.unwrap();
    let retention = AuditRetention { days: 0, rows: 50 };
    let mut steps = Vec::new();
    loop {
        let deleted = retention.step(&store, wall_ms()).await.unwrap();
        assert!(deleted <= ROWS_A_STEP_MAX);
        if deleted == 0 {
            break;
        }
        steps.push(deleted);
    }
    assert_eq!(steps.iter().sum::<usize>(), 1_150);
    let rows = all(&store).await;
    let kills = rows.iter().filter(|row| row.act == "kill").count();
    assert_eq!((kills, rows.len()), (12, 62));

    let forever = AuditRetention { days: 0, rows: 0 };
    assert_eq!(forever.step(&store, u64::MAX).await.unwrap(), 0);
    let short = AuditRetention { days: 1, rows: 0 };
    let tomorrow = wall_ms() + 2 * DAY_MS;
    assert_eq!(short.step(&store, tomorrow).await.unwrap(), 62);
}

#[tokio::test(start_paused = true)]
async fn a_flood_of_strangers_is_cut_and_counted() {
    let (_dir, store) = store();
    let (audit, keeper) = Audit::new(&store);
    for _ in 0..STRANGERS_BURST + 10 {
        audit.note(denied());
    }
    audit.note(kill("bad"));
    assert_eq!(audit.lost(), 10);
    drop(audit);
    // It writes what there is, then ends, since nobody can note anything any more.
    keeper.await;
    assert_eq!(all(&store).await.len(), STRANGERS_BURST as usize + 1);
}

#[tokio::test]
async fn a_full_disk_refuses_a_ban_and_loses_a_kill_loudly() {
    let dir = tempfile::tempdir().unwrap();
    let options = StoreOptions {
        pages_max: Some(64),
        ..StoreOptions::default()
    };
    let store = Store::open(dir.path(), &options).unwrap();
    let bans = Bans::open(store.clone(), CaseMapping::Ascii).await.unwrap();
    let full = store.write(|transaction| {
        let sql = "INSERT INTO meta (key, value) VALUES (?1, zeroblob(?2))";
        let mut n = 0;
        for bytes in [100_000, 4_000, 100] {
            while transaction.execute(sql, (n.to_string(), bytes)).is_ok() {
                n += 1;
            }
        }
        Ok(n)
    });
    // The transaction may have been rolled back by what made it full.
    let _ = full.await;
    let (audit, keeper) = Audit::new(&store);
    let mut set = 0;
    let refused = loop {
        let target = format!("*!*{}@long.example", "x".repeat(90 + set % 10));
        let reason = format!("{set}{}", "y".repeat(150));
        match bans
            .add(&format!("{target}{set}"), None, &reason, &oda())
            .await
        {
            Ok(_) => set += 1,
            Err(refused) => break refused,
        }
    };
    assert!(
        matches!(refused, crate::state::BanError::Store(LogError::Full(_))),
        "{refused}"
    );
    assert_eq!(bans.list().len(), set, "what was refused does not hold");
    let kept = all(&store).await;
    assert_eq!(acts(&kept).iter().filter(|act| **act == "ban").count(), set);

    let long = "z".repeat(FIELD_BYTES_MAX);
    for _ in 0..100 {
        audit.note(kill(&long));
    }
    let inner = audit.shared.clone();
    drop(audit);
    keeper.await;
    let lost = inner.lost.load(Ordering::Relaxed);
    assert!(lost > 0);
    assert_eq!(all(&store).await.len() as u64, set as u64 + 100 - lost);
}
