//! The keys of `serve = "balance"`.

use std::time::Duration;

use sockeye_proto::balance::Method;

use super::mistakes;
use crate::endpoint::Endpoint;
use crate::hub::config::{Config, Listen};
use crate::service::balance::{
    BackendOptions, BalanceOptions, CheckKind, CheckOptions, EjectOptions, QueueOptions,
};

const MS: Duration = Duration::from_millis(1);

fn listen(text: &str) -> Listen {
    let entry = format!("[[listen]]\nat = \"5432\"\n{text}");
    let config = Config::parse(&entry, "hub.toml");
    config
        .unwrap_or_else(|error| panic!("{error}"))
        .listen
        .remove(0)
}

#[test]
fn every_key_of_a_balancer_reaches_its_place() {
    let found = listen(
        r#"
serve = "balance"
to = ["a:1 +proxy,version=2", { to = "unix:/b", name = "b", weight = 7, max = 9, backup = true }]
method = "consistent-hash"
load_percent = 150
connect_timeout = "250ms"
sticky = "30m"
slow_start = "1m"
queue = { max = 5, wait = "2s" }
eject = { after = 4, for = "20s" }
[listen.check]
every = "2s"
fast = "500ms"
timeout = "900ms"
fall = 5
rise = 4
kind = "http"
path = "/up"
host = "db"
status = "200-299,401"
"#,
    );
    let plain = |text| BackendOptions::new(Endpoint::parse(text).unwrap());
    let named = BackendOptions {
        name: "b".into(),
        weight: 7,
        sessions_max: Some(9),
        is_backup: true,
        ..plain("unix:/b")
    };
    let expected = BalanceOptions {
        backends: vec![plain("a:1 +proxy,version=2"), named],
        method: Method::ConsistentHash { load_percent: 0 },
        load_percent: 150,
        sticky: 1_800_000 * MS,
        slow_start: 60_000 * MS,
        connect_timeout: 250 * MS,
        queue: QueueOptions {
            max: 5,
            wait: 2_000 * MS,
        },
        eject: EjectOptions {
            after: 4,
            time: 20_000 * MS,
        },
        check: Some(CheckOptions {
            every: 2_000 * MS,
            fast: 500 * MS,
            timeout: 900 * MS,
            fall: 5,
            rise: 4,
            kind: CheckKind::Http,
            path: "/up".into(),
            host: "db".into(),
            status: vec![200..=299, 401..=401],
            ..CheckOptions::default()
        }),
    };
    assert_eq!(found.balance, Some(expected));
    assert_eq!(listen("serve = \"chat\"").balance, None);
    let short = listen("serve = \"balance:a:1,b:2\"").balance.unwrap();
    assert_eq!(short.backends, [plain("a:1"), plain("b:2")]);
}

#[test]
fn what_does_not_go_together_is_refused() {
    let entry = |text: &str| mistakes(&format!("[[listen]]\n{text}"));
    for (text, what) in [
        ("at = \"1\"\nserve = \"balance\"", "has no backends"),
        (
            "at = \"1\"\nserve = \"balance\"\nto = \"a:1\"",
            "is not a list",
        ),
        (
            "at = \"1\"\nserve = \"balance:a:1\"\nto = [\"b:2\"]",
            "say the same",
        ),
        (
            "at = \"1\"\nserve = \"balance:a:1,tpc://b:2\"",
            "unknown scheme tpc",
        ),
        (
            "at = \"udp://:1\"\nserve = \"balance:a:1\"",
            "udp carries messages",
        ),
        (
            "at = \"1\"\nserve = \"balance:a:1\"\ncheck = { path = \"/x\" }",
            "`path` has no effect on a check of kind connect",
        ),
        (
            "at = \"1\"\nserve = \"balance:a:1\"\ncheck = { kind = \"script\" }",
            "has no `script`",
        ),
    ] {
        let shown = entry(text);
        assert!(shown.contains(what), "{what} in {shown}");
    }
}

#[test]
fn a_reload_tells_what_changes_at_a_balancer() {
    let old = listen("serve = \"balance\"\nto = [\"a:1\"]");
    let new =
        listen("serve = \"balance\"\nto = [\"a:1\", { to = \"b:2\", max = 5 }]\nsticky = \"5m\"");
    let changes = [
        "tcp://localhost:5432 balance.to: [\"tcp://a:1\"] → [\"tcp://a:1\", { backup = false, \
         max = 5, name = \"tcp://b:2\", to = \"tcp://b:2\", weight = 1 }]",
        "tcp://localhost:5432 balance.sticky: \"0ms\" → \"5m\"",
    ];
    assert_eq!(old.balance_changes(&new), changes);
    assert_eq!(new.balance_changes(&new), Vec::<String>::new());
}

#[test]
fn a_key_of_another_service_is_sent_home() {
    let entry = "[[listen]]\nat = \"6667\"\nserve = \"chat\"\nmethod = \"random\"\nmetod = 1\n";
    let shown = mistakes(&format!("method = \"random\"\n{entry}"));
    for said in [
        "1:1: unknown section or key `method`",
        "= `method` belongs under [[listen]]",
        "5:1: `method` has no effect here",
        "= it belongs to serve = \"balance\"",
        "6:1: unknown key `metod`",
        "= [[listen]] takes at, serve",
    ] {
        assert!(shown.contains(said), "{said} in {shown}");
    }
}

#[test]
fn every_mistake_of_a_balancer_is_shown() {
    insta::assert_snapshot!(mistakes(
        r#"
[[listen]]
at = "5432"
serve = "balance"
to = ["tpc://a:1", { to = "a:2", weigt = 3 }, { weight = 300, name = "b" }, "echo:", "-", 7,
      "udp://a:3", "a:4 +retry,3", "a:5", "tcp://a:5"]
method = "least-conections"
load_percent = 5000
sticky = "30"
slow_start = "5d5"
queue = { max = -1, wait = "0s" }
eject = 3
check = { every = "10ms", kind = "htttp", path = "health", status = "2xx", script = "sed 1" }
tot = 1
"#
    ));
}
