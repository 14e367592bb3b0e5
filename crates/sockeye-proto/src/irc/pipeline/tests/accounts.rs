//! OPER, REGISTER and NickServ: what is asked of the accounts, and what comes of the answers.

use std::collections::BTreeMap;
use std::string::String;
use std::vec::Vec;

use super::net::{Net, Who, account_ref, id, line, only, settings};
use crate::irc::account::{Answer, AnswerError, Question, Secret};
use crate::irc::input::Input;
use crate::irc::settings::Settings;

fn is(name: &str) -> Result<Answer, AnswerError> {
    Ok(Answer::Account(account_ref(name)))
}

fn password(name: &str, password: &str) -> Question {
    Question::Password {
        name: name.into(),
        password: Secret(password.into()),
    }
}

/// What NickServ says, without its source.
fn told(lines: &[String]) -> Vec<&str> {
    let said = lines.iter().filter_map(|line| {
        let (source, text) = line.split_once(" :")?;
        source
            .starts_with(":NickServ!NickServ@hub.test NOTICE ")
            .then_some(text)
    });
    said.collect()
}

fn ns(net: &mut Net, who: Who, said: &str) -> Vec<String> {
    net.says(who, &["PRIVMSG NickServ :", said].concat())
}

#[test]
fn oper_logs_an_operator_in() {
    let mut net = Net::new();
    let [ann] = net.enter(["ann"]);
    assert_eq!(only(&net.says(ann, "OPER boss"), "461").len(), 1);
    assert!(net.says(ann, "OPER boss pw").is_empty());
    assert_eq!(net.asked(ann), password("boss", "pw"));
    assert_eq!(
        net.answers(ann, Err(AnswerError::Denied)),
        line(":hub.test 464 ann :Password incorrect")
    );
    net.says(ann, "OPER acc pw");
    assert_eq!(
        net.answers(ann, is("acc")),
        line(":hub.test 491 ann :No O-lines for your host")
    );
    net.says(ann, "OPER boss pw");
    assert_eq!(
        net.answers(ann, is("boss")),
        [
            ":ann!u@h MODE ann +o",
            ":hub.test 900 ann ann!u@h boss :You are now logged in as boss",
            ":hub.test 381 ann :You are now an IRC operator",
        ]
    );
}

#[test]
fn all_that_a_client_says_waits_for_the_answer() {
    let mut net = Net::new();
    let ann = net.enter_with("ann", "labeled-response batch", None);
    net.done(ann);
    assert!(net.says(ann, "@label=a NS IDENTIFY acc pw").is_empty());
    assert!(net.says(ann, "PING x").is_empty());
    assert_eq!(net.done(ann), 0);
    let lines = net.answers(ann, is("acc"));
    assert_eq!(lines[0], "@label=a :hub.test BATCH +1 labeled-response");
    assert_eq!(lines.last().unwrap(), ":hub.test PONG hub.test :x");
    assert_eq!(net.done(ann), 2);
    // An answer that nobody waits for is none.
    assert!(net.answers(ann, is("boss")).is_empty());
    assert_eq!(net.done(ann), 0);
}

#[test]
fn who_leaves_or_is_sent_away_gets_no_answer() {
    let mut net = Net::new();
    let boss = net.enter_with("boss", "", Some("boss"));
    let [ann, bob] = net.enter(["ann", "bob"]);
    net.says(ann, "NS IDENTIFY pw");
    net.says(ann, "QUIT");
    assert!(net.is_closed(ann));
    assert!(net.answers(ann, is("acc")).is_empty());
    net.says(bob, "NS IDENTIFY pw");
    net.says(boss, "KILL bob :x");
    net.read(bob);
    assert!(net.is_closed(bob));
    assert!(net.answers(bob, is("acc")).is_empty());
    net.reopen(bob);
    net.enter(["bob"]);
}

#[test]
fn who_leaves_asks_nothing_more_and_says_the_rest() {
    let mut net = Net::new();
    let [ann, bob] = net.enter(["ann", "bob"]);
    for who in [ann, bob] {
        net.says(who, "JOIN #c");
    }
    net.read(bob);
    net.says(ann, "NS IDENTIFY pw");
    net.says(ann, "PRIVMSG #c :bye");
    net.says(ann, "NS GHOST bob pw");
    assert!(net.read(bob).is_empty());
    assert!(net.has_asked(ann));
    let (session, reason) = (id(ann), "Connection lost".into());
    net.input(Input::Leave { session, reason });
    assert!(net.is_closed(ann));
    let read = [":ann!u@h PRIVMSG #c :bye", ":ann!u@h QUIT :Connection lost"];
    assert_eq!(net.read(bob), read);
    // The second question was not asked, so the answer to the first is not taken for its own.
    assert!(!net.has_asked(ann));
    net.answers(ann, is("bob"));
    assert!(!net.is_closed(bob));
}

#[test]
fn register_makes_an_account_and_logs_in() {
    let mut net = Net::new();
    let [ann] = net.enter(["ann"]);
    assert!(net.says(ann, "REGISTER * * secret").is_empty());
    let name = String::from("ann");
    let secret = Secret("secret".into());
    assert_eq!(
        net.asked(ann),
        Question::Register {
            name,
            password: secret
        }
    );
    for (error, code) in [
        (AnswerError::Exists, "ACCOUNT_EXISTS"),
        (AnswerError::BadName, "BAD_ACCOUNT_NAME"),
        (AnswerError::BadPassword("x"), "UNACCEPTABLE_PASSWORD"),
        (AnswerError::Busy, "TEMPORARILY_UNAVAILABLE"),
    ] {
        let lines = net.answers(ann, Err(error));
        let start = [":hub.test FAIL REGISTER ", code, " ann :"].concat();
        assert!(lines[0].starts_with(&start), "{lines:?}");
        net.says(ann, "REGISTER ann * secret");
    }
    assert_eq!(
        net.answers(ann, is("ann")),
        [
            ":hub.test REGISTER SUCCESS ann :Account created; you are logged in to it",
            ":hub.test 900 ann ann!u@h ann :You are now logged in as ann",
        ]
    );
    assert_eq!(
        net.says(ann, "REGISTER * * x"),
        line(":hub.test FAIL REGISTER ALREADY_AUTHENTICATED ann :You are already logged in")
    );
    assert_eq!(
        net.says(ann, "VERIFY ann 1"),
        line(":hub.test FAIL VERIFY INVALID_CODE ann :There is nothing to verify")
    );
    net.pipeline.reload(Settings {
        register: false,
        ..settings()
    });
    assert_eq!(only(&net.says(ann, "REGISTER * * x"), "421").len(), 1);
    let bob = net.enter_with("bob", "", None);
    let refused = ns(&mut net, bob, "REGISTER x");
    assert_eq!(told(&refused), ["Accounts are made by the operators here."]);
}

#[test]
fn nickserv_answers_to_its_names_and_to_nobody_else() {
    let mut net = Net::new();
    let [ann, bob] = net.enter(["ann", "bob"]);
    for said in [
        "PRIVMSG nickserv :help",
        "PRIVMSG NickServ@hub.test :HELP",
        "NICKSERV HELP",
        "NS help",
    ] {
        assert!(told(&net.says(ann, said)).len() > 5, "{said}");
    }
    assert_eq!(told(&ns(&mut net, ann, "nonsense")).len(), 1);
    for said in ["NICK NickServ", "NICK chanserv"] {
        assert_eq!(only(&net.says(bob, said), "433").len(), 1, "{said}");
    }
    let third = net.candidate("nickserv", "", None);
    assert_eq!(only(&net.read(third), "433").len(), 1);
    assert_eq!(
        net.says(ann, "WHOIS nickserv"),
        [
            ":hub.test 311 ann NickServ NickServ hub.test * :Service for accounts: /MSG NickServ HELP",
            ":hub.test 312 ann NickServ hub.test :Test Net",
            ":hub.test 318 ann nickserv :End of /WHOIS list",
        ]
    );
    let present = net.says(ann, "ISON chanserv nobody bob");
    assert_eq!(present, line(":hub.test 303 ann :ChanServ bob"));
    let hosts = net.says(ann, "USERHOST ChanServ");
    assert_eq!(
        hosts,
        line(":hub.test 302 ann :ChanServ=+ChanServ@hub.test")
    );
    assert!(net.says(ann, "NOTICE NickServ :x").is_empty());
}

#[test]
fn nickserv_logs_in_and_out() {
    let mut net = Net::new();
    let [ann] = net.enter(["ann"]);
    ns(&mut net, ann, "IDENTIFY  pw");
    assert_eq!(net.asked(ann), password("ann", "pw"));
    let wrong = net.answers(ann, Err(AnswerError::Denied));
    assert_eq!(told(&wrong), ["Name or password is wrong"]);
    ns(&mut net, ann, "identify acc pw");
    assert_eq!(net.asked(ann), password("acc", "pw"));
    let lines = net.answers(ann, is("acc"));
    assert_eq!(only(&lines, "900").len(), 1);
    assert_eq!(told(&lines), ["You are logged in as acc."]);
    assert_eq!(
        ns(&mut net, ann, "LOGOUT"),
        line(":hub.test 901 ann ann!u@h :You are now logged out")
    );
    assert!(only(&net.says(ann, "WHOIS ann"), "330").is_empty());
}

#[test]
fn ghost_and_regain_free_a_nick() {
    let mut net = Net::new();
    let [ann, bob] = net.enter(["ann", "bob"]);
    let not_yours = "That nick is not yours; with its password it is.";
    assert_eq!(told(&ns(&mut net, ann, "GHOST bob")), [not_yours]);
    assert_eq!(
        told(&ns(&mut net, ann, "GHOST nobody")),
        ["Nobody has that nick."]
    );
    assert_eq!(told(&ns(&mut net, ann, "GHOST ann")), ["That is yourself."]);
    ns(&mut net, ann, "GHOST bob pw");
    assert_eq!(net.asked(ann), password("bob", "pw"));
    assert_eq!(told(&net.answers(ann, is("bob"))), ["bob is free."]);
    assert!(net.is_closed(bob));
    assert_eq!(
        net.read(bob),
        line("ERROR :Closing link: bob!u@h (GHOST command used by ann)")
    );
    // Whoever owns the nick, or is logged in as who has it, needs no password.
    let owner = net.enter_with("other", "", Some("bob"));
    let [bob] = net.enter(["bob"]);
    let lines = ns(&mut net, owner, "REGAIN BOB");
    assert_eq!(told(&lines), ["BOB is free."]);
    assert_eq!(only(&lines, "NICK"), line(":other!u@h NICK BOB"));
    assert!(net.is_closed(bob));
    let device = net.enter_with("phone", "", Some("bob"));
    assert_eq!(told(&ns(&mut net, device, "GHOST bob")), ["bob is free."]);
    assert!(net.is_closed(owner));
}

#[test]
fn nickserv_keeps_an_account() {
    let mut net = Net::new();
    let [ann] = net.enter(["ann"]);
    let acc = net.enter_with("acc", "", Some("acc"));
    for said in ["SET PASSWORD x", "CERT LIST"] {
        let lines = ns(&mut net, ann, said);
        assert_eq!(told(&lines), ["You are not logged in."], "{said}");
    }
    let name = || String::from("acc");
    let done = Ok(Answer::Done);
    let print = "AB:".repeat(31) + "ab";
    let fingerprint = [0xab; 32];
    let password = Secret("new".into());
    for (said, question, answer, start) in [
        (
            String::from("SET PASSWORD new"),
            Question::SetPassword {
                name: name(),
                password,
            },
            done.clone(),
            "Your password",
        ),
        (
            ["CERT ADD ", &print].concat(),
            Question::AddCertificate {
                name: name(),
                fingerprint,
            },
            done.clone(),
            "Added abab",
        ),
        (
            ["CERT DEL ", &print].concat(),
            Question::RemoveCertificate {
                name: name(),
                fingerprint,
            },
            done.clone(),
            "Removed abab",
        ),
        (
            "CERT LIST".into(),
            Question::Certificates { name: name() },
            Ok(Answer::Certificates([fingerprint].into())),
            "abab",
        ),
        (
            "INFO".into(),
            Question::Lookup { name: name() },
            Ok(Answer::Info {
                account: account_ref("acc").id,
                name: name(),
                created_ms: 0,
            }),
            "acc was registered at 1970-01-01T00:00:00.000Z.",
        ),
    ] {
        assert!(ns(&mut net, acc, &said).is_empty(), "{said}");
        assert_eq!(net.asked(acc), question);
        let lines = net.answers(acc, answer);
        assert!(told(&lines)[0].starts_with(start), "{lines:?}");
    }
    let needs = ns(&mut net, acc, "CERT ADD abc");
    assert!(told(&needs)[0].starts_with("That needs a SHA-256 fingerprint"));
    ns(&mut net, ann, "DROP acc pw");
    net.asked(ann);
    let lines = net.answers(ann, done);
    assert_eq!(told(&lines), ["acc is no account any more."]);
    assert_eq!(
        net.read(acc),
        line(":hub.test 901 acc acc!u@h :You are now logged out")
    );
}

#[test]
fn a_registered_nick_is_kept_for_its_account() {
    let mut net = Net::new();
    let [ann, bob] = net.enter(["ann", "bob"]);
    let owner = account_ref("ann").id;
    net.pipeline.reserve(BTreeMap::from([
        ("ann".into(), owner),
        ("eve".into(), owner),
    ]));
    // Who has it keeps it until it leaves.
    net.says(ann, "NICK Ann");
    assert_eq!(only(&net.says(ann, "WHOIS ann"), "311").len(), 1);
    let kept = ":hub.test 433 bob EVE :Nickname is registered: log in to its account first";
    assert_eq!(net.says(bob, "NICK EVE"), line(kept));
    let stranger = net.candidate("eve", "", Some("acc"));
    assert_eq!(only(&net.read(stranger), "433").len(), 1);
    let own = net.candidate("eve", "", Some("ann"));
    assert_eq!(only(&net.read(own), "001").len(), 1);
    net.pipeline.reserve(BTreeMap::new());
    net.says(own, "QUIT");
    assert_eq!(only(&net.says(bob, "NICK eve"), "NICK").len(), 1);
}

#[test]
fn who_looks_like_somebody_here_has_to_take_another_nick() {
    let mut net = Net::new();
    let [bob, eve] = net.enter(["b0b", "eve"]);
    let alike = ":hub.test 433 eve BOB :Nickname looks like that of somebody here";
    assert_eq!(net.says(eve, "NICK BOB"), line(alike));
    let third = net.candidate("bob", "", None);
    let alike = ":hub.test 433 * bob :Nickname looks like that of somebody here";
    assert_eq!(net.read(third), line(alike));
    assert_eq!(only(&net.says(eve, "NICK B0B"), "433").len(), 1);
    // One's own nick is in nobody's way.
    assert_eq!(only(&net.says(bob, "NICK Bob"), "NICK").len(), 1);
    assert_eq!(only(&net.says(eve, "NICK b0b"), "433").len(), 1);
    net.says(bob, "NICK ann");
    assert_eq!(only(&net.says(eve, "NICK b0b"), "NICK").len(), 1);
    net.says(eve, "QUIT");
    assert_eq!(only(&net.says(bob, "NICK bob"), "NICK").len(), 1);
    for service in ["Nickserv", "N\u{456}ckServ"] {
        let refused = net.says(bob, &["NICK ", service].concat());
        assert_eq!(refused.len(), 1, "{service}");
    }
}

#[test]
fn what_looks_like_a_registered_nick_is_kept_too() {
    let mut net = Net::new();
    let [bob] = net.enter(["bob"]);
    let owner = account_ref("ann1").id;
    net.pipeline
        .reserve(BTreeMap::from([("ann1".into(), owner)]));
    let kept = ":hub.test 433 bob annl :Nickname is registered: log in to its account first";
    assert_eq!(net.says(bob, "NICK annl"), line(kept));
    let own = net.enter_with("x", "", Some("ann1"));
    assert_eq!(only(&net.says(own, "NICK annl"), "NICK").len(), 1);
    assert_eq!(only(&net.says(own, "NICK ann1"), "NICK").len(), 1);
}

#[test]
fn of_two_who_take_nicks_that_look_alike_the_first_in_order_has_it() {
    let mut net = Net::new();
    let [ann, bob] = net.enter(["ann", "bob"]);
    net.says(ann, "JOIN #c");
    net.says(ann, "TOPIC #c :kept");
    net.says(bob, "JOIN #c");
    net.read(ann);
    net.slow_log();
    net.writes(bob, "NICK bo0");
    net.writes(ann, "NICK boo");
    while net.appending.is_some() {
        net.commit();
    }
    assert_eq!(only(&net.read(bob), "433").len(), 0);
    let refused = ":hub.test 433 ann boo :Nickname looks like that of somebody here";
    assert_eq!(only(&net.read(ann), "433"), line(refused));
}

#[test]
fn nickserv_says_what_it_does_not_do() {
    let mut net = Net::new();
    let [ann, _] = net.enter(["ann", "bob"]);
    for (said, start) in [
        ("SET EMAIL a@b", "No e-mail address"),
        ("SET enforce on", "Nicks are not kept"),
        ("RELEASE bob pw", "Nobody holds nicks back"),
        ("RELEASE eve", "Nobody has that nick"),
        ("GROUP ann pw", "An account has one name"),
        ("LIST", "That is for operators"),
    ] {
        let lines = ns(&mut net, ann, said);
        assert!(told(&lines)[0].starts_with(start), "{said}: {lines:?}");
    }
    net.pipeline.reload(Settings {
        reserve_nicks: true,
        ..settings()
    });
    let lines = ns(&mut net, ann, "SET ENFORCE OFF");
    assert!(told(&lines)[0].starts_with("The name of an account is a nick"));
}

#[test]
fn nickserv_lists_accounts_for_operators() {
    let mut net = Net::new();
    let boss = net.enter_with("boss", "", Some("boss"));
    ns(&mut net, boss, "LIST A*");
    assert_eq!(net.asked(boss), Question::Names);
    let names = ["abe", "Ann", "bob"].map(String::from);
    let lines = net.answers(boss, Ok(Answer::Names(names.into())));
    assert_eq!(told(&lines), ["abe", "Ann", "2 accounts."]);
    ns(&mut net, boss, "LIST");
    let many = std::vec![String::from("x"); 501];
    let lines = net.answers(boss, Ok(Answer::Names(many)));
    assert_eq!(told(&lines).len(), 501);
    let cut = "501 accounts; only the first 500 are shown.";
    assert_eq!(told(&lines).last(), Some(&cut));
}
