//! Searches, against the plain scan of the log in memory.

use sockeye_proto::irc::event::{Fact, MessageKind, Party, Record, StoredDirect, StoredMessage};
use sockeye_proto::irc::history::{Query, Search};
use sockeye_proto::irc::id::{AccountId, ChannelId, Number};

use super::{batch, numbers, record, time_of};
use crate::state::{History, Log, MemoryLog};

/// Writes what three people say in two rooms and to each other, takes some of it back, and looks
/// for it in every way.
pub(super) async fn agree(log: &dyn Log, history: &dyn History) {
    let oracle = MemoryLog::default();
    let mut written = batch((FIRST..FIRST + ROWS).map(row));
    written.voids = (FIRST..FIRST + ROWS).step_by(11).collect();
    let taken_back: Vec<_> = (FIRST..FIRST + ROWS).step_by(13).collect();
    let mut after = batch((FIRST + ROWS..).zip(&taken_back).map(taking_back));
    for batch in [written, after.clone()] {
        log.append(batch.clone()).await.unwrap();
        oracle.append(batch).await.unwrap();
    }
    for number in [taken_back[2], taken_back[2], 1_000_000] {
        after.records.clear();
        after.erased = vec![number];
        log.append(after.clone()).await.unwrap();
    }
    let mut found = 0;
    for search in searches() {
        let query = Query::Search(search);
        let expected = numbers(&oracle, query.clone(), UPTO).await;
        let known = numbers(history, query.clone(), UPTO).await;
        assert_eq!(known, expected, "{query:?}");
        found += expected.len();
    }
    assert!(found > 2_000, "{found}");
}

fn row(n: Number) -> Record {
    let texts = [
        "The tide turns at a quarter past four",
        "tide-table, page 42: ÜBER \"alles\"",
        "\u{1}ACTION tides himself over\u{1}",
        "\u{3}04,02red herring\u{3} AND nothing OR NOT",
        "日本 text:tide NEAR(a b) *",
    ];
    let (nick, account) = PEOPLE[n as usize % 3];
    let kinds = [
        MessageKind::Privmsg,
        MessageKind::Notice,
        MessageKind::Tagmsg,
    ];
    let message = StoredMessage {
        source: format!("{nick}!u@host"),
        account: None,
        kind: kinds[n as usize / 3 % 7 % 3],
        tags: Vec::new(),
        text: texts[n as usize / 7 % 5].into(),
    };
    let party = |(nick, account): (&str, Option<u64>)| Party {
        nick: nick.into(),
        key: nick.to_lowercase(),
        account: account.map(AccountId),
    };
    match n % 4 {
        0 => {
            let (from, to) = (party((nick, account)), party(PEOPLE[n as usize / 4 % 3]));
            record(
                n,
                ChannelId::NONE,
                Fact::Direct(StoredDirect { from, to, message }),
            )
        }
        1 => record(n, ROOMS[0], Fact::Message(message)),
        _ => record(n, ROOMS[1], Fact::Message(message)),
    }
}

fn taking_back((n, of): (Number, &Number)) -> Record {
    let fact = Fact::Redact {
        by: "ali!ali@host".into(),
        account: None,
        number: *of,
        msgid: "id".into(),
        reason: None,
    };
    record(n, ROOMS[0], fact)
}

fn searches() -> Vec<Search> {
    let everywhere = Search {
        channels: ROOMS.into(),
        directs: Some((AccountId(11), None)),
        limit: 1_000,
        ..Search::default()
    };
    let mut searches = vec![Search {
        channels: Vec::new(),
        directs: None,
        ..everywhere.clone()
    }];
    for words in WORDS {
        let words = words
            .split(' ')
            .filter(|word| word.contains(char::is_alphanumeric));
        let all = Search {
            words: words.map(str::to_owned).collect(),
            ..everywhere.clone()
        };
        searches.extend(by_people(&all));
        searches.extend(by_time(&all));
        searches.push(all);
    }
    searches
}

fn by_people(all: &Search) -> Vec<Search> {
    let said_by = ["Ali", "aLI", "al", "[b]"].map(|from| Search {
        from: Some(from.to_owned()),
        ..all.clone()
    });
    let mut searches = Vec::from(said_by);
    for peer in [None, Some("ali"), Some("[b]"), Some("guest"), Some("x")] {
        searches.extend([11, 12, 19].map(|owner| Search {
            channels: Vec::new(),
            directs: Some((AccountId(owner), peer.map(str::to_owned))),
            ..all.clone()
        }));
    }
    searches
}

fn by_time(all: &Search) -> Vec<Search> {
    let mut searches = Vec::new();
    for (after, before) in [
        (None, Some(40)),
        (Some(40), None),
        (Some(20), Some(90)),
        (Some(9_999), None),
        (None, Some(0)),
    ] {
        searches.extend([1, 5, 1_000].map(|limit| Search {
            after_ms: after.map(|n| time_of(FIRST + n)),
            before_ms: before.map(|n| time_of(FIRST + n)),
            limit,
            ..all.clone()
        }));
    }
    for (after_ms, before_ms) in [(Some(u64::MAX), None), (None, Some(u64::MAX))] {
        searches.push(Search {
            after_ms,
            before_ms,
            ..all.clone()
        });
    }
    searches
}

/// What is looked for: words and parts of words, and what would be operators to FTS5.
const WORDS: [&str; 23] = [
    "",
    "tide",
    "TIDE",
    "tid",
    "tide-table",
    "über",
    "\"alles\"",
    "red",
    "04red",
    "waves",
    "日本",
    "日",
    "NOT",
    "text:tide",
    "NEAR(a",
    "b)",
    "AND nothing",
    "the tide",
    "four tide",
    "\"",
    "a\0b",
    "ACTION",
    "himself",
];

const PEOPLE: [(&str, Option<u64>); 3] = [("Ali", Some(11)), ("[b]", Some(12)), ("guest", None)];

const ROOMS: [ChannelId; 2] = [ChannelId(8), ChannelId(88)];

const FIRST: Number = 2_000;
const ROWS: Number = 200;

/// Some messages are not taken back yet for who reads.
const UPTO: Number = FIRST + ROWS + 10;
