//! Clients that stay on the network without a connection.

use std::vec::Vec;

use super::net::{Net, START_MS, Who, account_ref, id, line, only, settings};
use crate::irc::account::Answer;
use crate::irc::event::{Fact, Record};
use crate::irc::history::{Point, Query};
use crate::irc::id::AccountId;
use crate::irc::input::Input;
use crate::irc::pipeline::Pipeline;
use crate::irc::settings::{AlwaysOn, Presence, Settings};

fn with(always_on: AlwaysOn) -> Settings {
    let presence = Presence {
        always_on,
        ..Presence::default()
    };
    Settings {
        presence,
        ..settings()
    }
}

/// Ann, who stays, and bob, with away-notify, on #c, which has no stored state.
fn staying() -> (Net, Who, Who) {
    let mut net = Net::new();
    let ann = net.enter_with("ann", "", Some("ann"));
    let bob = net.enter_with("bob", "away-notify", None);
    let said = net.says(ann, "NS SET ALWAYS-ON true");
    assert!(said[0].ends_with("ALWAYS-ON is true: you stay when your last connection goes."));
    net.says(bob, "JOIN #c");
    net.says(ann, "JOIN #c");
    net.says(bob, "MODE #c +v ann");
    net.says(ann, "MODE ann +B");
    net.read(bob);
    (net, ann, bob)
}

fn leaves(net: &mut Net, who: Who) {
    let (session, reason) = (id(who), "Connection lost".into());
    net.input(Input::Leave { session, reason });
}

fn account(name: &str) -> AccountId {
    account_ref(name).id
}

fn stays(net: &Net) -> usize {
    let is_stay = |row: &&Record| matches!(row.fact, Fact::Stay { .. });
    net.log.iter().filter(is_stay).count()
}

#[test]
fn it_stays_on_its_channels_away_and_is_itself_again_with_the_next_connection() {
    let (mut net, ann, bob) = staying();
    leaves(&mut net, ann);
    assert!(net.is_closed(ann));
    assert_eq!(net.read(bob), line(":ann!u@h AWAY :Not here right now"));
    let whois = net.says(bob, "WHOIS ann");
    assert_eq!(
        only(&whois, "301"),
        line(":hub.test 301 bob ann :Not here right now")
    );
    assert_eq!(only(&whois, "671").len(), 0);
    let who = only(&net.says(bob, "WHO #c"), "352");
    assert!(who.iter().any(|line| line.contains(" ann G+B ")), "{who:?}");
    let told = net.says(bob, "PRIVMSG ann :later");
    assert_eq!(only(&told, "301").len(), 1);
    let phone = net.candidate("ann", "", Some("ann"));
    let lines = net.read(phone);
    assert!(lines.contains(&":ann!u@h MODE ann +B".into()), "{lines:?}");
    assert_eq!(
        only(&lines, "353"),
        line(":hub.test 353 ann = #c :@bob +ann")
    );
    assert_eq!(net.read(bob), line(":ann!u@h AWAY"));
}

#[test]
fn a_restart_brings_it_back_as_it_was() {
    let (mut net, ann, _) = staying();
    net.says(ann, "JOIN #d");
    net.says(ann, "TOPIC #d :lasts");
    net.says(ann, "PRIVMSG NickServ :GET");
    net.says(ann, "NICK anna");
    net.says(ann, "AWAY :on the train");
    leaves(&mut net, ann);
    let mut again = net.restarted(settings());
    assert_eq!(again.pipeline.snapshot().1, net.pipeline.snapshot().1);
    let eve = again.enter_with("eve", "", None);
    let whois = again.says(eve, "WHOIS anna");
    assert_eq!(only(&whois, "319"), line(":hub.test 319 eve anna :+#c ~#d"));
    assert_eq!(
        only(&whois, "301"),
        line(":hub.test 301 eve anna :on the train")
    );
    assert_eq!(only(&whois, "330").len(), 1);
    let other = again.candidate("anna", "", None);
    assert_eq!(only(&again.read(other), "433").len(), 1);
    let phone = again.candidate("ANNA", "", Some("ann"));
    let lines = again.read(phone);
    assert_eq!(only(&lines, "JOIN").len(), 2);
    assert!(lines.contains(&":anna!u@h MODE anna +B".into()));
    let (upto, snapshot) = again.pipeline.snapshot();
    let read = Pipeline::restore(settings(), Some(&snapshot), &[], upto, START_MS).unwrap();
    assert_eq!(read.snapshot().1, snapshot);
}

#[test]
fn a_change_is_told_only_when_it_is_on_disk() {
    let (mut net, ann, bob) = staying();
    net.slow_log();
    net.writes(ann, "JOIN #e");
    assert!(net.read(ann).is_empty(), "not stored yet");
    net.writes(bob, "PING x");
    assert!(net.read(bob).is_empty(), "nor what comes behind it");
    let before = stays(&net);
    net.commit();
    assert_eq!(stays(&net), before + 1);
    assert_eq!(only(&net.read(ann), "JOIN").len(), 1);
    assert_eq!(net.read(bob).len(), 1);
    let mut again = net.restarted(settings());
    let eve = again.enter_with("eve", "", None);
    assert_eq!(only(&again.says(eve, "NAMES #e"), "353").len(), 1);
}

#[test]
fn what_could_not_be_written_is_written_later() {
    let (mut net, ann, _) = staying();
    net.slow_log();
    net.writes(ann, "JOIN #e");
    net.fail();
    assert_eq!(
        only(&net.read(ann), "JOIN").len(),
        1,
        "it happens all the same"
    );
    assert!(
        net.appending.is_none(),
        "a full disk is not tried in a circle"
    );
    net.writes(ann, "PRIVMSG #e :a row");
    net.commit();
    let again = net.restarted(settings());
    assert_eq!(again.pipeline.snapshot().1, net.pipeline.snapshot().1);
}

#[test]
fn what_others_do_to_it_is_kept_too() {
    let (mut net, ann, bob) = staying();
    leaves(&mut net, ann);
    net.says(bob, "MODE #c +o ann");
    let mut again = net.restarted(settings());
    let eve = again.enter_with("eve", "", None);
    let names = only(&again.says(eve, "NAMES #c"), "353");
    assert_eq!(names, line(":hub.test 353 eve = #c :@ann"));
    net.says(bob, "KICK #c ann :out");
    let mut again = net.restarted(settings());
    let eve = again.enter_with("eve", "", None);
    assert_eq!(only(&again.says(eve, "WHOIS ann"), "319").len(), 0);
    assert_eq!(again.pipeline.channels(), 0, "nobody is left on #c");
}

#[test]
fn it_ends_when_it_is_not_wanted_any_more() {
    let (mut net, ann, bob) = staying();
    net.says(ann, "NS SET ALWAYS-ON false");
    leaves(&mut net, ann);
    assert_eq!(net.read(bob), line(":ann!u@h QUIT :Connection lost"));
    let again = net.restarted(settings());
    assert_eq!(again.pipeline.clients().count(), 0);
    assert_eq!(again.pipeline.snapshot().1, net.pipeline.snapshot().1);

    let (mut net, ann, bob) = staying();
    let boss = net.enter_with("boss", "", Some("boss"));
    leaves(&mut net, ann);
    net.read(bob);
    net.says(boss, "KILL ann :enough");
    assert_eq!(only(&net.read(bob), "QUIT").len(), 1);
    let mut again = net.restarted(settings());
    let eve = again.enter_with("eve", "", None);
    assert_eq!(only(&again.says(eve, "WHOIS ann"), "401").len(), 1);
}

#[test]
fn it_is_no_ghost() {
    let (mut net, ann, _) = staying();
    leaves(&mut net, ann);
    let other = net.enter_with("ann2", "", Some("ann"));
    for said in ["NS GHOST ann", "NS REGAIN ann"] {
        let told = net.says(other, said);
        assert!(told[0].contains("That client is always on"), "{told:?}");
    }
    net.says(other, "NS REGAIN ann pw");
    net.asked(other);
    let told = net.answers(other, Ok(Answer::Account(account_ref("ann"))));
    assert!(told[0].contains("That client is always on"), "{told:?}");
    let eve = net.enter_with("eve", "", None);
    assert_eq!(only(&net.says(eve, "WHOIS ann"), "311").len(), 1);
}

#[test]
fn the_hub_decides_for_whom_it_is() {
    let stays_with = |always_on, wish: &str| {
        let mut net = Net::with(with(always_on));
        let ann = net.enter_with("ann", "", Some("ann"));
        net.says(ann, wish);
        leaves(&mut net, ann);
        let eve = net.enter_with("eve", "", None);
        only(&net.says(eve, "WHOIS ann"), "311").len() == 1
    };
    assert!(!stays_with(AlwaysOn::OptIn, "PING x"));
    assert!(stays_with(AlwaysOn::OptOut, "PING x"));
    assert!(!stays_with(AlwaysOn::OptOut, "NS SET ALWAYS-ON false"));
    assert!(stays_with(AlwaysOn::Mandatory, "NS SET ALWAYS-ON false"));
    assert!(!stays_with(AlwaysOn::Disabled, "NS SET ALWAYS-ON true"));
}

#[test]
fn guests_never_stay_and_a_login_makes_one() {
    let mut net = Net::with(with(AlwaysOn::Mandatory));
    let guest = net.enter_with("guest", "", None);
    let other = net.enter_with("other", "", None);
    let session = id(other);
    let account = account_ref("ann");
    net.input(Input::Login { session, account });
    leaves(&mut net, guest);
    leaves(&mut net, other);
    let eve = net.enter_with("eve", "", None);
    assert_eq!(only(&net.says(eve, "WHOIS guest"), "401").len(), 1);
    assert_eq!(only(&net.says(eve, "WHOIS other"), "311").len(), 1);
    let second = net.enter_with("second", "", Some("ann"));
    leaves(&mut net, second);
    assert_eq!(
        only(&net.says(eve, "WHOIS second"), "401").len(),
        1,
        "one an account"
    );
}

#[test]
fn so_many_stay() {
    let presence = Presence {
        always_on: AlwaysOn::OptOut,
        always_on_max: 1,
        ..Presence::default()
    };
    let mut net = Net::with(Settings {
        presence,
        ..settings()
    });
    let ann = net.enter_with("ann", "", Some("ann"));
    let bob = net.enter_with("bob", "", Some("bob"));
    assert!(net.says(bob, "NS GET")[0].contains("no room"));
    leaves(&mut net, ann);
    leaves(&mut net, bob);
    let eve = net.enter_with("eve", "", None);
    assert_eq!(only(&net.says(eve, "WHOIS ann,bob"), "311").len(), 1);
}

#[test]
fn who_was_not_seen_for_long_goes() {
    let presence = Presence {
        always_on: AlwaysOn::OptOut,
        always_on_days: 2,
        ..Presence::default()
    };
    let settings = Settings {
        presence,
        ..settings()
    };
    let mut net = Net::with(settings.clone());
    let ann = net.enter_with("ann", "", Some("ann"));
    let bob = net.enter_with("bob", "", Some("bob"));
    net.says(bob, "JOIN #c");
    net.says(bob, "TOPIC #c :lasts");
    net.says(ann, "JOIN #c");
    leaves(&mut net, ann);
    net.read(bob);
    net.passes_ms(2 * DAY_MS);
    net.input(Input::Expire);
    assert!(net.read(bob).is_empty(), "not longer than that");
    net.passes_ms(1);
    let mut again = net.restarted(settings);
    again.input(Input::Expire);
    let eve = again.enter_with("eve", "", None);
    let whois = again.says(eve, "WHOIS ann,bob");
    assert_eq!(
        only(&whois, "401").len(),
        2,
        "a restart counts for nothing: {whois:?}"
    );
    net.input(Input::Expire);
    assert_eq!(net.read(bob), line(":ann!u@h QUIT :Not seen for 2 days"));
}

#[test]
fn who_stays_for_an_account_that_is_gone_goes() {
    let (mut net, ann, bob) = staying();
    leaves(&mut net, ann);
    net.read(bob);
    let reason = "Account removed".into();
    let account = account("ann");
    net.input(Input::Retire { account, reason });
    assert_eq!(net.read(bob), line(":ann!u@h QUIT :Account removed"));
    let (mut net, ann, bob) = staying();
    leaves(&mut net, ann);
    net.read(bob);
    net.says(bob, "NS DROP ann pw");
    net.asked(bob);
    net.answers(bob, Ok(Answer::Done));
    let eve = net.enter_with("eve", "", None);
    assert_eq!(only(&net.says(eve, "WHOIS ann"), "401").len(), 1);
}

#[test]
fn a_reload_ends_what_is_not_allowed_any_more() {
    let (mut net, ann, bob) = staying();
    leaves(&mut net, ann);
    net.read(bob);
    net.pipeline.reload(with(AlwaysOn::Disabled));
    net.input(Input::Expire);
    assert_eq!(net.read(bob), line(":ann!u@h QUIT :Not always on"));
    let again = net.restarted(settings());
    assert_eq!(again.pipeline.snapshot().1, net.pipeline.snapshot().1);
}

#[test]
fn an_operator_is_one_again_with_the_next_login() {
    let mut net = Net::with(with(AlwaysOn::OptOut));
    let boss = net.enter_with("boss", "", Some("boss"));
    net.says(boss, "JOIN #c");
    leaves(&mut net, boss);
    let mut again = net.restarted(with(AlwaysOn::OptOut));
    let eve = again.enter_with("eve", "", None);
    assert_eq!(only(&again.says(eve, "WHOIS boss"), "313").len(), 0);
    let boss = again.candidate("boss", "", Some("boss"));
    assert!(again.read(boss).contains(&":boss!u@h MODE boss +o".into()));
    assert_eq!(only(&again.says(eve, "WHOIS boss"), "313").len(), 1);
}

const DAY_MS: u64 = 24 * 60 * 60 * 1_000;

#[test]
fn direct_messages_that_nobody_has_seen_come_with_the_next_connection() {
    let (mut net, ann, bob) = staying();
    net.histories(ann);
    net.passes_ms(5_000);
    leaves(&mut net, ann);
    net.passes_ms(5_000);
    net.says(bob, "PRIVMSG ann :are you there?");
    let directs = |net: &mut Net, who: Who| -> Vec<Query> {
        let requests = net.histories(who).into_iter();
        let queries = requests.map(|request| request.query);
        queries
            .filter(|query| matches!(query, Query::Directs { .. }))
            .collect()
    };
    let expected = Query::Directs {
        owner: account("ann"),
        after: Some(Point::Time(START_MS + 4_999)),
        before: None,
        limit: 50,
    };
    let phone = net.enter_with("ann", "server-time", Some("ann"));
    assert_eq!(directs(&mut net, phone), [expected]);
    let second = net.enter_with("ann", "server-time", Some("ann"));
    assert_eq!(directs(&mut net, second), [], "the first has shown them");
    for who in [phone, second] {
        leaves(&mut net, who);
    }
    for asks_itself in ["batch draft/chathistory", "batch znc.in/playback"] {
        let device = net.enter_with("ann", asks_itself, Some("ann"));
        assert_eq!(directs(&mut net, device), [], "{asks_itself}");
        leaves(&mut net, device);
    }
}
