//! Bans over a real store; time is tokio's, the clock on the wall the machine's.

use super::*;

async fn bans(dir: &std::path::Path) -> Bans {
    let store = Store::open(dir, &Default::default()).unwrap();
    Bans::open(store, CaseMapping::Ascii).await.unwrap()
}

fn at(address: &str) -> Suspect<'_> {
    Suspect {
        address: Some(address.parse().unwrap()),
        ..Suspect::default()
    }
}

fn oda() -> Actor {
    Actor::new("oda", "192.0.2.9")
}

fn bob() -> Suspect<'static> {
    Suspect {
        account: Some("BOB"),
        ..Suspect::default()
    }
}

#[tokio::test]
async fn a_ban_ends_when_its_span_is_over_whatever_the_clock_says() {
    let dir = tempfile::tempdir().unwrap();
    let bans = bans(dir.path()).await;
    tokio::time::pause();
    let span = Duration::from_millis(1_000);
    let oda = oda();
    let set = bans.add("203.0.113.0/24", Some(1_000), "spam", &oda).await;
    assert_eq!(set.unwrap().target.to_string(), "203.0.113.0/24");
    // The clock on the wall stands still all the while.
    tokio::time::advance(span - Duration::from_millis(1)).await;
    assert_eq!(bans.find(&at("203.0.113.9")).unwrap().reason, "spam");
    assert!(bans.find(&at("203.0.114.9")).is_none());
    tokio::time::advance(Duration::from_millis(1)).await;
    assert!(bans.find(&at("203.0.113.9")).is_none());
    assert!(bans.list().is_empty());
    let gone = bans.remove("203.0.113.0/24", &oda).await;
    assert_eq!(gone, Err(BanError::Unknown), "it has ended");
}

#[tokio::test]
async fn bans_outlive_a_restart_and_name_accounts_as_they_are_compared() {
    let dir = tempfile::tempdir().unwrap();
    let first = bans(dir.path()).await;
    first.add("account:Bob", None, "", &oda()).await.unwrap();
    let hour = Some(3_600_000);
    first.add("192.0.2.1", hour, "", &oda()).await.unwrap();
    let ended = first.inner.store.write(|transaction| {
        let sql = "INSERT INTO ban VALUES ('192.0.2.2', '', 'oda', 1, 2)";
        transaction.execute(sql, [])
    });
    ended.await.unwrap();
    drop(first);

    let again = bans(dir.path()).await;
    assert!(again.find(&at("192.0.2.1")).is_some());
    assert!(again.find(&at("192.0.2.2")).is_none(), "it had ended");
    assert!(again.find(&bob()).is_some());
    let removed = again.remove("account:bOB", &oda()).await.unwrap();
    assert_eq!(removed.by, "oda");
    assert!(again.find(&bob()).is_none());
    assert_eq!(
        again.remove("account:bob", &oda()).await,
        Err(BanError::Unknown)
    );
}

#[tokio::test]
async fn masks_fit_what_is_shown_and_the_address() {
    let dir = tempfile::tempdir().unwrap();
    let bans = bans(dir.path()).await;
    bans.add("bad*@*", None, "", &oda()).await.unwrap();
    bans.add("*@10.0.0.*", None, "", &oda()).await.unwrap();
    let from = |address: &str, user| {
        let suspect = Suspect {
            source: Some(("nick", user, "cloak.ip")),
            ..at(address)
        };
        bans.find(&suspect).map(|ban| ban.target.to_string())
    };
    assert_eq!(from("192.0.2.1", "badly").as_deref(), Some("*!bad*@*"));
    assert_eq!(from("10.0.0.7", "good").as_deref(), Some("*!*@10.0.0.*"));
    assert_eq!(from("192.0.2.1", "good"), None);
}

#[tokio::test]
async fn networks_are_met_at_their_edges_and_in_either_writing() {
    let dir = tempfile::tempdir().unwrap();
    let bans = bans(dir.path()).await;
    for (target, kept, inside, outside) in [
        ("10.1.2.3/8", "10.0.0.0/8", "10.255.255.255", "11.0.0.0"),
        (
            "192.0.2.128/25",
            "192.0.2.128/25",
            "192.0.2.128",
            "192.0.2.127",
        ),
        (
            "198.51.100.7",
            "198.51.100.7/32",
            "198.51.100.7",
            "198.51.100.6",
        ),
        (
            "::ffff:203.0.113.0/120",
            "203.0.113.0/24",
            "203.0.113.255",
            "203.0.114.0",
        ),
        (
            "2001:db8::1/64",
            "2001:db8::/64",
            "2001:db8::ffff:0:1",
            "2001:db8:0:1::",
        ),
        (
            "2001:DB8:5::/127",
            "2001:db8:5::/127",
            "2001:db8:5::1",
            "2001:db8:5::2",
        ),
    ] {
        let set = bans.add(target, None, "", &oda()).await.unwrap();
        assert_eq!(set.target.to_string(), kept, "{target}");
        assert!(bans.keeps_out(inside.parse().unwrap()), "{target} {inside}");
        assert!(
            !bans.keeps_out(outside.parse().unwrap()),
            "{target} {outside}"
        );
        bans.remove(kept, &oda()).await.unwrap();
    }
    bans.add("192.0.2.0/24", None, "", &oda()).await.unwrap();
    assert!(bans.keeps_out("::ffff:192.0.2.1".parse().unwrap()));
}

#[tokio::test]
async fn what_would_be_everybody_or_nobody_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    let bans = bans(dir.path()).await;
    for target in [
        "",
        "*",
        "0.0.0.0/0",
        "::/0",
        "::ffff:0:0/96",
        "10.0.0.0/33",
        "10.0.0.0/-1",
        "10.0.0.0/",
        "2001:db8::/129",
        "account:",
        "account:a b",
        "a/b",
    ] {
        let refused = bans.add(target, None, "", &oda()).await;
        assert_eq!(refused, Err(BanError::ConfigTarget(target.into())));
    }
    let refused = bans.add("10.0.0.1", None, "a\nb", &oda()).await;
    assert_eq!(refused, Err(BanError::ConfigReason));
}

#[tokio::test]
async fn there_is_a_limit_and_what_has_ended_does_not_count() {
    let dir = tempfile::tempdir().unwrap();
    let first = bans(dir.path()).await;
    let filled = first.inner.store.write(|transaction| {
        for n in 0..BANS_MAX {
            let sql = "INSERT INTO ban VALUES (?1, '', 'oda', 1, ?2)";
            let far = (n > 0).then_some(u64::from(u32::MAX) * 1_000);
            let near = far.unwrap_or_else(|| wall_ms() + 60_000);
            transaction.execute(sql, (format!("account:a{n}"), near))?;
        }
        Ok(())
    });
    filled.await.unwrap();
    drop(first);
    let bans = bans(dir.path()).await;
    let full = bans.add("10.0.0.1", None, "", &oda()).await;
    assert_eq!(full, Err(BanError::Full));
    assert!(bans.add("account:a7", None, "", &oda()).await.is_ok());
    tokio::time::pause();
    tokio::time::advance(Duration::from_millis(60_000)).await;
    assert!(bans.add("10.0.0.1", None, "", &oda()).await.is_ok());
    assert_eq!(bans.list().len(), BANS_MAX);
}

#[tokio::test]
async fn an_address_is_kept_out_while_a_ban_of_it_holds() {
    let dir = tempfile::tempdir().unwrap();
    let bans = bans(dir.path()).await;
    tokio::time::pause();
    let out = |address: &str| bans.keeps_out(address.parse().unwrap());
    for target in [
        "203.0.113.0/24",
        "2001:db8::/32",
        "account:bob",
        "*!*@192.0.2.1",
    ] {
        bans.add(target, Some(1_000), "", &oda()).await.unwrap();
    }
    assert!(out("203.0.113.9") && out("::ffff:203.0.113.9") && out("2001:db8::9"));
    // Masks are about how somebody is shown in chat.
    assert!(!out("203.0.114.9") && !out("192.0.2.1") && !out("::1"));
    bans.remove("2001:db8::/32", &oda()).await.unwrap();
    assert!(!out("2001:db8::9"));
    tokio::time::advance(Duration::from_millis(1_000)).await;
    assert!(!out("203.0.113.9"));
}
