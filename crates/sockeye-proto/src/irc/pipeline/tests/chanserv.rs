//! ChanServ: registered channels, the ranks that accounts keep there, and what a restart brings back.

use std::string::{String, ToString as _};
use std::vec::Vec;

use super::net::{Net, START_MS, Who, account_ref, line, only, settings};
use crate::irc::account::{Answer, AnswerError, Question};
use crate::irc::pipeline::Pipeline;
use crate::irc::settings::Settings;

/// What ChanServ says, without its source.
fn told(lines: &[String]) -> Vec<&str> {
    let said = lines.iter().filter_map(|line| {
        let (source, text) = line.split_once(" :")?;
        source
            .starts_with(":ChanServ!ChanServ@hub.test NOTICE ")
            .then_some(text)
    });
    said.collect()
}

/// Says something to ChanServ; where it asks who somebody is, the accounts know it.
fn cs(net: &mut Net, who: Who, said: &str) -> Vec<String> {
    let mut lines = net.says(who, &["PRIVMSG ChanServ :", said].concat());
    if let Some(Question::Lookup { name }) = net.has_asked_what(who) {
        let account = account_ref(&name).id;
        let created_ms = 0;
        lines.extend(net.answers(
            who,
            Ok(Answer::Info {
                account,
                name,
                created_ms,
            }),
        ));
    }
    lines
}

/// ann, logged in, has registered #c; bob is on it, too, and logged in.
fn registered() -> (Net, Who, Who) {
    let mut net = Net::new();
    let ann = net.enter_with("ann", "", Some("ann"));
    net.says(ann, "JOIN #c");
    let lines = cs(&mut net, ann, "REGISTER #C");
    assert_eq!(told(&lines), ["#c is registered to ann."]);
    let bob = net.enter_with("bob", "", Some("bob"));
    net.says(bob, "JOIN #c");
    net.read(ann);
    (net, ann, bob)
}

/// The NAMES of #c.
fn names(net: &mut Net, who: Who) -> String {
    let lines = only(&net.says(who, "NAMES #c"), "353");
    let names = lines[0].rsplit_once(':').unwrap().1;
    names.to_string()
}

#[test]
fn an_operator_who_is_logged_in_registers_a_channel() {
    let mut net = Net::new();
    let [guest] = net.enter(["guest"]);
    net.says(guest, "JOIN #c");
    let lines = cs(&mut net, guest, "REGISTER #c");
    assert_eq!(told(&lines), ["You are not logged in: see NickServ."]);
    let ann = net.enter_with("ann", "", Some("ann"));
    assert_eq!(
        told(&cs(&mut net, ann, "REGISTER #none")),
        ["There is no channel #none."]
    );
    net.says(ann, "JOIN #c");
    let lines = cs(&mut net, ann, "REGISTER #c");
    assert_eq!(told(&lines), ["You have to be an operator of #c."]);
    net.says(guest, "MODE #c +o ann");
    net.read(ann);
    net.read(guest);
    let lines = cs(&mut net, ann, "REGISTER #c");
    let news = ":ChanServ!ChanServ@hub.test MODE #c +q ann";
    assert_eq!(lines[0], news);
    assert_eq!(told(&lines), ["#c is registered to ann."]);
    assert_eq!(net.read(guest), line(news));
    assert_eq!(names(&mut net, guest), "@guest ~ann");
    let lines = cs(&mut net, ann, "REGISTER #c");
    assert_eq!(told(&lines), ["#c is registered already, to ann."]);
    // It belongs to who made it, logged in.
    let bob = net.enter_with("bob", "", Some("bob"));
    net.says(bob, "JOIN #d");
    net.says(ann, "JOIN #d");
    net.says(bob, "MODE #d +o ann");
    let lines = cs(&mut net, ann, "REGISTER #d");
    assert_eq!(told(&lines), ["#d was made by another account."]);
}

#[test]
fn an_account_registers_so_many_channels() {
    let mut net = Net::with(Settings {
        registered_channels_max: 2,
        ..settings()
    });
    let ann = net.enter_with("ann", "", Some("ann"));
    net.says(ann, "JOIN #a,#b,#c");
    assert_eq!(told(&cs(&mut net, ann, "REGISTER #a")).len(), 1);
    cs(&mut net, ann, "REGISTER #b");
    let full = ["You have 2 channels, and no account may have more here."];
    assert_eq!(told(&cs(&mut net, ann, "REGISTER #c")), full);
    let bob = net.enter_with("bob", "", Some("bob"));
    net.says(bob, "JOIN #bob");
    cs(&mut net, bob, "REGISTER #bob");
    cs(&mut net, bob, "TRANSFER #bob ann");
    assert_eq!(told(&cs(&mut net, ann, "TRANSFER ACCEPT #bob"))[1..], full);
    unregister(&mut net, ann, "#a");
    let lines = cs(&mut net, ann, "TRANSFER ACCEPT #bob");
    assert_eq!(told(&lines), ["#bob is registered to ann."]);
}

/// Unregisters a channel with the code that it is told.
fn unregister(net: &mut Net, who: Who, channel: &str) -> Vec<String> {
    let lines = cs(net, who, &["DROP ", channel].concat());
    let code = told(&lines)[0].rsplit_once(' ').unwrap().1.to_string();
    cs(net, who, &["UNREGISTER ", channel, " ", &code].concat())
}

#[test]
fn unregistering_takes_a_code_and_the_founder() {
    let (mut net, ann, bob) = registered();
    let lines = cs(&mut net, bob, "UNREGISTER #c");
    assert_eq!(told(&lines), ["That is for the channel's founder."]);
    let lines = cs(&mut net, ann, "UNREGISTER #c wrong");
    assert!(told(&lines)[0].starts_with("UNREGISTER #c frees it"));
    assert!(told(&cs(&mut net, ann, "INFO #c"))[0].starts_with("#c is registered to ann"));
    let lines = unregister(&mut net, ann, "#c");
    assert_eq!(told(&lines), ["#c is not registered any more."]);
    let news = ":ChanServ!ChanServ@hub.test MODE #c -q ann";
    assert_eq!(net.read(bob), line(news));
    let lines = cs(&mut net, ann, "INFO #c");
    assert_eq!(told(&lines)[0], "#c is not registered.");
    let lines = cs(&mut net, ann, "UNREGISTER #c");
    assert_eq!(told(&lines), ["#c is not registered."]);
}

#[test]
fn accounts_keep_ranks() {
    let (mut net, ann, bob) = registered();
    let lines = cs(&mut net, ann, "AMODE #c +o bob");
    assert_eq!(told(&lines), ["bob gets +o in #c."]);
    let news = ":ChanServ!ChanServ@hub.test MODE #c +o bob";
    assert_eq!(net.read(bob), line(news));
    net.says(bob, "PART #c");
    net.says(ann, "MODE #c +i");
    // Who operates a channel gets in.
    let lines = net.says(bob, "JOIN #c");
    assert_eq!(
        only(&lines, "353"),
        line(":hub.test 353 bob = #c :~ann @bob")
    );
    // An operator gives the ranks that operators give.
    assert_eq!(
        told(&cs(&mut net, bob, "AMODE #c +v eve")),
        ["eve gets +v in #c."]
    );
    let may_not = ["Your account may not do that there."];
    assert_eq!(told(&cs(&mut net, bob, "AMODE #c +a eve")), may_not);
    assert_eq!(told(&cs(&mut net, bob, "AMODE #c +q bob")), may_not);
    assert_eq!(told(&cs(&mut net, bob, "AMODE #c -o ann")).len(), 1);
    assert_eq!(
        told(&cs(&mut net, ann, "AMODE #c +q ann")),
        ["ann is the founder."]
    );
    let list = ["+q ann (founder)", "+o bob", "+v eve", "3 in #c."];
    assert_eq!(told(&cs(&mut net, bob, "AMODE #c")), list);
    let lines = cs(&mut net, ann, "AMODE #c +h bob");
    assert_eq!(told(&lines), ["bob gets +h in #c."]);
    assert_eq!(names(&mut net, ann), "~ann %bob");
    // One may give up what is one's own; an account that is gone still can be taken from the list.
    assert_eq!(
        told(&cs(&mut net, bob, "AMODE #c -h bob")),
        ["bob gets nothing in #c any more."]
    );
    assert_eq!(names(&mut net, ann), "~ann bob");
    assert_eq!(
        told(&cs(&mut net, ann, "AMODE #c -v EVE")),
        ["eve gets nothing in #c any more."]
    );
    assert_eq!(
        told(&cs(&mut net, ann, "AMODE #c -v eve")),
        ["eve does not get -v in #c."]
    );
    let [guest] = net.enter(["guest"]);
    let for_some = ["That is for those who have a prefix in the channel."];
    assert_eq!(told(&cs(&mut net, guest, "AMODE #c")), for_some);
    net.says(ann, "PRIVMSG ChanServ :AMODE #c +o nobody");
    let lines = net.answers(ann, Err(AnswerError::Unknown));
    assert_eq!(told(&lines), ["There is no such account or certificate"]);
}

#[test]
fn logging_in_gives_what_the_account_keeps() {
    let (mut net, ann, _) = registered();
    cs(&mut net, ann, "AMODE #c +v eve");
    let [eve] = net.enter(["eve"]);
    net.says(eve, "JOIN #c");
    net.says(eve, "NS IDENTIFY pw");
    let lines = net.answers(eve, Ok(Answer::Account(account_ref("eve"))));
    assert_eq!(only(&lines, "MODE"), line(":hub.test MODE #c +v eve"));
}

#[test]
fn prefixes_are_given_and_taken_by_account() {
    let (mut net, ann, bob) = registered();
    cs(&mut net, ann, "AMODE #c +o bob");
    net.read(bob);
    assert_eq!(told(&cs(&mut net, bob, "DEOP #c")), ["bob has -o."]);
    assert_eq!(names(&mut net, ann), "~ann bob");
    assert_eq!(told(&cs(&mut net, bob, "OP #c")), ["bob has +o."]);
    assert_eq!(
        told(&cs(&mut net, bob, "OP #c bob")),
        ["That is so already."]
    );
    let may_not = ["Your account may not do that there."];
    assert_eq!(told(&cs(&mut net, bob, "DEOWNER #c ann")), may_not);
    assert_eq!(told(&cs(&mut net, bob, "PROTECT #c")), may_not);
    assert_eq!(
        told(&cs(&mut net, ann, "OP #c none")),
        ["There is nobody called none."]
    );
    let [guest] = net.enter(["guest"]);
    assert_eq!(
        told(&cs(&mut net, bob, "VOICE #c guest")),
        ["guest is not on #c."]
    );
    net.says(guest, "JOIN #c");
    assert_eq!(told(&cs(&mut net, guest, "OP #c")), may_not);
    net.read(ann);
    cs(&mut net, bob, "voice #c guest");
    let news = ":ChanServ!ChanServ@hub.test MODE #c +v guest";
    assert_eq!(net.read(ann), line(news));
    // Not by the account, but one's own.
    assert_eq!(told(&cs(&mut net, guest, "DEVOICE #c")), ["guest has -v."]);
}

#[test]
fn in_an_auditorium_chanserv_lets_members_appear_and_vanish() {
    let (mut net, ann, bob) = registered();
    let [guest] = net.enter(["guest"]);
    net.says(ann, "MODE #c +u");
    net.says(guest, "JOIN #c");
    net.read(bob);
    cs(&mut net, ann, "VOICE #c guest");
    let mode = ":ChanServ!ChanServ@hub.test MODE #c";
    let appears = [":guest!u@h JOIN #c".into(), [mode, " +v guest"].concat()];
    assert_eq!(net.read(bob), appears);
    cs(&mut net, ann, "DEVOICE #c guest");
    let vanishes = [[mode, " -v guest"].concat(), ":guest!u@h PART #c".into()];
    assert_eq!(net.read(bob), vanishes);
}

#[test]
fn a_channel_is_transferred_to_who_accepts_it() {
    let (mut net, ann, bob) = registered();
    cs(&mut net, ann, "AMODE #c +v bob");
    net.read(bob);
    assert_eq!(
        told(&cs(&mut net, bob, "TRANSFER ACCEPT #c")),
        ["#c was not offered to you."]
    );
    assert_eq!(
        told(&cs(&mut net, bob, "TRANSFER #c bob")),
        ["That is for the channel's founder."]
    );
    let lines = cs(&mut net, ann, "TRANSFER #c bob");
    let offered = "#c is offered to bob, who says /CS TRANSFER ACCEPT #c";
    assert_eq!(told(&lines), [offered]);
    let offer = "ann wants to give you #c: /CS TRANSFER ACCEPT #c";
    assert_eq!(told(&net.read(bob)), [offer]);
    cs(&mut net, ann, "TRANSFER CANCEL #c");
    assert_eq!(told(&cs(&mut net, bob, "TRANSFER ACCEPT #c")).len(), 1);
    cs(&mut net, ann, "TRANSFER #c bob");
    net.read(bob);
    let lines = cs(&mut net, bob, "TRANSFER ACCEPT #c");
    assert_eq!(told(&lines), ["#c is registered to bob."]);
    assert_eq!(names(&mut net, ann), "@ann ~bob");
    let list = ["+q bob (founder)", "1 in #c."];
    assert_eq!(told(&cs(&mut net, bob, "AMODE #c")), list);
    // Operators of the network give it at once, since a founder may be gone.
    let boss = net.enter_with("boss", "", Some("boss"));
    let lines = cs(&mut net, boss, "TRANSFER #c ann");
    assert_eq!(told(&lines), ["#c is registered to ann."]);
    assert_eq!(names(&mut net, ann), "~ann @bob");
}

#[test]
fn clear_sends_everybody_out_and_forgets_accounts() {
    let (mut net, ann, bob) = registered();
    let device = net.enter_with("ann2", "", Some("ann"));
    net.says(device, "JOIN #c");
    cs(&mut net, ann, "AMODE #c +o bob");
    net.read(bob);
    assert_eq!(
        told(&cs(&mut net, bob, "CLEAR #c USERS")),
        ["That is for the channel's founder."]
    );
    let lines = cs(&mut net, ann, "CLEAR #c USERS cake is out");
    let kick = ":ChanServ!ChanServ@hub.test KICK #c bob :cake is out";
    assert_eq!(only(&lines, "KICK"), line(kick));
    assert_eq!(told(&lines), ["1 had to leave #c."]);
    assert_eq!(net.read(bob), line(kick));
    assert_eq!(names(&mut net, ann), "~ann ~ann2");
    let lines = cs(&mut net, ann, "CLEAR #c AMODES");
    assert_eq!(told(&lines), ["bob gets nothing in #c any more."]);
    assert_eq!(told(&cs(&mut net, ann, "CLEAR #c AMODES")).len(), 1);
    assert_eq!(
        told(&cs(&mut net, ann, "CLEAR #c x")),
        ["CLEAR takes USERS and AMODES."]
    );
}

#[test]
fn purge_ends_a_channel_for_operators() {
    let (mut net, ann, bob) = registered();
    let for_operators = ["That is for operators of the network."];
    assert_eq!(told(&cs(&mut net, ann, "PURGE #c")), for_operators);
    let boss = net.enter_with("boss", "", Some("boss"));
    let lines = cs(&mut net, boss, "PURGE #c");
    let code = told(&lines)[0].rsplit_once(' ').unwrap().1.to_string();
    let lines = cs(&mut net, boss, &["PURGE #c ", &code].concat());
    assert_eq!(told(&lines), ["#c has ended."]);
    let kick = ":ChanServ!ChanServ@hub.test KICK #c bob :The channel has ended";
    assert_eq!(net.read(bob), line(kick));
    assert_eq!(net.pipeline.channels(), 0);
    assert_eq!(net.restarted(settings()).pipeline.channels(), 0);
    // Its name is free, and its account has room again.
    net.says(bob, "JOIN #c");
    assert_eq!(names(&mut net, bob), "~bob");
}

#[test]
fn registrations_come_back_from_rows_and_from_a_snapshot() {
    let (mut net, ann, bob) = registered();
    net.says(ann, "TOPIC #c :tea");
    net.says(ann, "MODE #c +kb key bad!*@*");
    cs(&mut net, ann, "AMODE #c +a bob");
    cs(&mut net, ann, "AMODE #c +v eve");
    cs(&mut net, ann, "AMODE #c -v eve");
    net.says(bob, "JOIN #d");
    cs(&mut net, bob, "REGISTER #d");
    unregister(&mut net, bob, "#d");
    let (upto, snapshot) = net.pipeline.snapshot();
    let from_rows = net.restarted(settings());
    assert_eq!(from_rows.pipeline.snapshot().1, snapshot);
    let read = Pipeline::restore(settings(), Some(&snapshot), &[], upto, START_MS).unwrap();
    assert_eq!(read.snapshot().1, snapshot);
    for mut again in [from_rows, Net::around(read)] {
        let bob = again.enter_with("bob", "", Some("bob"));
        let lines = again.says(bob, "JOIN #c");
        assert_eq!(only(&lines, "353"), line(":hub.test 353 bob = #c :&bob"));
        assert_eq!(only(&lines, "332"), line(":hub.test 332 bob #c :tea"));
        let list = ["+q ann (founder)", "+a bob", "2 in #c."];
        assert_eq!(told(&cs(&mut again, bob, "AMODE #c")), list);
        let lines = cs(&mut again, bob, "INFO #c");
        assert_eq!(
            told(&lines)[0],
            "#c is registered to ann since 2026-01-01T00:00:00.000Z."
        );
        assert_eq!(
            told(&cs(&mut again, bob, "INFO #d"))[0],
            "#d is not registered."
        );
    }
}

#[test]
fn of_two_who_register_a_channel_the_first_in_order_has_it() {
    let mut net = Net::new();
    let [guest] = net.enter(["guest"]);
    net.says(guest, "JOIN #c");
    let ann = net.enter_with("ann", "", Some("ann"));
    let bob = net.enter_with("bob", "", Some("bob"));
    for who in [ann, bob] {
        net.says(who, "JOIN #c");
    }
    net.says(guest, "MODE #c +oo ann bob");
    for who in [ann, bob] {
        net.read(who);
    }
    net.slow_log();
    net.writes(bob, "CS REGISTER #c");
    net.writes(ann, "CS REGISTER #c");
    net.commit();
    net.commit();
    net.commit();
    assert_eq!(told(&net.read(bob)), ["#c is registered to bob."]);
    let refused = ["#c is registered already, to bob."];
    assert_eq!(told(&net.read(ann)), refused);
    // The row of the registration, and the one that made the channel last: the first's counts.
    assert_eq!(net.voids.len(), 2);
    let again = net.restarted(settings());
    assert_eq!(again.pipeline.snapshot().1, net.pipeline.snapshot().1);
}

#[test]
fn what_cannot_be_stored_does_not_happen() {
    let (mut net, ann, bob) = registered();
    net.slow_log();
    net.writes(ann, "CS AMODE #c +o bob");
    let account = account_ref("bob").id;
    let (name, created_ms) = ("bob".into(), 0);
    net.done(ann);
    net.answers(
        ann,
        Ok(Answer::Info {
            account,
            name,
            created_ms,
        }),
    );
    net.fail();
    let why = "Not carried out, because it cannot be stored: no space left";
    assert_eq!(told(&net.read(ann)), [why]);
    // And what was said behind it is heard.
    assert_eq!(net.done(ann), 1);
    assert_eq!(only(&net.says(ann, "PING x"), "PONG").len(), 1);
    assert_eq!(names(&mut net, ann), "~ann bob");
    assert!(net.read(bob).is_empty());
}

#[test]
fn replies_are_labelled() {
    let mut net = Net::new();
    let ann = net.enter_with("ann", "labeled-response batch", Some("ann"));
    net.says(ann, "JOIN #c");
    let lines = net.says(ann, "@label=x CS REGISTER #c");
    assert_eq!(
        lines,
        line("@label=x :ChanServ!ChanServ@hub.test NOTICE ann :#c is registered to ann.")
    );
    assert!(
        net.says(ann, "@label=y CHANSERV AMODE #c +o bob")
            .is_empty()
    );
    let lines = net.answers(ann, Err(AnswerError::Unknown));
    assert!(lines[0].starts_with("@label=y :ChanServ!"), "{lines:?}");
}

#[test]
fn commands_tell_how_they_are_used() {
    let (mut net, ann, _) = registered();
    for said in ["HELP", "help"] {
        assert!(told(&cs(&mut net, ann, said)).len() > 8, "{said}");
    }
    for said in [
        "HELP deop",
        "AMODE",
        "TRANSFER #c",
        "CLEAR #c",
        "OP",
        "REGISTER",
    ] {
        let lines = cs(&mut net, ann, said);
        assert!(told(&lines)[0].starts_with("Use: "), "{said}: {lines:?}");
    }
    let lines = cs(&mut net, ann, "nonsense #c");
    assert_eq!(told(&lines), ["I do not understand. HELP lists what I do."]);
    for said in ["AMODE #c +x bob", "AMODE #c +oo bob", "AMODE #c + bob"] {
        let lines = cs(&mut net, ann, said);
        assert!(told(&lines)[0].starts_with("That takes one of"), "{said}");
    }
    // Without accounts there is no service.
    let mut net = Net::with(Settings {
        accounts: false,
        ..settings()
    });
    let [ann] = net.enter(["ann"]);
    assert_eq!(
        only(&net.says(ann, "PRIVMSG ChanServ :HELP"), "401").len(),
        1
    );
}

#[test]
fn a_secret_channel_is_not_told_of() {
    let (mut net, ann, _) = registered();
    net.says(ann, "MODE #c +s");
    let [guest] = net.enter(["guest"]);
    for said in ["INFO #c", "AMODE #c", "OP #c", "UNREGISTER #c"] {
        let lines = cs(&mut net, guest, said);
        assert_eq!(told(&lines), ["There is no channel #c."], "{said}");
    }
    net.says(ann, "PART #c");
    assert_eq!(told(&cs(&mut net, ann, "INFO #c")).len(), 3);
}

#[test]
fn clearing_is_in_the_history() {
    let (mut net, ann, _) = registered();
    cs(&mut net, ann, "CLEAR #c USERS");
    let kicks = net.log.iter().filter(|record| {
        let text = std::format!("{:?}", record.fact);
        text.contains("Kick") && text.contains("ChanServ!ChanServ@hub.test")
    });
    assert_eq!(kicks.count(), 1);
}

#[test]
fn a_channel_that_looks_like_another_one_is_not_made() {
    let mut net = Net::new();
    let [ann, bob] = net.enter(["ann", "bob"]);
    net.says(ann, "JOIN #tea");
    let alike = ":hub.test 403 bob #t\u{435}a :The name looks like that of another channel";
    assert_eq!(net.says(bob, "JOIN #t\u{435}a"), line(alike));
    net.says(bob, "JOIN #other");
    let refused = net.says(bob, "RENAME #other #t\u{435}a");
    assert!(
        refused[0].contains("FAIL RENAME CANNOT_RENAME"),
        "{refused:?}"
    );
    // Its own name in other letters is in nobody's way, and one that is gone in nobody's either.
    net.says(ann, "RENAME #tea #t\u{435}a");
    assert_eq!(only(&net.says(bob, "JOIN #tea"), "403").len(), 1);
    net.says(ann, "RENAME #t\u{435}a #coffee");
    assert_eq!(only(&net.says(bob, "JOIN #tea"), "JOIN").len(), 1);
}
