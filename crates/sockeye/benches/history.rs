//! How long a page of history and a search take: builds a store through the writer, as a hub does,
//! and asks what clients ask. Then what a commit takes while old messages are deleted. `ROWS` is how
//! many rows (10,000,000), `DIR` where (a temporary directory; one that holds the rows already is not
//! filled again), and with `FILL` nothing is asked.
#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "all of it is a measurement"
)]

use std::time::{Duration, Instant};

use sockeye::state::{History, Log, Pass, Retention, Store, StoreOptions};
use sockeye_proto::irc::event::{
    Fact, MessageKind, Party, PresenceChange, Record, Stamp, StoredDirect, StoredMessage,
    StoredPresence,
};
use sockeye_proto::irc::history::{Buffer, Found, Keep, Point, Query, Search};
use sockeye_proto::irc::id::{AccountId, ChannelId, Number};
use sockeye_proto::irc::input::Batch;

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let rows: Number = std::env::var("ROWS").map_or(10_000_000, |rows| rows.parse().unwrap());
    let temporary = tempfile::tempdir().unwrap();
    let dir = std::env::var_os("DIR").map_or_else(|| temporary.path().into(), Into::into);
    let options = StoreOptions {
        unsafe_no_sync: true,
        ..StoreOptions::default()
    };
    let store = Store::open(std::path::PathBuf::as_path(&dir), &options).unwrap();
    fill(&store, rows, &dir.join("sockeye.db")).await;
    if std::env::var_os("FILL").is_some() {
        return;
    }
    let unlist = "UPDATE meta SET value = 0 WHERE key = 'latest_listed'; DELETE FROM latest";
    store.write(|t| t.execute_batch(unlist)).await.unwrap();
    for (name, ask) in QUESTIONS
        .iter()
        .filter(|(name, _)| name.starts_with(TARGETS))
    {
        measure(&store, &format!("{name}, unlisted"), rows, *ask).await;
    }
    let mut last = None;
    let steps = timed(async || {
        last = store.list_step(last.take()).await.unwrap();
        last.is_some()
    })
    .await;
    show("a step of the list", &steps);
    for (name, ask) in QUESTIONS {
        measure(&store, name, rows, *ask).await;
    }
    drop(store);
    while_forgetting(&dir, rows).await;
}

/// Writes the rows and collects their words, unless that has been done.
async fn fill(store: &Store, rows: Number, path: &std::path::Path) {
    let size = || std::fs::metadata(path).unwrap().len() >> 20;
    if store.health().last >= rows {
        return;
    }
    let started = Instant::now();
    for first in (1..=rows).step_by(BATCH_ROWS) {
        let last = rows.min(first + BATCH_ROWS as Number - 1);
        let records = (first..=last).map(row).collect();
        let (voids, erased) = (Vec::new(), Vec::new());
        let batch = Batch {
            records,
            voids,
            erased,
        };
        store.append(batch).await.unwrap();
    }
    let took = started.elapsed();
    println!("{rows} rows in {took:.0?}, {} MiB", size());
    let before = size();
    let steps = timed(async || store.index_step().await.unwrap()).await;
    show("a step of the index", &steps);
    let took: Duration = steps.iter().sum();
    let more = size() - before;
    println!("words of {rows} rows in {took:.0?}, {more} MiB more");
}

/// Commits one message after the other, first with nothing else to do, then while half of all
/// messages are deleted as fast as the hub does it, each commit on the disk.
async fn while_forgetting(dir: &std::path::Path, rows: Number) {
    let store = Store::open(dir, &StoreOptions::default()).unwrap();
    let mut next = rows;
    let mut commit = async || {
        next += 1;
        let (records, voids, erased) = (vec![row(next)], Vec::new(), Vec::new());
        let batch = Batch {
            records,
            voids,
            erased,
        };
        store.append(batch).await.unwrap();
    };
    let mut alone = Vec::new();
    for _ in 0..COMMITS {
        let started = Instant::now();
        commit().await;
        alone.push(started.elapsed());
        tokio::time::sleep(COMMIT_EVERY).await;
    }
    show("a commit, alone", &alone);
    let half = Retention {
        days: 1,
        ..Retention::default()
    };
    let mut pass = Pass::new(half, time_of(rows / 2) + 86_400_000);
    let forget = async {
        let mut steps = Vec::new();
        loop {
            let started = Instant::now();
            let forgotten = pass.step(&store).await.unwrap();
            steps.push(started.elapsed());
            if forgotten.is_last {
                return steps;
            }
            tokio::time::sleep(FORGET_EVERY).await;
        }
    };
    let mut beside = Vec::new();
    let commits = async {
        while beside.len() < COMMITS {
            let started = Instant::now();
            commit().await;
            beside.push(started.elapsed());
            tokio::time::sleep(COMMIT_EVERY).await;
        }
    };
    tokio::select! {
        () = commits => {}
        steps = forget => show("a step, the pass ended early", &steps),
    }
    show("a commit, while forgetting", &beside);
}

/// Does a step until there is no more to do; returns what each took.
async fn timed(mut step: impl AsyncFnMut() -> bool) -> Vec<Duration> {
    let mut times = Vec::new();
    loop {
        let started = Instant::now();
        let more = step().await;
        times.push(started.elapsed());
        if !more {
            return times;
        }
    }
}

fn show(name: &str, times: &[Duration]) {
    let mut times = times.to_vec();
    times.sort();
    let at = |share: f64| times[(share * (times.len() - 1) as f64) as usize];
    println!(
        "{name:<28} p50 {:>8.0?}  p99 {:>8.0?}  most {:>8.0?}  of {}",
        at(0.5),
        at(0.99),
        at(1.0),
        times.len()
    );
}

/// Asks one kind of question at random places; the first time nothing of it is in memory.
async fn measure(store: &Store, name: &str, rows: Number, ask: fn(Number) -> Query) {
    let mut random = 1;
    let mut times = Vec::new();
    let mut found = 0;
    for _ in 0..ASKED {
        random = scatter(random);
        let query = ask(random % rows);
        let started = Instant::now();
        found += match store.find(query, Number::MAX).await {
            Found::Messages(records) => records.len(),
            Found::Targets(targets) => targets.len(),
            Found::Unavailable(why) => panic!("{name}: {why}"),
        };
        times.push(started.elapsed());
    }
    times.sort();
    let at = |share: f64| -> Duration { times[(share * (times.len() - 1) as f64) as usize] };
    println!(
        "{name:<28} p50 {:>8.0?}  p99 {:>8.0?}  most {:>8.0?}  {} found a time",
        at(0.5),
        at(0.99),
        at(1.0),
        found / ASKED
    );
}

/// Half of all is one busy channel, the rest 200 others; of ten rows one is an event and one a
/// direct message of one of 1,000 accounts.
fn row(n: Number) -> Record {
    let random = scatter(n);
    let message = StoredMessage {
        source: format!("nick{}!user@host.example", random % 500),
        account: None,
        kind: MessageKind::Privmsg,
        tags: Vec::new(),
        text: text_of(random),
    };
    let busy = ChannelId(1 + if n.is_multiple_of(2) { 0 } else { random % 200 });
    let party = |n: u64| Party {
        nick: format!("nick{n}"),
        key: format!("nick{n}"),
        account: Some(AccountId(n)),
    };
    let (channel, fact) = match n % 10 {
        3 => {
            let (from, to) = (party(random % 1_000), party(random / 1_000 % 50));
            (
                ChannelId::NONE,
                Fact::Direct(StoredDirect { from, to, message }),
            )
        }
        7 => {
            let change = PresenceChange::Part { reason: None };
            let (source, account) = (message.source, None);
            let presence = StoredPresence {
                source,
                account,
                change,
            };
            (busy, Fact::Presence(presence))
        }
        _ => (busy, Fact::Message(message)),
    };
    let stamp = Stamp {
        number: n,
        wall_ms: time_of(n),
        random,
    };
    Record {
        stamp,
        channel,
        fact,
    }
}

/// Some sixty bytes of words as frequent as those of a language: the k-th is said 1/k as often as the
/// first.
fn text_of(random: u64) -> String {
    let mut text = String::new();
    let mut state = random;
    while text.len() < 55 {
        state = scatter(state);
        let share = (state >> 11) as f64 / (1_u64 << 53) as f64;
        let rank = (WORDS.powf(share)) as u64;
        text.push_str(&word_of(rank));
        text.push(' ');
    }
    text
}

/// The word of a rank, one to four syllables.
fn word_of(rank: u64) -> String {
    let mut word = String::new();
    let mut left = rank;
    while left > 0 {
        word.push(CONSONANTS[(left % 16) as usize] as char);
        word.push(VOWELS[(left / 16 % 4) as usize] as char);
        left /= 64;
    }
    word
}

fn search(words: &[u64], channels: &[Number], from: Option<&str>) -> Query {
    Query::Search(Search {
        channels: channels.iter().map(|&id| ChannelId(id)).collect(),
        from: from.map(str::to_owned),
        words: words.iter().map(|&rank| word_of(rank)).collect(),
        limit: 100,
        ..Search::default()
    })
}

fn time_of(n: Number) -> u64 {
    1_700_000_000_000 + n * 100
}

/// SplitMix64's finish: the same everywhere.
fn scatter(n: u64) -> u64 {
    let n = n.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let n = (n ^ (n >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let n = (n ^ (n >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    n ^ (n >> 31)
}

fn page(buffer: Buffer, after: Option<Point>, before: Option<Point>, keep: Keep) -> Query {
    Query::Messages {
        buffer,
        after,
        before,
        keep,
        limit: 100,
    }
}

const fn room(id: Number, events: bool) -> Buffer {
    Buffer::Channel {
        id: ChannelId(id),
        events,
    }
}

fn direct(n: Number) -> Buffer {
    Buffer::Direct {
        owner: AccountId(n % 50),
        peer: format!("nick{}", n / 50 % 1_000),
        events: false,
    }
}

fn targets(owner: u64) -> Query {
    Query::Targets {
        channels: (1..=50)
            .map(|id| (ChannelId(id), format!("#{id}")))
            .collect(),
        owner: Some(AccountId(owner)),
        after_ms: 0,
        before_ms: u64::MAX,
        limit: 100,
    }
}

fn directs(owner: u64) -> Query {
    Query::Directs {
        owner: AccountId(owner),
        after: None,
        before: None,
        limit: 100,
    }
}

type Question = (&'static str, fn(Number) -> Query);

const QUESTIONS: &[Question] = &[
    ("LATEST busy", |_| {
        page(room(1, false), None, None, Keep::Last)
    }),
    ("LATEST quiet", |n| {
        page(room(2 + n % 199, false), None, None, Keep::Last)
    }),
    ("BEFORE msgid busy", |n| {
        page(room(1, false), None, Some(Point::Message(n)), Keep::Last)
    }),
    ("BEFORE msgid quiet", |n| {
        let before = Some(Point::Message(n));
        page(room(2 + n % 199, false), None, before, Keep::Last)
    }),
    ("AFTER timestamp quiet", |n| {
        let after = Some(Point::Time(time_of(n)));
        page(room(2 + n % 199, false), after, None, Keep::First)
    }),
    ("BEFORE msgid with events", |n| {
        page(room(1, true), None, Some(Point::Message(n)), Keep::Last)
    }),
    ("AROUND quiet", |n| Query::Around {
        buffer: room(2 + n % 199, false),
        point: Point::Message(n),
        limit: 100,
    }),
    ("LATEST direct", |n| page(direct(n), None, None, Keep::Last)),
    ("TARGETS 50 channels and peers", |n| targets(50 + n % 950)),
    ("TARGETS 1,000 peers", |n| targets(n % 50)),
    ("all direct, 50 peers", |n| directs(50 + n % 950)),
    ("all direct, 1,000 peers", |n| directs(n % 50)),
    ("one message", Query::One),
    ("SEARCH a common word", |_| search(&[1], &[1], None)),
    ("SEARCH a rare word", |n| {
        search(&[20_000 + n % 10_000], &[1], None)
    }),
    ("SEARCH two words", |n| {
        search(&[1 + n % 50, 50 + n % 1_000], &[1], None)
    }),
    ("SEARCH quiet channels", |n| {
        search(&[1 + n % 3_000], &[2 + n % 199, 2 + n / 199 % 199], None)
    }),
    ("SEARCH by a nick", |n| {
        search(&[1 + n % 3_000], &[1], Some(&format!("nick{}", n % 500)))
    }),
];

/// How the questions begin that ask for everybody with whom something was said.
const TARGETS: &str = "TARGETS";

const BATCH_ROWS: usize = 4_096;

const ASKED: usize = 2_000;

/// Different words.
const WORDS: f64 = 50_000.0;

const CONSONANTS: &[u8; 16] = b"tnsrhdlcmfgpwbvk";

const VOWELS: &[u8; 4] = b"eaio";

/// Commits that are measured beside the rest.
const COMMITS: usize = 1_000;

const COMMIT_EVERY: Duration = Duration::from_millis(5);

/// How often the hub deletes, as in `hub/retain.rs`.
const FORGET_EVERY: Duration = Duration::from_millis(20);
