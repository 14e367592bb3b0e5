//! The balancer over memory, with paused time.

use std::time::Duration;

use sockeye_proto::balance::{Method, Order};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::time::Instant;

use super::*;
use crate::endpoint::{Address, Endpoint};
use crate::engine::{EngineLimits, Listening};
use crate::io::Stream;
use crate::service::{Discard, serve_fn};

const S: Duration = Duration::from_secs(1);

/// A balancer at `mem:front`.
struct Bench {
    engine: Engine,
    balance: Arc<Balance>,
    _front: Listening,
}

impl Bench {
    async fn new(options: BalanceOptions) -> Self {
        let engine = Engine::new(EngineLimits::default()).unwrap();
        let balance = Arc::new(Balance::new(&engine));
        balance.configure(Prepared::new(options, None).unwrap());
        let front = Endpoint::parse("mem:front").unwrap();
        let front = engine.listen(&front, Arc::clone(&balance) as _).await;
        Self {
            engine,
            balance,
            _front: front.unwrap(),
        }
    }

    /// Starts a backend that says its name and then sends back what it gets.
    async fn backend(&self, name: &'static str) -> Listening {
        let says = serve_fn(name, move |conversation, _session| {
            Box::pin(async move {
                let Conversation::Stream(stream) = conversation else {
                    panic!("a byte stream");
                };
                let (mut reader, mut writer) = tokio::io::split(stream);
                // Whoever has gone does not want to know.
                let _ = writer.write_all(format!("{name}\n").as_bytes()).await;
                let _ = tokio::io::copy(&mut reader, &mut writer).await;
                let _ = writer.shutdown().await;
                Ok(())
            })
        });
        let at = Endpoint::parse(&format!("mem:{name}")).unwrap();
        self.engine.listen(&at, Arc::new(says)).await.unwrap()
    }

    async fn client(&self) -> BufReader<Stream> {
        let front = Endpoint::parse("mem:front").unwrap();
        let Conversation::Stream(stream) = self.engine.open(&front).await.unwrap().0 else {
            panic!("a byte stream");
        };
        BufReader::new(stream)
    }

    /// Connects, and returns the backend that answers with the connection.
    async fn joined(&self) -> (String, BufReader<Stream>) {
        let mut client = self.client().await;
        (name_of(&mut client).await, client)
    }

    /// Returns each backend with its state, its sessions and those it has served and failed.
    fn rows(&self) -> Vec<(String, &'static str, u32, u64, u64)> {
        let (rows, ..) = self.balance.state();
        let row = |row: BackendRow| {
            let name = row.name.trim_start_matches("mem:").to_owned();
            (name, row.state, row.sessions, row.served, row.failures)
        };
        rows.into_iter().map(row).collect()
    }

    /// Waits until so many sessions are at its backends.
    async fn until_sessions(&self, count: u32) {
        while self.rows().iter().map(|row| row.2).sum::<u32>() != count {
            tokio::task::yield_now().await;
        }
    }
}

/// Returns the name that a backend says first; empty where the connection ends before.
async fn name_of(client: &mut BufReader<Stream>) -> String {
    let mut name = String::new();
    let _ = client.read_line(&mut name).await;
    name.trim_end().to_owned()
}

fn backend(text: &str) -> BackendOptions {
    BackendOptions::new(Endpoint::parse(text).unwrap())
}

fn options(backends: &[&str]) -> BalanceOptions {
    BalanceOptions {
        backends: backends.iter().map(|text| backend(text)).collect(),
        ..BalanceOptions::default()
    }
}

#[tokio::test(start_paused = true)]
async fn sessions_go_in_turn_and_say_where() {
    let bench = Bench::new(options(&["mem:a", "mem:b"])).await;
    let _backends = [bench.backend("a").await, bench.backend("b").await];
    let mut clients = Vec::new();
    for expected in ["a", "b", "a"] {
        let (name, client) = bench.joined().await;
        assert_eq!(name, expected);
        clients.push(client);
    }
    let sessions = bench.engine.sessions();
    let of_balance = sessions.iter().filter(|row| row.service == "balance");
    let to: Vec<_> = of_balance.map(|row| row.to.as_deref().unwrap()).collect();
    assert_eq!(to, ["mem:a", "mem:b", "mem:a"]);

    // Half-close, both ways through.
    let mut client = clients.pop().unwrap();
    client.write_all(b"to and fro").await.unwrap();
    client.shutdown().await.unwrap();
    let mut answer = String::new();
    client.read_to_string(&mut answer).await.unwrap();
    assert_eq!(answer, "to and fro");
    bench.until_sessions(2).await;
    drop(clients);
    bench.until_sessions(0).await;
    assert_eq!(bench.rows()[0], ("a".into(), "up", 0, 2, 0));
}

#[tokio::test(start_paused = true)]
async fn another_one_is_tried_and_who_fails_is_left_out() {
    let bench = Bench::new(options(&["mem:gone", "mem:a"])).await;
    let _a = bench.backend("a").await;
    for _ in 0..8 {
        assert_eq!(bench.joined().await.0, "a");
    }
    bench.until_sessions(0).await;
    assert_eq!(bench.rows()[0], ("gone".into(), "down", 0, 0, 3));
    let (rows, ..) = bench.balance.state();
    assert_eq!(rows[0].reason, "nobody listens at that name");

    // It is given another try when its time is over.
    tokio::time::sleep(11 * S).await;
    let _gone = bench.backend("gone").await;
    let mut names = [bench.joined().await.0, bench.joined().await.0];
    names.sort();
    assert_eq!(names, ["a", "gone"]);
}

#[tokio::test(start_paused = true)]
async fn where_none_is_left_the_session_ends_and_no_place_is_kept() {
    let bench = Bench::new(options(&["mem:gone", "mem:too"])).await;
    for _ in 0..5 {
        assert_eq!(bench.joined().await.0, "");
    }
    bench.until_sessions(0).await;
    // All are left out, so they are tried all the same.
    let _too = bench.backend("too").await;
    assert_eq!(bench.joined().await.0, "too");
}

#[tokio::test(start_paused = true)]
async fn who_finds_all_full_waits_in_turn_and_not_too_long() {
    let mut options = options(&["mem:a"]);
    options.backends[0].sessions_max = Some(1);
    options.queue = QueueOptions {
        max: 2,
        wait: 5 * S,
    };
    let bench = Bench::new(options).await;
    let _a = bench.backend("a").await;
    let (name, first) = bench.joined().await;
    assert_eq!(name, "a");
    let began = Instant::now();
    let (mut second, mut third) = (bench.client().await, bench.client().await);
    while bench.balance.state().1 < 2 {
        tokio::task::yield_now().await;
    }
    assert_eq!(bench.joined().await.0, "", "the queue is full");
    assert_eq!(began.elapsed(), Duration::ZERO, "and says so at once");

    drop(first);
    assert_eq!(name_of(&mut second).await, "a");
    assert_eq!(bench.rows()[0].2, 1, "never more than it may have");
    assert_eq!(name_of(&mut third).await, "", "its time is over");
    assert_eq!(began.elapsed(), 5 * S);
    assert_eq!(bench.balance.state().1, 0);
    drop(second);
    bench.until_sessions(0).await;
}

#[tokio::test(start_paused = true)]
async fn who_waits_ends_with_the_hub_and_keeps_no_place() {
    let mut options = options(&["mem:a"]);
    options.backends[0].sessions_max = Some(1);
    options.queue = QueueOptions {
        max: 2,
        wait: 60 * S,
    };
    let bench = Bench::new(options).await;
    let _a = bench.backend("a").await;
    let (_, first) = bench.joined().await;
    let mut second = bench.client().await;
    while bench.balance.state().1 < 1 {
        tokio::task::yield_now().await;
    }
    let engine = bench.engine.clone();
    let (drained, name) = tokio::join!(engine.drain(10 * S), async {
        let name = name_of(&mut second).await;
        drop(first);
        name
    });
    assert_eq!(name, "");
    assert_eq!(drained.cut, 0);
    assert_eq!(bench.balance.state().1, 0);
    bench.until_sessions(0).await;
}

#[tokio::test(start_paused = true)]
async fn who_does_not_answer_in_time_is_passed_over() {
    let mut options = options(&["mem:silent +ws", "mem:a"]);
    options.connect_timeout = 2 * S;
    let bench = Bench::new(options).await;
    let silent = Endpoint::parse("mem:silent").unwrap();
    let silent = bench.engine.listen(&silent, Arc::new(Discard)).await;
    let _backends = (silent.unwrap(), bench.backend("a").await);
    let began = Instant::now();
    assert_eq!(bench.joined().await.0, "a");
    assert_eq!(began.elapsed(), 2 * S);
    assert_eq!(bench.rows()[0].4, 1);
}

#[tokio::test(start_paused = true)]
async fn orders_hold_for_new_sessions() {
    let bench = Bench::new(options(&["mem:a", "mem:b"])).await;
    let _backends = [bench.backend("a").await, bench.backend("b").await];
    let (name, mut at_a) = bench.joined().await;
    assert_eq!(name, "a");
    assert!(bench.balance.order("mem:a", Order::Drain));
    assert!(!bench.balance.order("mem:c", Order::Drain));
    for _ in 0..3 {
        assert_eq!(bench.joined().await.0, "b");
    }
    at_a.write_all(b"still\n").await.unwrap();
    assert_eq!(name_of(&mut at_a).await, "still", "a session lives on");
    assert_eq!(bench.rows()[0].1, "drain");
    bench.balance.order("mem:a", Order::Ready);
    bench.balance.weigh("mem:b", 0);
    assert_eq!(bench.joined().await.0, "a");
}

#[tokio::test(start_paused = true)]
async fn a_reload_keeps_sessions_counts_and_orders() {
    let bench = Bench::new(options(&["mem:a", "mem:b"])).await;
    let _backends = [
        bench.backend("a").await,
        bench.backend("b").await,
        bench.backend("c").await,
    ];
    let (_, mut at_a) = bench.joined().await;
    bench.balance.order("mem:b", Order::Maintenance);
    let next = BalanceOptions {
        method: Method::First,
        ..options(&["mem:b", "mem:c"])
    };
    bench.balance.configure(Prepared::new(next, None).unwrap());
    assert_eq!(bench.joined().await.0, "c");
    bench.until_sessions(1).await;
    let expected = [
        ("a".into(), "leaving", 1, 1, 0),
        ("b".into(), "maintenance", 0, 0, 0),
        ("c".into(), "up", 0, 1, 0),
    ];
    assert_eq!(bench.rows(), expected);
    at_a.write_all(b"still\n").await.unwrap();
    assert_eq!(name_of(&mut at_a).await, "still");
    drop(at_a);
    bench.until_sessions(0).await;
    assert_eq!(bench.rows().len(), 2);
    bench.balance.retire();
    assert_eq!(bench.joined().await.0, "");
}

#[tokio::test(start_paused = true)]
async fn checks_take_a_backend_out_and_back_and_end() {
    let mut options = options(&["mem:a", "mem:b"]);
    options.check = Some(CheckOptions {
        every: S,
        fast: S / 2,
        fall: 2,
        rise: 2,
        ..CheckOptions::default()
    });
    let bench = Bench::new(options).await;
    let (a, _b) = (bench.backend("a").await, bench.backend("b").await);
    tokio::time::sleep(5 * S).await;
    assert_eq!([bench.rows()[0].1, bench.rows()[1].1], ["up"; 2]);
    a.close();
    a.finished().await;
    drop(a);
    tokio::time::sleep(3 * S).await;
    assert_eq!([bench.rows()[0].1, bench.rows()[1].1], ["down", "up"]);
    assert_eq!(bench.rows()[0].4, 0, "no session had to find out");
    for _ in 0..3 {
        assert_eq!(bench.joined().await.0, "b");
    }
    let _a = bench.backend("a").await;
    tokio::time::sleep(3 * S).await;
    assert_eq!(bench.rows()[0].1, "up");

    bench.engine.drain(S).await;
    drop(bench.balance);
    bench.engine.idle().await;
}

#[tokio::test(start_paused = true)]
async fn checks_say_what_is_wrong() {
    let engine = Engine::new(EngineLimits::default()).unwrap();
    let http = || CheckOptions {
        kind: CheckKind::Http,
        path: "/up".into(),
        host: "db".into(),
        status: read_statuses("200-299, 401").unwrap(),
        ..CheckOptions::default()
    };
    let script = |text: &str| CheckOptions {
        kind: CheckKind::Script,
        script: text.into(),
        ..CheckOptions::default()
    };
    let expect = r#"expect "GET /up HTTP/1.1\r\nHost: db\r\nUser-Agent: sockeye\r\nAccept: */*\r\nConnection: close\r\n\r\n""#;
    let answering = |answer: &str| format!("mock:{expect}; send \"{answer}\"; pause 1h");
    let ping = r#"send "PING\r\n"; expect "+PONG""#;
    let redis = |answer: &str| format!(r#"mock:expect "PING\r\n"; {answer}"#);
    let cases = [
        ("mock:pause 1h".to_owned(), CheckOptions::default(), Ok(())),
        (
            "mem:gone".into(),
            CheckOptions::default(),
            Err("nobody listens at that name"),
        ),
        (answering(r"HTTP/1.1 204 No Content\r\n"), http(), Ok(())),
        (answering(r"HTTP/1.0 401\r\n\r\n"), http(), Ok(())),
        (
            answering(r"HTTP/1.1 503 Later\r\n"),
            http(),
            Err("answers with status 503"),
        ),
        (
            answering(r"SSH-2.0-x\r\n"),
            http(),
            Err("does not answer in HTTP"),
        ),
        (
            answering(r"HTTP/1.1 200"),
            http(),
            Err("no good answer within 3s"),
        ),
        (
            format!("mock:{expect}; send end"),
            http(),
            Err("closed before its answer"),
        ),
        (redis(r#"send "+PO"; send "NG\r\n""#), script(ping), Ok(())),
        (
            redis(r#"send "-ERR""#),
            script(ping),
            Err("answers \"-ERR\""),
        ),
        (
            redis("send end"),
            script(ping),
            Err("ends before its answer"),
        ),
        (
            redis("pause 1h"),
            script(ping),
            Err("no good answer within 3s"),
        ),
    ];
    for (backend, check, expected) in cases {
        let endpoint = match backend.strip_prefix("mock:") {
            Some(script) => Address::Mock {
                script: script.to_owned(),
            }
            .into(),
            None => Endpoint::parse(&backend).unwrap(),
        };
        let probe = Probe::prepare(&endpoint, &check).unwrap();
        let looked = probe.look(&engine).await;
        assert_eq!(looked, expected.map_err(str::to_owned), "{backend}");
    }
}

#[test]
fn what_stands_behind_the_colon_is_read() {
    let prepared = Prepared::read("10.0.0.1:5432, tcp://db:5432,unix:/run/db", None).unwrap();
    let names = prepared
        .options
        .backends
        .iter()
        .map(|backend| &*backend.name);
    let expected = ["tcp://10.0.0.1:5432", "tcp://db:5432", "unix:/run/db"];
    assert_eq!(names.collect::<Vec<_>>(), expected);
    for (text, why) in [
        ("", "no backends"),
        ("a:1,,b:2", "an empty place"),
        ("a:1,tcp://a:1", "another backend is called"),
        ("a:1,echo:", "is a service"),
        ("udp://a:1", "carries messages"),
        ("exec:cat", "is no backend"),
        ("-", "once only"),
    ] {
        let error = Prepared::read(text, None).unwrap_err();
        assert!(error.to_string().contains(why), "{error}");
        assert!(error.hint().is_some(), "{error}");
    }
}
