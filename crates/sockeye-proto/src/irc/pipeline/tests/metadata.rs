//! What people and channels say of themselves (IRCv3 draft/metadata-3 and draft/metadata-2).

use std::boxed::Box;
use std::format;
use std::string::{String, ToString as _};
use std::vec::Vec;

use super::net::{Net, Who, account_ref, line, only, settings, tag, untagged};
use crate::irc::caps::Caps;
use crate::irc::metadata::words::Words;
use crate::irc::metadata::{Dialect, Early, KEYS_MAX, SUBSCRIPTIONS_MAX, VALUE_BYTES_MAX};

const THREE: &str = "batch draft/metadata-3";
const TWO: &str = "batch draft/metadata-2";

/// What is in the one batch of these lines, which is about `target`.
fn batch(lines: &[String], target: &str) -> Vec<String> {
    let start = format!(":hub.test BATCH +metadata metadata {target}");
    let first = lines.iter().position(|line| *line == start);
    let first = first.unwrap_or_else(|| panic!("no batch for {target}: {lines:?}"));
    let rest = lines[first + 1..].iter();
    let inner = rest.take_while(|line| *line != ":hub.test BATCH -metadata");
    let inner = inner.map(|line| line.strip_prefix("@batch=metadata ").unwrap());
    inner
        .map(|line| line.strip_prefix(":hub.test ").unwrap().to_string())
        .collect()
}

fn set(net: &mut Net, who: Who, target: &str, key: &str, value: &str) -> Vec<String> {
    net.says(who, &format!("METADATA {target} SET {key} :{value}"))
}

/// Three on a channel, ann its operator; bob and cid have subscribed to `url`, each in another draft.
fn room() -> (Net, [Who; 3]) {
    let mut net = Net::new();
    let ann = net.enter_with("ann", THREE, None);
    let bob = net.enter_with("bob", THREE, None);
    let cid = net.enter_with("cid", TWO, None);
    for who in [ann, bob, cid] {
        net.says(who, "JOIN #c");
    }
    for who in [bob, cid] {
        net.says(who, "METADATA * SUB url");
    }
    for who in [ann, bob, cid] {
        net.read(who);
    }
    (net, [ann, bob, cid])
}

#[test]
fn who_has_not_agreed_on_it_and_on_batches_does_not_know_the_command() {
    let mut net = Net::new();
    let caps = ["", "batch", "draft/metadata-3", "draft/metadata-2"];
    for (n, caps) in caps.into_iter().enumerate() {
        let who = net.enter_with(&format!("n{n}"), caps, None);
        let answer = net.says(who, "METADATA * LIST");
        assert_eq!(only(&answer, "421").len(), 1, "{caps}");
    }
}

#[test]
fn one_draft_is_agreed_on_but_not_both() {
    let mut net = Net::new();
    let ann = net.enter_with("ann", "batch", None);
    let both = "CAP REQ :draft/metadata-2 draft/metadata-3";
    assert_eq!(
        net.says(ann, both),
        line(":hub.test CAP ann NAK :draft/metadata-2 draft/metadata-3")
    );
    net.says(ann, "CAP REQ draft/metadata-2");
    let more = net.says(ann, "CAP REQ draft/metadata-3");
    assert_eq!(more, line(":hub.test CAP ann NAK :draft/metadata-3"));
    let other = net.says(ann, "CAP REQ :-draft/metadata-2 draft/metadata-3");
    assert!(other[0].contains(" ACK "), "{other:?}");
}

#[test]
fn a_key_is_set_read_listed_and_removed() {
    let (mut net, [ann, bob, _]) = room();
    let value = ":hub.test 761 ann ann url * :https://example.org/ä b";
    assert_eq!(
        set(&mut net, ann, "*", "url", "https://example.org/ä b"),
        line(value)
    );
    set(&mut net, ann, "ANN", "status", "away");
    net.read(bob);
    let read = net.says(bob, "METADATA ann GET status nothing Url");
    assert_eq!(
        batch(&read, "ann"),
        [
            "761 bob ann status * :away",
            "766 bob ann nothing :Key not set",
            "WARN METADATA INVALID_KEY Url :Invalid key",
        ]
    );
    let all = net.says(bob, "METADATA ann LIST");
    assert_eq!(batch(&all, "ann").len(), 2);
    assert_eq!(
        net.says(ann, "METADATA * SET status"),
        line(":hub.test 766 ann ann status :Key not set")
    );
    // To set what is so already, or to remove what is not there, is right.
    assert_eq!(net.says(ann, "METADATA * SET status :").len(), 1);
    assert_eq!(
        set(&mut net, ann, "*", "url", "https://example.org/ä b"),
        line(value)
    );
    assert_eq!(net.says(ann, "METADATA ann LIST").len(), 3);
}

#[test]
fn those_who_see_somebody_and_have_subscribed_are_told() {
    let (mut net, [ann, bob, cid]) = room();
    set(&mut net, ann, "*", "url", "x");
    set(&mut net, ann, "*", "status", "nobody wants to know");
    assert_eq!(net.read(bob), line(":hub.test 761 bob ann url * :x"));
    assert_eq!(net.read(cid), line(":hub.test METADATA ann url * :x"));
    net.says(ann, "METADATA * SET url");
    assert_eq!(
        net.read(bob),
        line(":hub.test 766 bob ann url :Key not set")
    );
    assert_eq!(net.read(cid), line(":hub.test METADATA ann url *"));
    // Who changes a key is answered and not told besides.
    assert_eq!(set(&mut net, bob, "*", "url", "y").len(), 1);
    net.says(bob, "PART #c");
    for who in [ann, bob, cid] {
        net.read(who);
    }
    set(&mut net, ann, "*", "url", "z");
    assert!(net.read(bob).is_empty());
    assert_eq!(net.read(cid), line(":hub.test METADATA ann url * :z"));
    net.says(cid, "METADATA * UNSUB url");
    set(&mut net, ann, "*", "url", "zz");
    assert!(net.read(cid).is_empty());
}

#[test]
fn news_have_the_time_for_those_who_want_it() {
    let (mut net, [ann, ..]) = room();
    let dan = net.enter_with("dan", "batch draft/metadata-3 server-time", None);
    net.says(dan, "JOIN #c");
    net.says(dan, "METADATA * SUB url");
    set(&mut net, ann, "*", "url", "x");
    let news = net.read(dan);
    assert_eq!(untagged(&news[0]), ":hub.test 761 dan ann url * :x");
    assert_eq!(tag(&news[0], "time"), Some("2026-01-01T00:00:00.000Z"));
}

#[test]
fn a_channels_keys_belong_to_its_operators() {
    let (mut net, [ann, bob, cid]) = room();
    let denied = ":hub.test FAIL METADATA KEY_NO_PERMISSION #C url :Permission denied";
    assert_eq!(set(&mut net, bob, "#C", "url", "x"), line(denied));
    let cleared = net.says(bob, "METADATA #c CLEAR");
    assert!(
        cleared[0].contains(" KEY_NO_PERMISSION #c * :"),
        "{cleared:?}"
    );
    let denied = set(&mut net, bob, "ann", "url", "x");
    assert!(
        denied[0].contains(" KEY_NO_PERMISSION ann url :"),
        "{denied:?}"
    );
    let value = ":hub.test 761 ann #c url * :x";
    assert_eq!(set(&mut net, ann, "#C", "url", "x"), line(value));
    assert_eq!(net.read(bob), line(":hub.test 761 bob #c url * :x"));
    assert_eq!(net.read(cid), line(":hub.test METADATA #c url * :x"));
    let boss = net.enter_with("boss", THREE, Some("boss"));
    assert_eq!(set(&mut net, boss, "#c", "b", "y").len(), 1);
    let cleared = net.says(boss, "METADATA #c CLEAR");
    let both = ["766 boss #c b :Key not set", "766 boss #c url :Key not set"];
    assert_eq!(batch(&cleared, "#c"), both);
    assert_eq!(net.read(bob), line(":hub.test 766 bob #c url :Key not set"));
}

#[test]
fn a_secret_channel_does_not_exist_for_others() {
    let (mut net, [ann, bob, _]) = room();
    set(&mut net, ann, "#c", "url", "x");
    let dan = net.enter_with("dan", THREE, None);
    assert_eq!(batch(&net.says(dan, "METADATA #c LIST"), "#c").len(), 1);
    net.says(ann, "MODE #c +s");
    net.read(bob);
    let there_is_none = ":hub.test FAIL METADATA INVALID_TARGET #c :Invalid metadata target";
    for what in ["LIST", "GET url", "SYNC", "CLEAR", "SET url x"] {
        let said = format!("METADATA #c {what}");
        assert_eq!(net.says(dan, &said), line(there_is_none), "{what}");
    }
    assert_eq!(batch(&net.says(bob, "METADATA #c LIST"), "#c").len(), 1);
}

#[test]
fn what_is_wrong_is_said() {
    let (mut net, [ann, _, cid]) = room();
    let long = "x".repeat(VALUE_BYTES_MAX + 1);
    let long_key = "k".repeat(33);
    for (params, says, older) in [
        ("", "INVALID_PARAMS *", "INVALID_PARAMS *"),
        ("#c", "INVALID_PARAMS *", "INVALID_PARAMS *"),
        ("#c GET", "INVALID_PARAMS GET", "INVALID_PARAMS GET"),
        (
            "#c SNEEZE",
            "INVALID_PARAMS SNEEZE",
            "INVALID_SUBCOMMAND SNEEZE",
        ),
        ("#c :: hi!", "INVALID_PARAMS *", "INVALID_SUBCOMMAND *"),
        ("* LIST url", "INVALID_PARAMS LIST", "INVALID_PARAMS LIST"),
        ("* SET", "INVALID_PARAMS SET", "INVALID_PARAMS SET"),
        ("* SET a b c", "INVALID_PARAMS SET", "INVALID_PARAMS SET"),
        (
            "nobody LIST",
            "INVALID_TARGET nobody",
            "INVALID_TARGET nobody",
        ),
        (
            "$a:b SET url x",
            "INVALID_TARGET $a:b",
            "INVALID_TARGET $a:b",
        ),
        ("*ALL LIST", "INVALID_TARGET *ALL", "INVALID_TARGET *ALL"),
        ("#c SUB url", "INVALID_TARGET #c", "INVALID_TARGET #c"),
        ("bob SUBS", "INVALID_TARGET bob", "INVALID_TARGET bob"),
        ("* SET $url$ x", "INVALID_KEY $url$", "KEY_INVALID $url$"),
        (
            &format!("* SET {long_key} x"),
            &format!("INVALID_KEY {long_key}"),
            &format!("KEY_INVALID {long_key}"),
        ),
        (
            &format!("* SET url :{long}"),
            "INVALID_VALUE url",
            "VALUE_INVALID",
        ),
    ] {
        for (who, code) in [(ann, says), (cid, older)] {
            let answer = net.says(who, format!("METADATA {params}").trim());
            let start = format!(":hub.test FAIL METADATA {code} :");
            assert!(
                answer.len() == 1 && answer[0].starts_with(&start),
                "{params}: {answer:?}"
            );
        }
    }
    let unset = ":hub.test FAIL METADATA KEY_NOT_SET * url :Key not set";
    assert_eq!(net.says(cid, "METADATA * SET url"), line(unset));
    let exact = "x".repeat(VALUE_BYTES_MAX);
    assert!(set(&mut net, ann, "*", "url", &exact)[0].ends_with(&exact));
}

#[test]
fn there_are_so_many_keys_and_no_more() {
    let (mut net, [ann, _, cid]) = room();
    let full = [
        (ann, format!("LIMIT_REACHED SET * {KEYS_MAX}")),
        (cid, "LIMIT_REACHED *".into()),
    ];
    for (who, code) in full {
        for n in 0..KEYS_MAX {
            assert_eq!(set(&mut net, who, "*", &format!("k{n}"), "x").len(), 1);
        }
        net.passes_ms(60_000);
        let refused = set(&mut net, who, "*", "more", "x");
        let start = format!(":hub.test FAIL METADATA {code} :");
        assert!(refused[0].starts_with(&start), "{refused:?}");
        // One that there is has room for another value.
        assert!(set(&mut net, who, "*", "k0", "y")[0].contains(" 761 "));
    }
}

#[test]
fn who_changes_too_much_is_told_when_to_try_again() {
    let (mut net, [ann, _, cid]) = room();
    for who in [ann, cid] {
        for n in 0..KEYS_MAX {
            let value = n.to_string();
            assert!(set(&mut net, who, "*", "status", &value)[0].contains(" 761 "));
        }
    }
    let later = ":hub.test 775 ann 2 * SET status :one too many";
    assert_eq!(
        set(&mut net, ann, "*", "status", "one too many"),
        line(later)
    );
    let refused = set(&mut net, cid, "*", "status", "one too many");
    let start = ":hub.test FAIL METADATA RATE_LIMITED * status 2 :";
    assert!(refused[0].starts_with(start), "{refused:?}");
    assert_eq!(
        net.says(ann, "METADATA * CLEAR"),
        line(":hub.test 775 ann 2 * CLEAR")
    );
    net.passes_ms(1_000);
    let later = ":hub.test 775 ann 1 * SET status :still";
    assert_eq!(set(&mut net, ann, "*", "status", "still"), line(later));
    net.passes_ms(1_000);
    assert!(set(&mut net, ann, "*", "status", "now")[0].contains(" 761 "));
    assert!(set(&mut net, ann, "*", "status", "not yet")[0].contains(" 775 "));
}

#[test]
fn subscriptions_are_kept_in_order_up_to_their_limit() {
    let (mut net, [ann, ..]) = room();
    assert_eq!(
        net.says(ann, "METADATA * SUB b a $x a"),
        [
            ":hub.test 770 ann b a a",
            ":hub.test WARN METADATA INVALID_KEY $x :Invalid key",
            ":hub.test BATCH +metadata metadata *ALL",
            ":hub.test BATCH -metadata",
        ]
    );
    assert_eq!(
        net.says(ann, "METADATA * SUB a"),
        line(":hub.test 770 ann a")
    );
    assert_eq!(
        net.says(ann, "METADATA * SUBS"),
        [
            ":hub.test BATCH +metadata metadata-subs",
            "@batch=metadata :hub.test 772 ann a b",
            ":hub.test BATCH -metadata",
        ]
    );
    for n in 2..SUBSCRIPTIONS_MAX - 1 {
        net.says(ann, &format!("METADATA * SUB k{n}"));
    }
    let full = net.says(ann, "METADATA * SUB last more a");
    assert_eq!(full[0], ":hub.test 770 ann last");
    let start = format!(":hub.test FAIL METADATA LIMIT_REACHED SUB more {SUBSCRIPTIONS_MAX} :");
    assert!(full[1].starts_with(&start), "{full:?}");
    let all = net.says(ann, "METADATA * SUBS");
    assert_eq!(only(&all, "772").len(), SUBSCRIPTIONS_MAX.div_ceil(12));
    assert_eq!(
        net.says(ann, "METADATA * UNSUB last nothing $x"),
        [
            ":hub.test 771 ann last nothing",
            ":hub.test WARN METADATA INVALID_KEY $x :Invalid key",
        ]
    );
    net.says(ann, "CAP REQ -draft/metadata-3");
    net.says(ann, "CAP REQ draft/metadata-3");
    assert_eq!(
        net.says(ann, "METADATA * SUBS").len(),
        2,
        "they are forgotten with the capability"
    );
}

#[test]
fn who_subscribes_or_asks_is_shown_what_there_is() {
    let (mut net, [ann, bob, cid]) = room();
    set(&mut net, ann, "*", "url", "of ann");
    set(&mut net, ann, "#c", "url", "of the channel");
    set(&mut net, bob, "*", "url", "of bob");
    set(&mut net, bob, "*", "other", "not asked for");
    net.read(cid);
    let dan = net.enter_with("dan", THREE, None);
    net.says(dan, "MONITOR + bob");
    let seen = net.says(dan, "METADATA * SUB url");
    assert_eq!(batch(&seen, "*ALL"), ["761 dan bob url * :of bob"]);
    net.says(dan, "MONITOR - bob");
    assert_eq!(batch(&net.says(dan, "METADATA *ALL SYNC"), "*ALL").len(), 0);
    let joined = net.says(dan, "JOIN #c");
    let all = [
        "#c url * :of the channel",
        "ann url * :of ann",
        "bob url * :of bob",
    ];
    let in_three: Vec<String> = all.map(|rest| ["761 dan ", rest].concat()).into();
    assert_eq!(batch(&joined, "#c"), in_three);
    for target in ["#c", "*ALL"] {
        let synced = net.says(dan, &format!("METADATA {target} SYNC"));
        assert_eq!(batch(&synced, target), in_three);
    }
    assert_eq!(
        batch(&net.says(dan, "METADATA ann SYNC"), "ann"),
        in_three[1..2]
    );
    let in_two: Vec<String> = all.map(|rest| ["METADATA ", rest].concat()).into();
    assert_eq!(batch(&net.says(cid, "METADATA #c SYNC"), "#c"), in_two);
}

#[test]
fn members_are_told_of_who_joins_and_watchers_of_who_comes() {
    let (mut net, [ann, bob, _]) = room();
    let dan = net.enter_with("dan", THREE, Some("dan"));
    set(&mut net, dan, "*", "url", "of dan");
    net.says(dan, "JOIN #c");
    assert_eq!(
        net.read(bob),
        [":dan!u@h JOIN #c", ":hub.test 761 bob dan url * :of dan"]
    );
    assert_eq!(only(&net.read(ann), "761").len(), 0);
    net.says(dan, "QUIT");
    net.says(ann, "METADATA * SUB url");
    net.says(ann, "PART #c");
    let watched = net.says(ann, "MONITOR + dan,bob");
    assert!(batch(&watched, "bob").is_empty());
    net.enter_with("dan", "", Some("dan"));
    let news = net.read(ann);
    assert_eq!(only(&news, "730").len(), 1);
    assert_eq!(batch(&news, "dan"), ["761 ann dan url * :of dan"]);
    assert_eq!(batch(&net.says(ann, "MONITOR S"), "dan").len(), 1);
}

#[test]
fn an_account_has_its_keys_everywhere_and_a_guest_for_as_long_as_it_is_here() {
    let (mut net, [_, bob, _]) = room();
    let one = net.enter_with("one", THREE, Some("dan"));
    let two = net.enter_with("two", THREE, Some("dan"));
    net.says(two, "METADATA * SUB url");
    net.says(bob, "MONITOR + one,two");
    set(&mut net, one, "*", "url", "x");
    let news = [
        ":hub.test 761 bob one url * :x",
        ":hub.test 761 bob two url * :x",
    ];
    assert_eq!(net.read(bob), news);
    assert_eq!(net.read(two), line(":hub.test 761 two two url * :x"));
    for who in [one, two] {
        net.says(who, "QUIT");
    }
    net.read(bob);
    let again = net.candidate("one", THREE, Some("dan"));
    let burst = net.read(again);
    assert_eq!(batch(&burst, "one"), ["761 one one url * :x"]);
    let at = |what: &str| burst.iter().position(|line| line.contains(what));
    assert!(at(" 005 ") < at("BATCH +") && at("BATCH -") < at(" 422 ").or(at(" 376 ")));
    let guest = net.enter_with("guest", THREE, None);
    set(&mut net, guest, "*", "url", "x");
    net.says(guest, "QUIT");
    let guest = net.candidate("guest", TWO, None);
    assert!(batch(&net.read(guest), "guest").is_empty());
}

#[test]
fn who_logs_in_has_the_keys_of_the_account() {
    let (mut net, [ann, bob, cid]) = room();
    let dan = net.enter_with("dan", THREE, Some("dan"));
    set(&mut net, dan, "*", "url", "of dan");
    set(&mut net, dan, "*", "status", "s");
    net.says(dan, "QUIT");
    set(&mut net, ann, "*", "url", "of the guest");
    net.says(cid, "METADATA * SUB status");
    for who in [bob, cid] {
        net.read(who);
    }
    net.input(crate::irc::input::Input::Login {
        session: super::net::id(ann),
        account: account_ref("dan"),
    });
    assert_eq!(net.read(bob), line(":hub.test 761 bob ann url * :of dan"));
    let news = [
        ":hub.test METADATA ann status * :s",
        ":hub.test METADATA ann url * :of dan",
    ];
    assert_eq!(net.read(cid), news);
    net.says(ann, "NS LOGOUT");
    assert_eq!(
        net.read(bob),
        line(":hub.test 761 bob ann url * :of the guest")
    );
    assert_eq!(net.read(cid)[0], ":hub.test METADATA ann status *");
}

#[test]
fn keys_of_accounts_and_channels_outlive_a_restart() {
    let (mut net, [ann, ..]) = room();
    let dan = net.enter_with("dan", THREE, Some("dan"));
    set(&mut net, dan, "*", "url", "of dan");
    set(&mut net, dan, "*", "gone", "x");
    net.says(dan, "METADATA * SET gone");
    let rows = net.log.len();
    set(&mut net, ann, "*", "url", "of a guest");
    set(&mut net, dan, "*", "url", "of dan");
    assert_eq!(
        net.log.len(),
        rows,
        "what a guest says, and what is no news, is not stored"
    );
    set(&mut net, ann, "#c", "url", "x");
    net.says(ann, "METADATA #c CLEAR");
    set(&mut net, ann, "#c", "url", "of the channel");
    let (upto, snapshot) = net.pipeline.snapshot();
    let again = net.restarted(settings());
    assert_eq!(again.pipeline.snapshot().1, snapshot);
    let restored =
        crate::irc::pipeline::Pipeline::restore(settings(), Some(&snapshot), &[], upto, 0);
    let restored = restored.unwrap();
    assert_eq!(restored.snapshot().1, snapshot);
    for mut again in [again, Net::around(restored)] {
        let dan = again.enter_with("dan", THREE, Some("dan"));
        let list = again.says(dan, "METADATA * LIST");
        assert_eq!(batch(&list, "dan"), ["761 dan dan url * :of dan"]);
        let list = again.says(dan, "METADATA #c LIST");
        assert_eq!(batch(&list, "#c"), ["761 dan #c url * :of the channel"]);
    }
}

#[test]
fn a_key_that_cannot_be_stored_is_not_set() {
    let (mut net, [ann, bob, _]) = room();
    net.slow_log();
    net.writes(ann, "METADATA #c SET url :x");
    assert!(
        net.read(ann).is_empty(),
        "nothing is said before it is on disk"
    );
    net.fail();
    let refused = net.read(ann);
    let start = ":hub.test FAIL METADATA INTERNAL_ERROR #c url :";
    assert!(refused[0].starts_with(start), "{refused:?}");
    assert!(net.read(bob).is_empty());
    assert!(batch(&net.says(ann, "METADATA #c LIST"), "#c").is_empty());
}

#[test]
fn who_lost_the_rank_meanwhile_is_refused_and_the_row_taken_back() {
    let (mut net, [ann, bob, cid]) = room();
    net.says(ann, "MODE #c +o bob");
    net.read(bob);
    net.slow_log();
    net.writes(cid, "PRIVMSG #c :holds the log up");
    net.writes(ann, "MODE #c -o bob");
    net.writes(bob, "METADATA #c SET url :x");
    while net.appending.is_some() {
        net.commit();
    }
    let said = net.read(bob);
    assert!(
        said.last().unwrap().contains(" KEY_NO_PERMISSION #c url :"),
        "{said:?}"
    );
    assert!(!net.voids.is_empty());
    assert_eq!(
        net.restarted(settings()).pipeline.snapshot().1,
        net.pipeline.snapshot().1
    );
}

#[test]
fn in_large_channels_one_asks_for_it() {
    let (mut net, [ann, bob, _]) = room();
    let crowd: Vec<Who> = (0..100)
        .map(|n| net.enter_with(&format!("n{n}"), "", None))
        .collect();
    for &who in &crowd {
        net.says(who, "JOIN #c");
    }
    net.read(bob);
    let dan = net.enter_with("dan", THREE, None);
    set(&mut net, dan, "*", "url", "x");
    let joined = net.says(dan, "JOIN #c");
    let later = ":hub.test 774 dan #c 2 :Ask with METADATA SYNC after so long";
    assert_eq!(joined.last().unwrap(), later);
    assert_eq!(only(&net.read(bob), "761").len(), 0);
    let later = only(&net.says(ann, "METADATA * SUB url"), "774");
    assert!(
        later[0].starts_with(":hub.test 774 ann *ALL 2 :"),
        "{later:?}"
    );
    assert_eq!(batch(&net.says(ann, "METADATA *ALL SYNC"), "*ALL").len(), 1);
    for _ in 0..9 {
        net.says(ann, "METADATA #c SYNC");
    }
    let later = net.says(ann, "METADATA #c SYNC");
    assert!(
        later[0].starts_with(":hub.test 774 ann #c 2 :"),
        "{later:?}"
    );
    net.passes_ms(2_000);
    assert_eq!(batch(&net.says(ann, "METADATA #c SYNC"), "#c").len(), 1);
}

#[test]
fn what_would_be_too_long_is_cut_and_says_so() {
    let (mut net, [ann, ..]) = room();
    let value = "x".repeat(VALUE_BYTES_MAX);
    let subs: Vec<String> = (0..10).map(|n| format!("k{n}")).collect();
    for n in 0..90 {
        let who = net.enter_with(&format!("n{n}"), THREE, None);
        net.says(who, "JOIN #c");
        for key in &subs {
            set(&mut net, who, "*", key, &value);
        }
    }
    net.says(ann, &["METADATA * SUB ", &subs.join(" ")].concat());
    let synced = net.says(ann, "METADATA #c SYNC");
    let bytes: usize = synced.iter().map(String::len).sum();
    assert!((256_000..300_000).contains(&bytes), "{bytes}");
    let cut = batch(&synced, "#c").pop().unwrap();
    assert!(
        cut.starts_with("WARN METADATA LIMIT_REACHED SYNC #c 262144 :"),
        "{cut}"
    );
}

#[test]
fn in_an_auditorium_only_those_who_are_seen_are_told_of() {
    let (mut net, [ann, bob, cid]) = room();
    net.says(ann, "MODE #c +u");
    net.says(ann, "METADATA * SUB url");
    for who in [ann, bob, cid] {
        net.read(who);
    }
    set(&mut net, bob, "*", "url", "of bob");
    assert_eq!(only(&net.read(ann), "761").len(), 1);
    assert!(net.read(cid).is_empty());
    assert!(batch(&net.says(cid, "METADATA #c SYNC"), "#c").is_empty());
}

#[test]
fn whois_tells_what_one_has_subscribed_to() {
    let (mut net, [ann, bob, _]) = room();
    set(&mut net, ann, "*", "url", "x");
    set(&mut net, ann, "*", "other", "y");
    let told = net.says(bob, "WHOIS ann");
    assert_eq!(only(&told, "760"), line(":hub.test 760 bob ann url * :x"));
    assert!(only(&net.says(ann, "WHOIS ann"), "760").is_empty());
}

#[test]
fn a_label_is_on_the_answer_and_batches_are_within_its_batch() {
    let mut net = Net::new();
    let caps = "batch labeled-response draft/metadata-3";
    let ann = net.enter_with("ann", caps, None);
    let set = net.says(ann, "@label=1 METADATA * SET url :x");
    assert_eq!(set, line("@label=1 :hub.test 761 ann ann url * :x"));
    assert_eq!(
        net.says(ann, "@label=2 METADATA * SUB url"),
        [
            "@label=2 :hub.test BATCH +1 labeled-response",
            "@batch=1 :hub.test 770 ann url",
            "@batch=1 :hub.test BATCH +metadata metadata *ALL",
            "@batch=metadata :hub.test 761 ann ann url * :x",
            "@batch=1 :hub.test BATCH -metadata",
            ":hub.test BATCH -1",
        ]
    );
}

/// What a client has said before registration.
fn early(lines: &[&str]) -> Option<Box<Early>> {
    let mut early = Early::default();
    let words = Words {
        dialect: Dialect::Three,
        server: "hub.test",
        client: "*",
    };
    let mut said = String::new();
    for line in lines {
        let params: Vec<String> = line.split(' ').map(String::from).collect();
        early.command(&params, words, &mut said);
    }
    Some(Box::new(early))
}

/// Lets dan come, with an account or without; returns it with its welcome.
fn comes(net: &mut Net, account: Option<&str>, said: &[&str]) -> (Who, Vec<String>) {
    let who = net.candidate_with(|candidate| {
        candidate.nick = "dan".into();
        candidate.caps = Caps::METADATA_3 | Caps::BATCH;
        candidate.account = account.map(account_ref);
        candidate.metadata = early(said);
    });
    let welcome = net.read(who);
    (who, welcome)
}

#[test]
fn what_was_said_before_registration_is_so_after_it() {
    let (mut net, [ann, bob, _]) = room();
    net.says(bob, "MONITOR + dan");
    let said = [
        "* SUB url status",
        "* UNSUB status",
        "* SET url x",
        "* SET gone y",
        "* SET gone",
    ];
    let (dan, welcome) = comes(&mut net, None, &said);
    assert_eq!(batch(&welcome, "dan"), ["761 dan dan url * :x"]);
    let news = net.read(bob);
    assert!(
        news.contains(&":hub.test 761 bob dan url * :x".into()),
        "{news:?}"
    );
    assert_eq!(only(&net.says(dan, "METADATA * SUBS"), "BATCH").len(), 2);
    set(&mut net, ann, "*", "url", "z");
    let joined = net.says(dan, "JOIN #c");
    let shown = ["761 dan ann url * :z", "761 dan dan url * :x"];
    assert_eq!(batch(&joined, "#c"), shown);
}

#[test]
fn what_an_account_said_before_registration_is_stored() {
    let mut net = Net::new();
    let (dan, _) = comes(&mut net, Some("dan"), &["* SET url x", "* SET other y"]);
    net.says(dan, "QUIT");
    let rows = net.log.len();
    let (dan, welcome) = comes(&mut net, Some("dan"), &["* SET url x", "* SET other"]);
    assert_eq!(batch(&welcome, "dan"), ["761 dan dan url * :x"]);
    assert_eq!(
        net.log.len(),
        rows + 1,
        "what is so already is not stored again"
    );
    let again = net.restarted(settings());
    assert_eq!(again.pipeline.snapshot().1, net.pipeline.snapshot().1);
    net.says(dan, "QUIT");
    let (dan, welcome) = comes(&mut net, Some("dan"), &["* CLEAR", "* SET new z"]);
    assert_eq!(batch(&welcome, "dan"), ["761 dan dan new * :z"]);
    net.passes_ms(60_000);
    for n in 1..KEYS_MAX {
        set(&mut net, dan, "*", &format!("k{n}"), "x");
    }
    net.says(dan, "QUIT");
    let (_, welcome) = comes(&mut net, Some("dan"), &["* SET more x", "* SET k1 y"]);
    let full = format!(":hub.test FAIL METADATA LIMIT_REACHED SET * {KEYS_MAX} :");
    assert!(welcome.last().unwrap().starts_with(&full), "{welcome:?}");
    assert!(batch(&welcome, "dan").contains(&"761 dan dan k1 * :y".into()));
    assert_eq!(net.voids.len(), 1);
    let again = net.restarted(settings());
    assert_eq!(again.pipeline.snapshot().1, net.pipeline.snapshot().1);
}

#[test]
fn the_welcome_waits_for_the_disk_and_says_what_was_not_stored() {
    let mut net = Net::new();
    net.slow_log();
    let (dan, welcome) = comes(&mut net, Some("dan"), &["* SUB url", "* SET url x"]);
    assert!(welcome.is_empty(), "{welcome:?}");
    net.fail();
    let welcome = net.read(dan);
    assert!(batch(&welcome, "dan").is_empty());
    let failed = ":hub.test FAIL METADATA INTERNAL_ERROR * * :";
    assert!(welcome.last().unwrap().starts_with(failed), "{welcome:?}");
    assert!(net.says(dan, "METADATA * SUBS")[1].ends_with(" 772 dan url"));
}

#[test]
fn who_may_not_have_the_nick_has_set_nothing() {
    let mut net = Net::new();
    let [_holder] = net.enter(["DAN"]);
    let (_, refused) = comes(&mut net, Some("other"), &["* SET url x"]);
    assert_eq!(only(&refused, "433").len(), 1);
    assert_eq!(net.voids.len(), 1);
    let other = net.candidate("other", THREE, Some("other"));
    assert!(batch(&net.read(other), "other").is_empty());
}
