//! The chat service over memory with paused time, and over a real store through restarts.

mod flood;
mod gateway;
mod multiline;
mod room;
mod slow;
mod web;

use std::io;
use std::time::Duration;

use sockeye_proto::irc::settings::CaseMapping;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::time::{Instant, timeout};

use super::*;
use crate::endpoint::{Address, Endpoint};
use crate::engine::{Admission, EngineLimits, Listening};
use crate::io::Stream;
use crate::state::{
    Fault, FaultyLog, HashCost, MemoryLog, Password, Permissions, Store, StoreOptions,
};

fn settings() -> Settings {
    Settings {
        server: "hub.example".into(),
        network: "Example".into(),
        version: "sockeye-test".into(),
        created_ms: 1_700_000_000_000,
        motd: Vec::new(),
        history: true,
        search: true,
        history_events: true,
        redaction_window_s: 60,
        replay_on_join: 50,
        casemapping: CaseMapping::Ascii,
        accounts: true,
        ..Settings::default()
    }
}

fn options(log: impl Log + 'static, history: impl History + 'static) -> ChatOptions {
    ChatOptions {
        settings: settings(),
        log: Arc::new(log),
        history: Arc::new(history),
        accounts: None,
        bans: None,
        audit: None,
        rules: ClientRules::default(),
    }
}

/// No flood control for anybody.
fn exempt() -> ClientRules {
    ClientRules {
        exempt: vec!["0.0.0.0".parse().unwrap()],
        ..ClientRules::default()
    }
}

/// A chat service that listens, and who may connect to it.
struct Hub {
    engine: Engine,
    chat: Arc<Chat>,
    door: Endpoint,
    _listening: Listening,
}

impl Hub {
    async fn start(options: ChatOptions) -> Self {
        let engine = Engine::new(EngineLimits::default()).unwrap();
        let chat = Chat::start(&engine, options).await.unwrap();
        let door: Endpoint = Address::Mem {
            name: "door".into(),
        }
        .into();
        let admission = Admission::new(Chat::admission(Vec::new()));
        let listening = engine
            .listen_under(&door, chat.clone(), admission)
            .await
            .unwrap();
        Self {
            engine,
            chat,
            door,
            _listening: listening,
        }
    }

    async fn in_memory() -> Self {
        let log = MemoryLog::default();
        Self::start(options(log.clone(), log)).await
    }

    /// A hub without flood control.
    async fn unlimited() -> Self {
        let log = MemoryLog::default();
        Self::start(ChatOptions {
            rules: exempt(),
            ..options(log.clone(), log)
        })
        .await
    }

    /// Listens at another door, too.
    async fn open(&self, at: &str) -> Listening {
        let at = Endpoint::parse(at).unwrap();
        let admission = Admission::new(Chat::admission(Vec::new()));
        let listening = self.engine.listen_under(&at, self.chat.clone(), admission);
        listening.await.unwrap()
    }

    async fn connect(&self) -> Client {
        self.connect_to(&self.door).await
    }

    async fn connect_to(&self, door: &Endpoint) -> Client {
        // The service's end is the session of interest, not this one.
        let (conversation, _) = self.engine.connect(door).await.unwrap();
        let Conversation::Stream(stream) = conversation.into_lines() else {
            panic!("a byte stream");
        };
        Client {
            stream,
            unread: String::new(),
        }
    }

    async fn client(&self, nick: &str) -> Client {
        self.client_at(&self.door, nick).await
    }

    async fn client_at(&self, door: &Endpoint, nick: &str) -> Client {
        let mut client = self.connect_to(door).await;
        client
            .say(&format!("NICK {nick}\r\nUSER {nick} 0 * :{nick}\r\n"))
            .await;
        client.until(" 422 ").await;
        client
    }

    /// A client in the channel `#fish`, past its list of names.
    async fn member(&self, nick: &str) -> Client {
        let mut client = self.client(nick).await;
        client.say("JOIN #fish\r\n").await;
        client.until(" 366 ").await;
        client
    }
}

/// A client's end.
struct Client {
    stream: Stream,
    unread: String,
}

impl Client {
    async fn say(&mut self, lines: &str) {
        self.stream.write_all(lines.as_bytes()).await.unwrap();
    }

    /// Reads the next line, without its ending; `None` at the end of the stream.
    async fn line(&mut self) -> Option<String> {
        loop {
            if let Some((line, rest)) = self.unread.split_once("\r\n") {
                let line = line.to_owned();
                self.unread = rest.to_owned();
                return Some(line);
            }
            let mut bytes = [0; 4_096];
            let n = timeout(WAIT_MAX, self.stream.read(&mut bytes)).await;
            match n.unwrap_or_else(|_| panic!("nothing comes; so far {:?}", self.unread)) {
                Ok(0) => return None,
                Ok(n) => self
                    .unread
                    .push_str(std::str::from_utf8(&bytes[..n]).unwrap()),
                Err(e) if e.kind() == io::ErrorKind::BrokenPipe => return None,
                Err(e) => panic!("{e}"),
            }
        }
    }

    /// Reads lines up to one with `part` in it and returns that.
    async fn until(&mut self, part: &str) -> String {
        let mut seen = Vec::new();
        while let Some(line) = self.line().await {
            if line.contains(part) {
                return line;
            }
            seen.push(line);
        }
        panic!("{part:?} did not come; but {seen:#?}");
    }

    /// Reads to the end.
    async fn rest(&mut self) -> Vec<String> {
        let mut lines = Vec::new();
        while let Some(line) = self.line().await {
            lines.push(line);
        }
        lines
    }

    /// Reads past lines with `part` up to the answer to a PING; nothing else may come.
    async fn hears_nothing_but(&mut self, part: &str) {
        self.say("PING silence\r\n").await;
        loop {
            let line = self.line().await.unwrap();
            if line.ends_with(":silence") {
                return;
            }
            assert!(line.contains(part), "{line}");
        }
    }

    /// Asserts that nothing more has come: the answer to a PING is the next line.
    async fn hears_nothing(&mut self) {
        self.say("PING silence\r\n").await;
        let line = self.line().await.unwrap();
        assert!(line.ends_with("PONG hub.example :silence"), "{line}");
    }
}

#[tokio::test(start_paused = true)]
async fn two_people_talk() {
    let hub = Hub::in_memory().await;
    let mut ali = hub.member("ali").await;
    let mut bo = hub.member("bo").await;
    assert_eq!(ali.until("JOIN").await, ":bo!bo@localhost JOIN #fish");
    ali.say("PRIVMSG #fish :hello there\r\n").await;
    assert_eq!(
        bo.line().await.unwrap(),
        ":ali!ali@localhost PRIVMSG #fish :hello there"
    );
    bo.say("QUIT :good night\r\n").await;
    assert_eq!(
        ali.line().await.unwrap(),
        ":bo!bo@localhost QUIT :Quit: good night"
    );
    let last = bo.rest().await;
    assert!(last.last().unwrap().starts_with("ERROR :"), "{last:?}");
    let stats = hub.chat.stats();
    assert_eq!(
        (stats.clients, stats.log.rows),
        (1, 3),
        "the channel, a message and a leaving"
    );
}

#[tokio::test(start_paused = true)]
async fn one_byte_at_a_time_and_all_at_once_are_the_same() {
    let said = "NICK ali\r\nUSER ali 0 * :ali\r\nJOIN #fish\r\nPRIVMSG #fish :hi\r\nQUIT :bye\r\n";
    let (first, second) = (Hub::in_memory().await, Hub::in_memory().await);
    let mut slow = first.connect().await;
    for byte in said.bytes() {
        slow.stream.write_all(&[byte]).await.unwrap();
        tokio::task::yield_now().await;
    }
    let slow = slow.rest().await;
    let mut fast = second.connect().await;
    fast.say(said).await;
    assert_eq!(fast.rest().await, slow);
    assert!(
        slow.iter().any(|line| line.contains(" JOIN #fish")),
        "{slow:#?}"
    );
}

#[tokio::test(start_paused = true)]
async fn a_client_that_stops_sending_still_gets_its_answers() {
    let hub = Hub::in_memory().await;
    let mut ali = hub.connect().await;
    ali.say("NICK ali\r\nUSER ali 0 * :ali\r\nJOIN #fish\r\nPRIVMSG #fish :hi\r\n")
        .await;
    ali.stream.shutdown().await.unwrap();
    let lines = ali.rest().await;
    assert!(
        lines.iter().any(|line| line.contains(" 366 ")),
        "{lines:#?}"
    );
    assert_eq!(
        hub.chat.stats().log.rows,
        2,
        "what it said before the end counts"
    );
}

#[tokio::test(start_paused = true)]
async fn a_taken_nick_can_be_tried_again() {
    let hub = Hub::in_memory().await;
    let _ali = hub.client("ali").await;
    let mut other = hub.connect().await;
    other.say("NICK ali\r\nUSER o 0 * :o\r\n").await;
    other.until(" 433 ").await;
    other.say("NICK ali2\r\n").await;
    other.until(" 001 ali2 ").await;
    assert_eq!(hub.chat.stats().clients, 2);
}

#[tokio::test(start_paused = true)]
async fn registration_has_a_deadline() {
    let hub = Hub::in_memory().await;
    let (mut silent, start) = (hub.connect().await, Instant::now());
    silent.say("NICK ali\r\n").await;
    let line = silent.line().await.unwrap();
    assert_eq!(line, "ERROR :Closing link: (Registration timed out)");
    assert_eq!(silent.line().await, None);
    assert_eq!(start.elapsed().as_secs(), 60);
}

#[tokio::test(start_paused = true)]
async fn a_silent_client_is_pinged_and_then_given_up() {
    let hub = Hub::in_memory().await;
    let (mut ali, start) = (hub.member("ali").await, Instant::now());
    assert_eq!(ali.line().await.unwrap(), "PING :hub.example");
    assert_eq!(start.elapsed().as_secs(), 120);
    ali.say("PONG :hub.example\r\n").await;
    assert_eq!(ali.line().await.unwrap(), "PING :hub.example");
    assert_eq!(start.elapsed().as_secs(), 240);
    let mut bo = hub.member("bo").await;
    bo.until(":ali!ali@localhost QUIT :Ping timeout").await;
    assert_eq!(start.elapsed().as_secs(), 360);
    ali.until("JOIN").await;
    assert_eq!(ali.line().await, None);
}

#[tokio::test(start_paused = true)]
async fn a_flood_is_slowed_down_and_never_cut() {
    let hub = Hub::in_memory().await;
    let mut bo = hub.member("bo").await;
    let mut ali = hub.member("ali").await;
    bo.until("JOIN").await;
    let start = Instant::now();
    let flood: String = (0..100)
        .map(|n| format!("PRIVMSG #fish :{n}\r\n"))
        .collect();
    ali.say(&flood).await;
    for n in 0..100 {
        assert_eq!(
            bo.line().await.unwrap(),
            format!(":ali!ali@localhost PRIVMSG #fish :{n}")
        );
    }
    // Registration took three of the burst of ten.
    let expected = Duration::from_millis((100 - 7) * 200);
    let took = start.elapsed();
    assert!(
        took >= expected - SLACK && took <= expected + SLACK,
        "{took:?}"
    );
}

#[tokio::test(start_paused = true)]
async fn a_client_whose_lines_wait_for_flood_control_is_not_silent() {
    let hub = Hub::in_memory().await;
    let mut ali = hub.client("ali").await;
    let start = Instant::now();
    // Three minutes' worth at once: no PING, no timeout.
    let flood = "AWAY\r\n".repeat(1_000);
    ali.say(&flood).await;
    for _ in 0..1_000 {
        let line = ali.line().await.unwrap();
        assert!(line.starts_with(":hub.example 305 "), "{line}");
    }
    assert!(start.elapsed() > Duration::from_secs(190));
}

#[tokio::test(start_paused = true)]
async fn what_is_not_stored_is_refused_and_not_shown() {
    let log = MemoryLog::default();
    let full = LogError::Full("disk full".into());
    let failing = FaultyLog::new(log.clone(), move |n| {
        (2..=4).contains(&n).then(|| Fault::Refuse(full.clone()))
    });
    let hub = Hub::start(options(failing, log)).await;
    let mut ali = hub.connect().await;
    ali.say("CAP REQ :echo-message\r\nNICK ali\r\nUSER a 0 * :a\r\nCAP END\r\nJOIN #fish\r\n")
        .await;
    ali.until(" 366 ").await;
    let mut bo = hub.member("bo").await;
    ali.until("JOIN").await;
    ali.say("PRIVMSG #fish :one\r\n").await;
    ali.until("PRIVMSG #fish :one").await;
    for n in 1..=3 {
        ali.say("PRIVMSG #fish :lost\r\n").await;
        let refusal = ali.line().await.unwrap();
        assert!(
            refusal.contains("disk full") && !refusal.contains("PRIVMSG #"),
            "{refusal}"
        );
        assert_eq!(hub.chat.stats().log.failures, n);
    }
    ali.say("PRIVMSG #fish :two\r\n").await;
    ali.until("PRIVMSG #fish :two").await;
    assert!(bo.line().await.unwrap().ends_with("PRIVMSG #fish :one"));
    assert!(bo.line().await.unwrap().ends_with("PRIVMSG #fish :two"));
    let mut late = hub.member("late").await;
    late.until("one").await;
    assert!(late.line().await.unwrap().ends_with("two"));
    late.hears_nothing().await;
    let rows = hub.chat.stats().log.rows;
    assert_eq!(rows, 4, "the channel, two messages and a joining");
}

#[tokio::test(start_paused = true)]
async fn nobody_hears_a_message_before_it_is_stored() {
    let log = MemoryLog::default();
    let slow = FaultyLog::new(log.clone(), |_| Some(Fault::Delay(Duration::from_secs(3))));
    let hub = Hub::start(options(slow, log)).await;
    let mut ali = hub.member("ali").await;
    let mut bo = hub.member("bo").await;
    ali.until("JOIN").await;
    let start = Instant::now();
    ali.say("PRIVMSG #fish :one\r\nPRIVMSG #fish :two\r\n")
        .await;
    bo.until("one").await;
    assert_eq!(start.elapsed().as_secs(), 3);
    bo.until("two").await;
    assert!(start.elapsed().as_secs() <= 6);
}

/// Reads what a client that never reads would have to: it fills its pipe, then its queue.
#[tokio::test(start_paused = true)]
async fn a_client_that_never_reads_is_dropped_and_nobody_waits_for_it() {
    let hub = Hub::unlimited().await;
    let mut deaf = hub.member("deaf").await;
    let mut ali = hub.member("ali").await;
    let mut bo = hub.member("bo").await;
    let start = Instant::now();
    let text = "x".repeat(400);
    let burst = format!("PRIVMSG #fish :{text}\r\n").repeat(50);
    let (mut heard, mut quit) = (0, false);
    while heard < 3_000 {
        ali.say(&burst).await;
        let before = heard;
        while heard < before + 50 {
            match bo.line().await.unwrap() {
                line if line.contains("PRIVMSG #fish :x") => heard += 1,
                line => quit |= line == ":deaf!deaf@localhost QUIT :Send queue exceeded",
            }
        }
    }
    assert!(quit);
    let took = start.elapsed();
    assert!(
        took < Duration::from_secs(3),
        "only its first bytes made anybody wait: {took:?}"
    );
    let last = deaf.rest().await;
    assert_eq!(
        last.last().unwrap(),
        "ERROR :Closing link: (Send queue exceeded)"
    );
    assert_eq!(hub.chat.stats().clients, 2);
}

#[tokio::test(start_paused = true)]
async fn a_client_that_stops_reading_with_much_to_read_is_dropped_after_a_while() {
    let hub = Hub::unlimited().await;
    let mut deaf = hub.member("deaf").await;
    let mut ali = hub.member("ali").await;
    let text = "x".repeat(400);
    let burst: String = (0..1_600)
        .map(|_| format!("PRIVMSG #fish :{text}\r\n"))
        .collect();
    let start = Instant::now();
    ali.say(&burst).await;
    ali.hears_nothing_but("JOIN").await;
    ali.until("deaf!deaf@localhost QUIT :Write timed out").await;
    assert_eq!(start.elapsed().as_secs(), 20);
    deaf.rest().await;
}

#[tokio::test(start_paused = true)]
async fn a_slow_but_steady_reader_slows_its_talkers_down_and_loses_nothing() {
    let hub = Hub::unlimited().await;
    let mut steady = hub.member("steady").await;
    let mut ali = hub.member("ali").await;
    let text = "x".repeat(400);
    let talk = hub.engine.spawn(async move {
        for n in 0..10_000 {
            ali.say(&format!("PRIVMSG #fish :{n} {text}\r\n")).await;
        }
    });
    let mut next = 0;
    steady.until("JOIN").await;
    while next < 10_000 {
        // 100 lines are 43 KiB, so it takes some 430 KiB a second.
        tokio::time::sleep(Duration::from_millis(100)).await;
        for _ in 0..100 {
            let line = steady.line().await.unwrap();
            assert!(
                line.contains(&format!("PRIVMSG #fish :{next} ")),
                "{next}: {line}"
            );
            next += 1;
        }
    }
    talk.await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn half_made_connections_of_one_source_end_and_leave_no_trace() {
    let hub = Hub::in_memory().await;
    let mut halves = Vec::new();
    for n in 0..2_000 {
        let mut half = hub.connect().await;
        let said = half
            .stream
            .write_all(format!("NICK half{n}\r\n").as_bytes())
            .await;
        halves.push((half, said.is_ok()));
    }
    let refused = "ERROR :Closing Link: Too many unregistered connections from your network";
    let mut counts = (0, 0);
    for (half, _) in &mut halves {
        match half.line().await.as_deref() {
            Some("ERROR :Closing link: (Registration timed out)") => counts.0 += 1,
            // Not everybody is told, when there are so many.
            None => counts.1 += 1,
            Some(line) if line == refused => counts.1 += 1,
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(counts, (64, 2_000 - 64));
    drop(halves);
    hub.client("ali").await;
    assert_eq!(hub.chat.stats().connections, 1);
}

#[tokio::test(start_paused = true)]
async fn a_source_holds_so_many_registered_clients_and_no_more() {
    let hub = Hub::in_memory().await;
    let mut clients = Vec::new();
    for n in 0..SOURCE_ESTABLISHED_MAX {
        clients.push(hub.client(&format!("c{n}")).await);
    }
    let mut more = hub.connect().await;
    more.say("NICK more\r\nUSER m 0 * :m\r\n").await;
    let last = more.rest().await;
    assert_eq!(
        last,
        ["ERROR :Closing link: (Too many connections from your network)"]
    );
    drop(clients.pop());
    clients[0].until("PING").await;
    hub.client("more").await;
}

#[tokio::test(start_paused = true)]
async fn drain_says_goodbye_to_everybody() {
    let hub = Hub::in_memory().await;
    let mut ali = hub.member("ali").await;
    let mut half = hub.connect().await;
    half.say("NICK half\r\nPING admitted\r\n").await;
    half.until("PONG").await;
    let (drained, ali, half) = tokio::join!(
        hub.engine.drain(Duration::from_secs(10)),
        ali.rest(),
        half.rest()
    );
    assert_eq!(drained.cut, 0);
    assert!(
        ali.last().unwrap().starts_with("ERROR :Closing link: "),
        "{ali:?}"
    );
    assert_eq!(half, ["ERROR :Closing link: (The hub is shutting down)"]);
    hub.chat.stop().await.unwrap();
    hub.engine.idle().await;
}

#[tokio::test(start_paused = true)]
async fn a_cut_connection_leaves_the_network_all_the_same() {
    let hub = Hub::in_memory().await;
    let mut bo = hub.member("bo").await;
    let ali = hub.member("ali").await;
    let row = hub
        .engine
        .sessions()
        .into_iter()
        .filter(|row| row.service == "chat")
        .max_by_key(|r| r.id);
    drop(ali);
    assert!(hub.engine.kill(row.unwrap().id));
    bo.until(":ali!ali@localhost QUIT").await;
    hub.member("ali").await;
}

/// Two lives of a hub over one data directory, each in a runtime of its own, so that dropping it
/// ends everything at once, as a kill does.
fn life<T>(dir: &std::path::Path, live: impl AsyncFnOnce(Hub, Store) -> T) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(async {
        let store = Store::open(dir, &StoreOptions::default()).unwrap();
        let hub = Hub::start(options(store.clone(), store.clone())).await;
        live(hub, store).await
    })
}

#[test]
fn after_a_kill_history_modes_and_topic_are_back() {
    let dir = tempfile::tempdir().unwrap();
    life(dir.path(), async |hub, _| {
        let mut ali = hub.member("ali").await;
        ali.say("TOPIC #fish :all about fish\r\nMODE #fish +k secret\r\nPRIVMSG #fish :hello\r\n")
            .await;
        ali.until("MODE #fish +k secret").await;
        ali.say("PING stored\r\n").await;
        ali.until("PONG").await;
    });
    for _ in 0..2 {
        life(dir.path(), async |hub, _| {
            let mut ali = hub.client("ali").await;
            ali.say("JOIN #fish\r\n").await;
            ali.until(" 475 ").await;
            ali.say("JOIN #fish secret\r\n").await;
            assert!(ali.until(" 332 ").await.ends_with("#fish :all about fish"));
            assert!(
                ali.until(" 353 ").await.ends_with(":ali"),
                "no @ for a later joiner"
            );
            assert!(ali.until("PRIVMSG #fish").await.ends_with("] hello"));
        });
    }
}

#[tokio::test(start_paused = true)]
async fn a_snapshot_is_stored_now_and_then_while_the_hub_runs() {
    let log = MemoryLog::default();
    let hub = Hub::start(ChatOptions {
        rules: exempt(),
        ..options(log.clone(), log.clone())
    })
    .await;
    let mut ali = hub.member("ali").await;
    let topics = "TOPIC #fish :a\r\n".repeat(core::STATE_ROWS_MAX / 32) + "PING topics\r\n";
    for _ in 0..31 {
        ali.say(&topics).await;
        ali.until("PONG").await;
    }
    assert_eq!(log.snapshot().await.unwrap(), None);
    ali.say(&topics).await;
    ali.until("PONG").await;
    ali.say("PING later\r\n").await;
    ali.until("PONG").await;
    let (number, _) = log.snapshot().await.unwrap().unwrap();
    let rows = log.tail(number).await.unwrap().records.len();
    assert!(rows < core::STATE_ROWS_MAX / 2, "{rows}");
}

#[test]
fn a_snapshot_stands_for_all_before_it() {
    let dir = tempfile::tempdir().unwrap();
    life(dir.path(), async |hub, _| {
        let mut ali = hub.member("ali").await;
        ali.say("MODE #fish -t\r\nTOPIC #fish :one\r\nPRIVMSG #fish :hello\r\n")
            .await;
        ali.until("TOPIC").await;
        ali.say("PING stored\r\n").await;
        ali.until("PONG").await;
        hub.engine.drain(Duration::from_secs(1)).await;
        hub.chat.stop().await.unwrap();
        hub.engine.idle().await;
    });
    life(dir.path(), async |hub, store| {
        let (number, _) = store.snapshot().await.unwrap().unwrap();
        assert_eq!(store.tail(number).await.unwrap().records, []);
        let mut bo = hub.client("bo").await;
        bo.say("JOIN #fish\r\n").await;
        assert!(bo.until(" 332 ").await.ends_with("#fish :one"));
        bo.until("] hello").await;
        bo.say("TOPIC #fish :two\r\n").await;
        bo.until(" TOPIC ").await;
    });
    life(dir.path(), async |hub, _| {
        let mut bo = hub.client("bo").await;
        bo.say("JOIN #fish\r\n").await;
        assert!(bo.until(" 332 ").await.ends_with("#fish :two"));
    });
}

#[test]
fn accounts_log_in_and_wrong_passwords_do_not() {
    let dir = tempfile::tempdir().unwrap();
    life(dir.path(), async |hub, store| {
        drop(hub);
        let accounts = Accounts::new(store.clone(), CaseMapping::Ascii, HashCost::least());
        let password = Password::new("sesame");
        accounts
            .add("ali", Some(password), Permissions::CHAT)
            .await
            .unwrap();
        let options = options(store.clone(), store);
        let hub = Hub::start(ChatOptions {
            accounts: Some(accounts),
            ..options
        })
        .await;
        let mut ali = hub.connect().await;
        ali.say("CAP REQ :sasl\r\nNICK ali\r\nUSER a 0 * :a\r\nAUTHENTICATE PLAIN\r\n")
            .await;
        ali.until("AUTHENTICATE +").await;
        ali.say("AUTHENTICATE AGFsaQB3cm9uZw==\r\n").await;
        ali.until(" 904 ").await;
        ali.say("AUTHENTICATE PLAIN\r\n").await;
        ali.until("AUTHENTICATE +").await;
        ali.say("AUTHENTICATE AGFsaQBzZXNhbWU=\r\n").await;
        ali.until(" 903 ").await;
        ali.say("CAP END\r\n").await;
        ali.until(" 001 ali ").await;
        let mut bo = hub.client("bo").await;
        bo.say("WHOIS ali\r\n").await;
        bo.until(" 330 bo ali ali ").await;
    });
}

#[test]
fn people_make_accounts_and_keep_their_nicks() {
    let dir = tempfile::tempdir().unwrap();
    life(dir.path(), async |hub, store| {
        drop(hub);
        let accounts = Accounts::new(store.clone(), CaseMapping::Ascii, HashCost::least());
        let options = options(store.clone(), store);
        let hub = Hub::start(ChatOptions {
            accounts: Some(accounts.clone()),
            settings: Settings {
                register: true,
                reserve_nicks: true,
                ..settings()
            },
            ..options
        })
        .await;
        // Before registration ends, and after it.
        let mut ali = hub.connect().await;
        ali.say("CAP REQ :sasl\r\nNICK ali\r\nUSER a 0 * :a\r\nREGISTER * * sesame\r\n")
            .await;
        ali.until("REGISTER SUCCESS ali ").await;
        ali.say("CAP END\r\n").await;
        ali.until(" 001 ali ").await;
        let mut bo = hub.client("bo").await;
        bo.say("PRIVMSG NickServ :REGISTER open\r\nWHOIS bo\r\n")
            .await;
        bo.until(" 330 bo bo bo ").await;
        bo.say("PRIVMSG NickServ :SET PASSWORD sesame\r\nPRIVMSG NickServ :INFO ALI\r\n")
            .await;
        bo.until("Your password is another one now.").await;
        bo.until("ali was registered at ").await;
        ali.say("QUIT\r\n").await;
        ali.until("ERROR ").await;
        // The core hears of accounts after they are made.
        let mut eve = hub.connect().await;
        eve.say("NICK eve\r\nUSER e 0 * :e\r\n").await;
        eve.until(" 422 ").await;
        loop {
            eve.say("NICK ali\r\n").await;
            let answer = eve.line().await.unwrap();
            if answer.contains(" 433 eve ali ") {
                break;
            }
            eve.say("NICK eve\r\n").await;
            eve.until(" NICK eve").await;
        }
        eve.say("OPER bo sesame\r\n").await;
        eve.until(" 491 ").await;
        eve.say("NS IDENTIFY ali sesame\r\nNICK ali\r\n").await;
        eve.until(" NICK ali").await;
        eve.say("NS DROP ali sesame\r\n").await;
        eve.until(" 901 ").await;
        assert_eq!(accounts.find("ali").await.unwrap(), None);
    });
}

const WAIT_MAX: Duration = Duration::from_secs(300);
const SLACK: Duration = Duration::from_millis(10);
