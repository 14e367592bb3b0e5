//! Gateways that say by WEBIRC whom they come for.

use super::*;
use crate::state::{Actor, Bans};

fn gateway(from: &str) -> Gateway {
    Gateway {
        name: "web".into(),
        password: Some("secret".into()),
        fingerprint: None,
        from: vec![from.parse().unwrap()],
    }
}

async fn hub_with(gateways: Vec<Gateway>) -> Hub {
    let log = MemoryLog::default();
    Hub::start(ChatOptions {
        rules: ClientRules {
            gateways,
            ..ClientRules::default()
        },
        ..options(log.clone(), log)
    })
    .await
}

impl Hub {
    /// Connects as a gateway for somebody at `address`.
    async fn by_gateway(&self, address: &str) -> Client {
        let mut client = self.connect().await;
        client
            .say(&format!(
                "WEBIRC secret web {address} {address} :secure\r\n"
            ))
            .await;
        client
    }
}

#[tokio::test(start_paused = true)]
async fn whom_a_gateway_comes_for_is_shown_counted_and_limited() {
    let hub = hub_with(vec![gateway("0.0.0.0")]).await;
    let mut bo = hub.member("bo").await;
    let mut ali = hub.by_gateway("198.51.100.7").await;
    ali.say("NICK ali\r\nUSER a 0 * :a\r\nJOIN #fish\r\n").await;
    bo.until(":ali!a@198.51.100.7 JOIN #fish").await;
    ali.say("WHOIS ali\r\nWEBIRC secret web 192.0.2.1 192.0.2.1\r\n")
        .await;
    // The gateway itself has no secure connection, so its client has none.
    let mut by = None;
    loop {
        let line = ali.line().await.unwrap();
        assert!(!line.contains(" 671 "), "{line}");
        by = by.or(line.contains(" 350 ").then(|| line.clone()));
        if line.contains(" 318 ") {
            break;
        }
    }
    let by = by.unwrap();
    assert!(by.starts_with(":hub.example 350 ali ali * "), "{by}");
    assert!(
        by.ends_with(" :is connected via the web WebIRC gateway"),
        "{by}"
    );
    ali.until(" 462 ali ").await;

    let mut waiting = Vec::new();
    for _ in 0..SOURCE_PENDING_MAX {
        let mut client = hub.by_gateway("203.0.113.5").await;
        client.say("PING here\r\n").await;
        client.until("PONG").await;
        waiting.push(client);
    }
    let mut more = hub.by_gateway("203.0.113.5").await;
    let why = "Too many unregistered connections from your network";
    assert_eq!(more.rest().await, [format!("ERROR :Closing link: ({why})")]);
    let mut other = hub.by_gateway("203.0.113.6").await;
    other.say("NICK other\r\nUSER o 0 * :o\r\n").await;
    other.until(" 001 other ").await;
}

#[tokio::test(start_paused = true)]
async fn who_is_no_gateway_is_not_believed() {
    let here = || gateway("0.0.0.0");
    let refused = [
        Vec::new(),
        vec![gateway("192.0.2.1")],
        vec![Gateway {
            password: Some("secret2".into()),
            ..here()
        }],
        vec![Gateway {
            fingerprint: Some([7; 32]),
            ..here()
        }],
        vec![Gateway {
            password: None,
            fingerprint: Some([7; 32]),
            ..here()
        }],
        vec![Gateway {
            password: None,
            ..here()
        }],
    ];
    for gateways in refused {
        let hub = hub_with(gateways).await;
        let mut client = hub.by_gateway("198.51.100.7").await;
        let error = "ERROR :Closing link: (Invalid WebIRC password)";
        assert_eq!(client.rest().await, [error]);
    }
    let hub = hub_with(vec![gateway("192.0.2.1"), here()]).await;
    let mut client = hub.by_gateway("198.51.100.7").await;
    client.say("NICK ali\r\nUSER a 0 * :a\r\n").await;
    client.until(" 001 ali ").await;
}

#[tokio::test(start_paused = true)]
async fn a_ban_of_an_address_holds_for_those_a_gateway_comes_for() {
    let dir = tempfile::tempdir().unwrap();
    let store = Store::open(dir.path(), &StoreOptions::default()).unwrap();
    let bans = Bans::open(store, CaseMapping::Ascii).await.unwrap();
    let ali = Actor::new("ali", "");
    let added = bans.add("198.51.100.0/24", None, "spam", &ali).await;
    added.unwrap();
    let log = MemoryLog::default();
    let hub = Hub::start(ChatOptions {
        bans: Some(bans),
        rules: ClientRules {
            gateways: vec![gateway("0.0.0.0")],
            ..ClientRules::default()
        },
        ..options(log.clone(), log)
    })
    .await;
    let told = hub.by_gateway("198.51.100.7").await.rest().await;
    assert!(
        told[0].contains(" 465 * :") && told[0].contains("spam"),
        "{told:?}"
    );
    assert_eq!(told[1], "ERROR :Closing link: (spam)");
    let mut other = hub.by_gateway("198.51.101.7").await;
    other.say("NICK other\r\nUSER o 0 * :o\r\n").await;
    other.until(" 001 other ").await;
}
