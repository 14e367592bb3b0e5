//! How long a page of history takes: builds a store through the writer, as a hub does, and asks
//! the reader what clients ask. `ROWS` is how many rows (10,000,000), `DIR` where (a temporary
//! directory).
#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "all of it is a measurement"
)]

use std::time::{Duration, Instant};

use sockeye::state::{History, Log, Store, StoreOptions};
use sockeye_proto::irc::event::{
    Fact, MessageKind, Party, PresenceChange, Record, Stamp, StoredDirect, StoredMessage,
    StoredPresence,
};
use sockeye_proto::irc::history::{Buffer, Found, Keep, Point, Query};
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
    let started = Instant::now();
    for first in (1..=rows).step_by(BATCH_ROWS) {
        let last = rows.min(first + BATCH_ROWS as Number - 1);
        let records = (first..=last).map(row).collect();
        let voids = Vec::new();
        store.append(Batch { records, voids }).await.unwrap();
    }
    let bytes = std::fs::metadata(dir.join("sockeye.db")).unwrap().len();
    println!(
        "{rows} rows in {:.0?}, {} MiB",
        started.elapsed(),
        bytes >> 20
    );
    for (name, ask) in QUESTIONS {
        measure(&store, name, rows, *ask).await;
    }
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
        text: "a line of chat as people write it, some sixty bytes in all ".into(),
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
    ("TARGETS 50 channels", |n| Query::Targets {
        channels: (1..=50)
            .map(|id| (ChannelId(id), format!("#{id}")))
            .collect(),
        owner: Some(AccountId(50 + n % 950)),
        after_ms: 0,
        before_ms: u64::MAX,
        limit: 100,
    }),
    ("one message", Query::One),
];

const BATCH_ROWS: usize = 4_096;

const ASKED: usize = 2_000;
