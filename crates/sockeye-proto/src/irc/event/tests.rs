//! The stored form of records, which must not change.

use alloc::string::ToString;
use alloc::vec;
use alloc::vec::Vec;

use super::*;

fn record(fact: Fact) -> Record {
    Record {
        stamp: Stamp {
            number: 300,
            wall_ms: 1_546_612_406_123,
            random: 0xff,
        },
        channel: ChannelId(7),
        fact,
    }
}

fn holder() -> Holder {
    Holder {
        account: AccountId(9),
        name: "ann".into(),
    }
}

fn registry(change: StoredRegistry) -> Fact {
    let by = "a!b@c".into();
    Fact::Registry { by, change }
}

fn metadata(account: Option<AccountId>, change: StoredKeys) -> Fact {
    Fact::Metadata { account, change }
}

/// One record of each kind with its stored form, which rows written by earlier versions have: a
/// change here means that a store can no longer be read.
fn stored() -> Vec<(Record, Vec<u8>)> {
    const HEAD: &[u8] = b"\xac\x02\xeb\xee\xa1\xca\x81\x2d\xff\x01\x07";
    let message = StoredMessage {
        source: "a!b@c".into(),
        account: Some("A".into()),
        kind: MessageKind::Notice,
        tags: vec![("+x".to_string(), "1".to_string())],
        text: "hä".into(),
    };
    let founded = Found {
        name: "#A".into(),
        created_ms: 1,
        founder: Some(AccountId(2)),
        modes: vec![StoredMode {
            add: true,
            letter: 'k',
            value: Some("key".into()),
        }],
    };
    let changes = vec![StoredMode {
        add: false,
        letter: 'n',
        value: None,
    }];
    let said = StoredMessage {
        account: None,
        kind: MessageKind::Privmsg,
        tags: vec![],
        ..message.clone()
    };
    let party = |nick: &str, account| Party {
        nick: nick.into(),
        key: nick.to_lowercase(),
        account,
    };
    let direct = StoredDirect {
        from: party("A", Some(AccountId(9))),
        to: party("B", None),
        message: said,
    };
    let presence = |change| {
        Fact::Presence(StoredPresence {
            source: "a!b@c".into(),
            account: None,
            change,
        })
    };
    let reason = String::from("r");
    let stay = StoredStay {
        account: "A".into(),
        nick: "a".into(),
        user: "b".into(),
        host: "c".into(),
        realname: "R".into(),
        modes: "i".into(),
        away: Some("z".into()),
        signed_on_ms: 5,
        seen_ms: 300,
        channels: vec![StoredMembership {
            channel: ChannelId(7),
            found: None,
            ranks: "qo".into(),
        }],
    };
    let facts: [(Fact, &[u8]); 24] = [
        (
            Fact::Message(message),
            b"\x00\x05a!b@c\x01\x01A\x01\x01\x02+x\x011\x03h\xc3\xa4",
        ),
        (
            Fact::Found(founded),
            b"\x01\x02#A\x01\x01\x02\x01\x01\x01k\x01\x03key",
        ),
        (
            Fact::Topic {
                by: "a!b@c".into(),
                topic: "t".into(),
            },
            b"\x02\x05a!b@c\x01t",
        ),
        (
            Fact::Mode {
                by: "a!b@c".into(),
                changes,
            },
            b"\x03\x05a!b@c\x01\x00\x01n\x00",
        ),
        (
            Fact::Direct(direct),
            b"\x04\x01A\x01a\x01\x09\x01B\x01b\x00\x05a!b@c\x00\x00\x00\x03h\xc3\xa4",
        ),
        (
            presence(PresenceChange::Join {
                realname: "R".into(),
            }),
            b"\x05\x05a!b@c\x00\x00\x01R",
        ),
        (
            presence(PresenceChange::Part { reason: None }),
            b"\x05\x05a!b@c\x00\x01\x00",
        ),
        (
            presence(PresenceChange::Quit {
                reason: reason.clone(),
            }),
            b"\x05\x05a!b@c\x00\x02\x01r",
        ),
        (
            presence(PresenceChange::Kick {
                nick: "n".into(),
                reason,
            }),
            b"\x05\x05a!b@c\x00\x03\x01n\x01r",
        ),
        (
            presence(PresenceChange::Nick { nick: "n".into() }),
            b"\x05\x05a!b@c\x00\x04\x01n",
        ),
        (
            Fact::ReadMark {
                account: AccountId(9),
                target: "#a".into(),
                read_ms: 300,
            },
            b"\x06\x09\x02#a\xac\x02",
        ),
        (
            Fact::Redact {
                by: "a!b@c".into(),
                account: None,
                number: 300,
                msgid: "m".into(),
                reason: Some("r".into()),
            },
            b"\x07\x05a!b@c\x00\xac\x02\x01m\x01\x01r",
        ),
        (
            Fact::Rename {
                by: "a!b@c".into(),
                name: "#B".into(),
                reason: "r".into(),
            },
            b"\x08\x05a!b@c\x02#B\x01r",
        ),
        (
            registry(StoredRegistry::Belongs(holder())),
            b"\x09\x05a!b@c\x00\x09\x03ann",
        ),
        (registry(StoredRegistry::Free), b"\x09\x05a!b@c\x01"),
        (
            registry(StoredRegistry::Rank {
                holder: holder(),
                letter: Some('o'),
            }),
            b"\x09\x05a!b@c\x02\x09\x03ann\x01\x01o",
        ),
        (
            registry(StoredRegistry::Rank {
                holder: holder(),
                letter: None,
            }),
            b"\x09\x05a!b@c\x02\x09\x03ann\x00",
        ),
        (registry(StoredRegistry::Ended), b"\x09\x05a!b@c\x03"),
        (
            Fact::Prefer {
                account: AccountId(9),
                wanted: Preferences {
                    always_on: Some(true),
                    multiclient: None,
                },
            },
            b"\x0a\x09\x01\x01\x00",
        ),
        (
            Fact::Stay {
                account: AccountId(9),
                stay: Some(stay),
            },
            b"\x0b\x09\x01\x01A\x01a\x01b\x01c\x01R\x01i\x01\x01z\x05\xac\x02\x01\x07\x00\x02qo",
        ),
        (
            Fact::Stay {
                account: AccountId(9),
                stay: None,
            },
            b"\x0b\x09\x00",
        ),
        (
            metadata(
                Some(AccountId(9)),
                StoredKeys::Set {
                    key: "k".into(),
                    value: "v".into(),
                },
            ),
            b"\x0c\x01\x09\x00\x01k\x01v",
        ),
        (
            metadata(None, StoredKeys::Remove { key: "k".into() }),
            b"\x0c\x00\x01\x01k",
        ),
        (metadata(None, StoredKeys::Clear), b"\x0c\x00\x02"),
    ];
    facts
        .into_iter()
        .map(|(fact, bytes)| (record(fact), [HEAD, bytes].concat()))
        .collect()
}

#[test]
fn the_stored_form_of_each_kind_stays() {
    for (record, bytes) in stored() {
        assert_eq!(postcard::to_allocvec(&record).unwrap(), bytes, "{record:?}");
    }
}

#[test]
fn each_kind_reads_back() {
    for (record, bytes) in stored() {
        assert_eq!(postcard::from_bytes::<Record>(&bytes).unwrap(), record);
    }
}

#[test]
fn a_cut_row_is_an_error() {
    for (_, bytes) in stored() {
        for end in 0..bytes.len() {
            assert!(postcard::from_bytes::<Record>(&bytes[..end]).is_err());
        }
    }
}
