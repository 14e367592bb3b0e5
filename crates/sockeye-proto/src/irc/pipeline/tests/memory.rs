//! What is remembered besides the messages of channels: direct messages, and who came and went.

use std::string::String;
use std::vec::Vec;

use super::net::{Net, Who, account_ref, line, only, settings};
use crate::irc::account::Answer;
use crate::irc::event::{Fact, PresenceChange, StoredDirect, StoredPresence};
use crate::irc::history::{Buffer, HistoryRequest, Query};
use crate::irc::settings::Settings;

fn directs(net: &Net) -> Vec<&StoredDirect> {
    let facts = net.log.iter().map(|record| &record.fact);
    facts
        .filter_map(|fact| match fact {
            Fact::Direct(direct) => Some(direct),
            _ => None,
        })
        .collect()
}

fn presences(net: &Net) -> Vec<&StoredPresence> {
    let facts = net.log.iter().map(|record| &record.fact);
    facts
        .filter_map(|fact| match fact {
            Fact::Presence(presence) => Some(presence),
            _ => None,
        })
        .collect()
}

/// What the one read that the client has asked for is of.
fn buffer(net: &mut Net, who: Who) -> (Buffer, String) {
    let HistoryRequest { query, reply, .. } = net.histories(who).remove(0);
    match query {
        Query::Messages { buffer, .. } => (buffer, reply.target),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_direct_message_is_kept_for_those_who_can_log_in() {
    let mut net = Net::new();
    let [guest, other] = net.enter(["Guest", "other"]);
    let ann = net.enter_with("ann_", "", Some("Ann"));
    net.says(guest, "PRIVMSG other :not kept");
    assert!(directs(&net).is_empty());
    net.read(other);

    net.says(guest, "PRIVMSG ann_ :kept");
    assert_eq!(net.read(ann), line(":Guest!u@h PRIVMSG ann_ :kept"));
    let direct = directs(&net)[0];
    assert_eq!(
        (&*direct.from.key, direct.from.account, &*direct.from.nick),
        ("guest", None, "Guest")
    );
    let id = account_ref("Ann").id;
    assert_eq!(
        (&*direct.to.key, direct.to.account, &*direct.to.nick),
        ("ann", Some(id), "ann_")
    );
    net.says(ann, "NOTICE guest :so is this");
    assert_eq!(directs(&net).len(), 2);
}

#[test]
fn accounts_read_their_direct_messages_under_any_nick() {
    let caps = "batch draft/chathistory";
    let mut net = Net::new();
    let ann = net.enter_with("ann", caps, Some("ann"));
    net.enter_with("bob_at_work", caps, Some("Bob"));
    let guest = net.enter_with("guest", caps, None);
    let with = |peer: &str| Buffer::Direct {
        owner: account_ref("ann").id,
        peer: peer.into(),
        events: false,
    };
    // The nick of somebody here, the name of an account, a nick of nobody.
    for (target, peer) in [("BOB_at_work", "bob"), ("Bob", "bob"), ("Eve", "eve")] {
        net.says(ann, &["CHATHISTORY LATEST ", target, " * 10"].concat());
        let (buffer, shown) = buffer(&mut net, ann);
        assert_eq!(buffer, with(peer));
        assert!(shown.eq_ignore_ascii_case(target), "{shown}");
    }
    assert!(net.says(guest, "CHATHISTORY LATEST ann * 10")[0].contains("INVALID_TARGET"));

    let targets = "CHATHISTORY TARGETS timestamp=2020-01-01T00:00:00.000Z \
                   timestamp=2030-01-01T00:00:00.000Z 10";
    for (who, wanted) in [(ann, Some(account_ref("ann").id)), (guest, None)] {
        net.says(who, targets);
        let Query::Targets { owner, .. } = net.histories(who).remove(0).query else {
            panic!("no targets");
        };
        assert_eq!(owner, wanted);
    }
}

#[test]
fn tags_alone_are_kept_unless_they_pass() {
    let mut net = Net::new();
    let ann = net.enter_with("ann", "message-tags", None);
    net.says(ann, "JOIN #c");
    for tags in ["+typing=active", "+draft/typing=done"] {
        net.says(ann, &["@", tags, " TAGMSG #c"].concat());
    }
    assert!(net.log.is_empty());
    net.says(ann, "@+draft/react=👍;+typing=done TAGMSG #c");
    assert!(matches!(
        &net.log.last().unwrap().fact,
        Fact::Message(message) if message.tags.len() == 2 && message.text.is_empty()
    ));
}

#[test]
fn who_comes_and_goes_is_kept_where_something_else_is() {
    let mut net = Net::new();
    let [ann, bob] = net.enter(["ann", "bob"]);
    net.says(ann, "JOIN #kept,#passing");
    assert!(net.log.is_empty());
    net.says(ann, "TOPIC #kept :stays");
    net.says(bob, "JOIN #kept,#passing");
    net.says(bob, "JOIN #kept");
    net.says(bob, "NICK bo");
    net.says(bob, "PART #kept :tea");
    net.says(bob, "JOIN #kept");
    net.says(ann, "KICK #kept bo :out");
    net.says(ann, "QUIT :night");
    let told: Vec<_> = presences(&net)
        .into_iter()
        .map(|presence| (&*presence.source, presence.change.clone()))
        .collect();
    let join = || PresenceChange::Join {
        realname: "Real Name".into(),
    };
    let (ann, bob, bo) = ("ann!u@h", "bob!u@h", "bo!u@h");
    let (nick, reason) = (String::from("bo"), String::from("out"));
    assert_eq!(
        told,
        [
            (bob, join()),
            (bob, PresenceChange::Nick { nick: nick.clone() }),
            (
                bo,
                PresenceChange::Part {
                    reason: Some("tea".into())
                }
            ),
            (bo, join()),
            (ann, PresenceChange::Kick { nick, reason }),
            (
                ann,
                PresenceChange::Quit {
                    reason: "Quit: night".into()
                }
            ),
        ]
    );
    let channels: Vec<_> = net.log.iter().map(|record| record.channel).collect();
    assert!(channels.iter().all(|channel| *channel == channels[0]));
}

#[test]
fn who_leaves_is_remembered_in_each_channel() {
    let mut net = Net::new();
    let [ann, bob] = net.enter(["ann", "bob"]);
    net.says(ann, "JOIN #a,#b");
    net.says(ann, "PRIVMSG #a,#b :hi");
    net.says(bob, "JOIN #a,#b");
    let before = presences(&net).len();
    net.says(bob, "QUIT");
    let rows: Vec<_> = net.log.iter().rev().take(2).collect();
    assert_eq!(presences(&net).len(), before + 2);
    assert_ne!(rows[0].channel, rows[1].channel);
    assert_ne!(rows[0].stamp.number, rows[1].stamp.number);
}

#[test]
fn coming_and_going_does_not_fail_with_the_store() {
    let mut net = Net::new();
    let [ann, bob] = net.enter(["ann", "bob"]);
    net.says(ann, "JOIN #c");
    net.says(ann, "PRIVMSG #c :hi");
    net.slow_log();
    net.writes(bob, "JOIN #c");
    assert!(net.read(ann).is_empty());
    net.fail();
    assert_eq!(net.read(ann), line(":bob!u@h JOIN #c"));
    net.writes(bob, "QUIT :bye");
    net.fail();
    assert!(net.is_closed(bob));
    assert_eq!(net.read(ann), line(":bob!u@h QUIT :Quit: bye"));
    assert!(net.voids.is_empty() && presences(&net).is_empty());
}

#[test]
fn a_direct_message_that_cannot_be_stored_is_refused() {
    let mut net = Net::new();
    let ann = net.enter_with("ann", "", Some("ann"));
    let [bob] = net.enter(["bob"]);
    net.slow_log();
    net.writes(ann, "PRIVMSG bob :hi");
    net.fail();
    let refused = net.read(ann);
    assert!(
        refused[0].starts_with(":hub.test 400 ann PRIVMSG :"),
        "{refused:?}"
    );
    assert!(net.read(bob).is_empty());
}

#[test]
fn without_the_setting_nothing_but_messages_is_kept() {
    let mut net = Net::with(Settings {
        history_events: false,
        ..settings()
    });
    let [ann, bob] = net.enter(["ann", "bob"]);
    net.says(ann, "JOIN #c");
    net.says(ann, "PRIVMSG #c :hi");
    net.says(bob, "JOIN #c");
    net.says(bob, "PART #c");
    assert!(presences(&net).is_empty());
}

#[test]
fn who_is_sent_away_by_ghost_quits_in_the_history() {
    let mut net = Net::new();
    let ann = net.enter_with("ann_", "", Some("ann"));
    let [ghost] = net.enter(["ann"]);
    net.says(ghost, "JOIN #c,#unkept");
    net.says(ghost, "TOPIC #c :kept");
    net.says(ann, "JOIN #c");
    net.log.clear();
    net.says(ann, "NS REGAIN ann");
    let told: Vec<_> = presences(&net)
        .into_iter()
        .map(|presence| (&*presence.source, &presence.change))
        .collect();
    let reason = String::from("GHOST command used by ann_");
    assert_eq!(
        told,
        [
            ("ann!u@h", &PresenceChange::Quit { reason }),
            ("ann_!u@h", &PresenceChange::Nick { nick: "ann".into() }),
        ]
    );
    // With the password of the nick, the same.
    let [bob, eve] = net.enter(["bob", "eve"]);
    net.says(bob, "JOIN #c");
    net.log.clear();
    net.says(eve, "NS GHOST bob pw");
    net.answers(eve, Ok(Answer::Account(account_ref("bob"))));
    assert!(net.is_closed(bob));
    assert_eq!(presences(&net).len(), 1);
    assert!(net.voids.is_empty());
}

#[test]
fn ghost_of_who_has_another_nick_by_then_is_refused() {
    let mut net = Net::new();
    let ann = net.enter_with("x", "", Some("ann"));
    let [ghost, other] = net.enter(["ann", "other"]);
    net.says(ghost, "JOIN #c");
    net.says(ghost, "TOPIC #c :kept");
    net.read(ghost);
    net.slow_log();
    net.writes(ghost, "NICK away");
    net.writes(ann, "NS REGAIN ann");
    while net.appending.is_some() {
        net.commit();
    }
    assert!(!net.is_closed(ghost));
    let refused = ":NickServ!NickServ@hub.test NOTICE x :Who had that nick has left it.";
    assert_eq!(net.read(ann), line(refused));
    assert_eq!(only(&net.says(other, "WHOIS away"), "311").len(), 1);
    // What was stored of it is taken back.
    assert_eq!(net.voids.len(), 1);
}

#[test]
fn a_join_that_is_forwarded_meanwhile_is_not_in_the_history_of_the_first_channel() {
    let mut net = Net::new();
    let [op, ann] = net.enter(["op", "ann"]);
    net.says(op, "JOIN #a,#b");
    for kept in ["TOPIC #a :kept", "TOPIC #b :kept"] {
        net.says(op, kept);
    }
    net.slow_log();
    net.writes(op, "MODE #a +if #b");
    net.writes(ann, "JOIN #a");
    net.log.clear();
    while net.appending.is_some() {
        net.commit();
    }
    assert_eq!(only(&net.read(ann), "JOIN"), line(":ann!u@h JOIN #b"));
    let rows = net.log.iter();
    let joins: Vec<_> = rows
        .filter(|row| matches!(row.fact, Fact::Presence(_)))
        .map(|row| row.stamp.number)
        .collect();
    assert_eq!(joins.len(), 1);
    // It goes along with the next batch.
    net.writes(op, "PRIVMSG #a :x");
    net.commit();
    assert_eq!(net.voids, joins);
}

#[test]
fn who_is_kicked_before_its_quit_does_not_quit_there() {
    let mut net = Net::new();
    let [op, ann] = net.enter(["op", "ann"]);
    net.says(op, "JOIN #a,#b");
    for kept in ["TOPIC #a :kept", "TOPIC #b :kept"] {
        net.says(op, kept);
    }
    net.says(ann, "JOIN #a,#b");
    net.slow_log();
    net.writes(op, "KICK #a ann");
    net.writes(ann, "QUIT");
    net.log.clear();
    while net.appending.is_some() {
        net.commit();
    }
    let quits = net.log.iter().filter(|row| {
        matches!(&row.fact, Fact::Presence(StoredPresence { change, .. })
            if matches!(change, PresenceChange::Quit { .. }))
    });
    let quits: Vec<_> = quits.map(|row| (row.channel, row.stamp.number)).collect();
    let [(kicked, void), (other, _)] = quits[..] else {
        panic!("{quits:?}");
    };
    assert_ne!(kicked, other);
    net.writes(op, "PRIVMSG #a :x");
    net.commit();
    assert_eq!(net.voids, [void]);
}
