//! Answers for every set of capabilities.

use alloc::string::{String, ToString};
use alloc::vec;
use alloc::vec::Vec;

use super::*;
use crate::irc::event::{Party, PresenceChange, Stamp, StoredDirect, StoredMode, StoredPresence};
use crate::irc::id::ChannelId;

fn reply(caps: Caps) -> Reply {
    Reply {
        server: "h".into(),
        caps,
        target: "#a".into(),
        label: None,
        batch: "b1".into(),
        channels: Vec::new(),
        asked: Some(Command::Chathistory(Subcommand::Latest)),
        hidden: Vec::new(),
    }
}

fn replay(caps: Caps) -> Reply {
    Reply {
        asked: None,
        ..reply(caps)
    }
}

fn message(number: u64, text: &str) -> Record {
    Record {
        stamp: Stamp {
            number,
            wall_ms: 1_546_612_406_123,
            random: 0,
        },
        channel: ChannelId(1),
        fact: Fact::Message(StoredMessage {
            source: "ali!u@h".into(),
            account: None,
            kind: MessageKind::Privmsg,
            tags: vec![("+x".to_string(), "1;2".to_string())],
            text: text.into(),
        }),
    }
}

fn lines(reply: &Reply, found: &Found) -> Vec<String> {
    let bytes = encode(reply, found);
    let text = core::str::from_utf8(&bytes).unwrap();
    assert!(text.is_empty() || text.ends_with("\r\n"));
    text.split_terminator("\r\n").map(String::from).collect()
}

#[test]
fn with_all_capabilities_it_is_a_batch_of_tagged_lines() {
    let caps = Caps::BATCH | Caps::SERVER_TIME | Caps::MESSAGE_TAGS;
    let reply = Reply {
        label: Some("l".into()),
        ..reply(caps)
    };
    assert_eq!(
        lines(&reply, &Found::Messages(vec![message(1, "hi")])),
        [
            "@label=l :h BATCH +b1 chathistory #a",
            "@batch=b1;time=2019-01-04T14:33:26.123Z;msgid=000000000000100000000;+x=1\\:2 :ali!u@h PRIVMSG \
         #a :hi",
            ":h BATCH -b1",
        ]
    );
}

#[test]
fn an_empty_answer_is_an_empty_batch_but_nothing_after_a_join() {
    let nothing = Found::Messages(Vec::new());
    assert_eq!(lines(&reply(Caps::BATCH), &nothing).len(), 2);
    assert!(lines(&reply(Caps::NONE), &nothing).is_empty());
    assert!(lines(&replay(Caps::BATCH), &nothing).is_empty());
    let labelled = Reply {
        label: Some("l".into()),
        ..reply(Caps::NONE)
    };
    assert_eq!(lines(&labelled, &nothing), ["@label=l :h ACK"]);
}

#[test]
fn without_capabilities_a_replay_says_when() {
    let found = Found::Messages(vec![message(1, "hi"), message(2, "\u{1}ACTION waves\u{1}")]);
    assert_eq!(
        lines(&replay(Caps::NONE), &found),
        [
            ":ali!u@h PRIVMSG #a :[2019-01-04 14:33] hi",
            ":ali!u@h PRIVMSG #a :\u{1}ACTION [2019-01-04 14:33] waves\u{1}",
        ]
    );
    assert_eq!(lines(&replay(Caps::SERVER_TIME), &found)[0], {
        "@time=2019-01-04T14:33:26.123Z :ali!u@h PRIVMSG #a :hi"
    });
    assert_eq!(
        lines(&reply(Caps::NONE), &found)[0],
        ":ali!u@h PRIVMSG #a :hi"
    );
}

#[test]
fn a_date_that_does_not_fit_cuts_the_end_but_keeps_an_action_one() {
    let long = "ä".repeat(300);
    let action = ["\u{1}ACTION ", &long, "\u{1}"].concat();
    let found = Found::Messages(vec![message(1, &long), message(2, &action)]);
    for (line, end) in lines(&replay(Caps::NONE), &found)
        .iter()
        .zip(["ä", "ä\u{1}"])
    {
        assert!((509..=510).contains(&line.len()), "{}", line.len());
        assert!(line.ends_with(end));
    }
}

/// A row of each kind that is no PRIVMSG or NOTICE.
fn events() -> Vec<Record> {
    let mut tags_only = message(1, "");
    if let Fact::Message(message) = &mut tags_only.fact {
        message.kind = MessageKind::Tagmsg;
    }
    let by = || String::from("ali!u@h");
    let presence = |change| {
        Fact::Presence(StoredPresence {
            source: by(),
            account: None,
            change,
        })
    };
    let (nick, reason) = (|| String::from("eve"), || String::from("go now"));
    let mode = |add, letter, value: Option<&str>| StoredMode {
        add,
        letter,
        value: value.map(String::from),
    };
    let changes = vec![
        mode(true, 'k', Some("key")),
        mode(true, 'n', None),
        mode(false, 'b', Some("*!*@x")),
    ];
    let facts = [
        Fact::Topic {
            by: by(),
            topic: "t".into(),
        },
        Fact::Mode { by: by(), changes },
        presence(PresenceChange::Join {
            realname: String::new(),
        }),
        presence(PresenceChange::Part { reason: None }),
        presence(PresenceChange::Part {
            reason: Some(reason()),
        }),
        presence(PresenceChange::Quit { reason: reason() }),
        presence(PresenceChange::Kick {
            nick: nick(),
            reason: reason(),
        }),
        presence(PresenceChange::Nick { nick: nick() }),
    ];
    let facts = facts.map(|fact| Record {
        fact,
        ..message(2, "")
    });
    [tags_only].into_iter().chain(facts).collect()
}

#[test]
fn events_are_for_those_who_can_play_them_back() {
    let found = Found::Messages(events());
    assert!(lines(&reply(Caps::MESSAGE_TAGS), &found).is_empty());
    assert_eq!(
        lines(&reply(Caps::EVENT_PLAYBACK), &found),
        [
            ":ali!u@h TOPIC #a :t",
            ":ali!u@h MODE #a +kn-b key *!*@x",
            ":ali!u@h JOIN #a",
            ":ali!u@h PART #a",
            ":ali!u@h PART #a :go now",
            ":ali!u@h QUIT :go now",
            ":ali!u@h KICK #a eve :go now",
            ":ali!u@h NICK eve",
        ]
    );
    let caps = Caps::EVENT_PLAYBACK | Caps::MESSAGE_TAGS;
    let tagged = lines(&reply(caps), &found);
    assert_eq!(
        tagged[..2],
        [
            "@msgid=000000000000100000000;+x=1\\:2 :ali!u@h TAGMSG #a",
            "@msgid=000000000000200000000 :ali!u@h TOPIC #a :t",
        ]
    );
}

#[test]
fn direct_messages_name_their_receiver() {
    let Fact::Message(said) = message(1, "psst").fact else {
        panic!("it is one");
    };
    let party = |nick: &str| Party {
        nick: nick.into(),
        key: nick.into(),
        account: None,
    };
    let direct = StoredDirect {
        from: party("ali"),
        to: party("bo"),
        message: said,
    };
    let record = Record {
        fact: Fact::Direct(direct),
        ..message(1, "")
    };
    let reply = Reply {
        target: "ali".into(),
        ..reply(Caps::BATCH)
    };
    assert_eq!(
        lines(&reply, &Found::Messages(vec![record])),
        [
            ":h BATCH +b1 chathistory ali",
            "@batch=b1 :ali!u@h PRIVMSG bo :psst",
            ":h BATCH -b1",
        ]
    );
}

#[test]
fn what_does_not_count_any_more_is_left_out() {
    let reply = Reply {
        hidden: vec![1],
        ..reply(Caps::NONE)
    };
    let found = Found::Messages(vec![message(1, "refused"), message(2, "said")]);
    assert_eq!(lines(&reply, &found), [":ali!u@h PRIVMSG #a :said"]);
}

#[test]
fn targets_are_lines_of_their_own_batch() {
    let reply = Reply {
        asked: Some(Command::Chathistory(Subcommand::Targets)),
        ..reply(Caps::BATCH)
    };
    assert_eq!(
        lines(&reply, &Found::Targets(vec![("#a".into(), 0)])),
        [
            ":h BATCH +b1 draft/chathistory-targets",
            "@batch=b1 :h CHATHISTORY TARGETS #a 1970-01-01T00:00:00.000Z",
            ":h BATCH -b1",
        ]
    );
}

#[test]
fn what_could_not_be_read_is_said() {
    let found = Found::Unavailable("disk error".into());
    let labelled = Reply {
        label: Some("l".into()),
        ..reply(Caps::BATCH)
    };
    assert_eq!(
        lines(&labelled, &found),
        ["@label=l :h FAIL CHATHISTORY MESSAGE_ERROR LATEST #a :Messages could not be retrieved"]
    );
    assert_eq!(
        lines(&replay(Caps::NONE), &found),
        [":h NOTICE #a :Earlier messages could not be read: disk error"]
    );
}
