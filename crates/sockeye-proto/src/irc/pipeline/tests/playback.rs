//! The playback module of ZNC, as clients use it.

use std::string::String;
use std::vec::Vec;
use std::{format, vec};

use super::net::{Net, START_MS, Who, account_ref, line, only, settings};
use crate::irc::history::{Buffer, Found, Keep, Point, Query, encode};
use crate::irc::settings::Settings;

const CAPS: &str = "batch znc.in/playback";

/// ann with the capability on #c and #d, which have been spoken in.
fn room() -> (Net, Who) {
    let mut net = Net::new();
    let ann = net.enter_with("ann", CAPS, Some("ann"));
    net.says(ann, "JOIN #c,#d,#silent");
    for channel in ["#c", "#d"] {
        net.says(ann, &format!("PRIVMSG {channel} :hi"));
    }
    assert!(
        net.histories(ann).is_empty(),
        "nothing that was not asked for"
    );
    (net, ann)
}

fn queries(net: &mut Net, who: Who) -> Vec<(String, Query)> {
    let requests = net.histories(who).into_iter();
    requests
        .map(|request| (request.reply.target, request.query))
        .collect()
}

fn targets(net: &mut Net, who: Who) -> Vec<String> {
    let queries = queries(net, who).into_iter();
    queries.map(|(target, _)| target).collect()
}

#[test]
fn what_was_missed_is_asked_for_with_times_of_any_fraction() {
    let (mut net, ann) = room();
    for (times, after, before) in [
        ("", None, None),
        ("0", None, None),
        ("1767225600", Some(START_MS), None),
        ("1767225600.5", Some(START_MS + 500), None),
        (
            "1767225600.123456 1767225601",
            Some(START_MS + 123),
            Some(START_MS + 1_001),
        ),
    ] {
        let said = net.says(ann, &format!("PRIVMSG *playback :play #c {times}"));
        assert_eq!(said, line("(history)"));
        let (target, query) = queries(&mut net, ann).remove(0);
        let Query::Messages {
            buffer,
            after: from,
            before: to,
            keep,
            limit,
        } = query
        else {
            panic!("{query:?}");
        };
        assert!(matches!(buffer, Buffer::Channel { events: false, .. }));
        assert_eq!((&*target, keep, limit), ("#c", Keep::Last, 1_000));
        assert_eq!(
            (from, to),
            (after.map(Point::Time), before.map(Point::Time)),
            "{times}"
        );
    }
}

#[test]
fn masks_name_channels_and_a_star_people_too() {
    let (mut net, ann) = room();
    net.says(ann, "PRIVMSG *Playback :PLAY #C,#nothing");
    assert_eq!(targets(&mut net, ann), ["#c"]);
    net.says(ann, "PRIVMSG *playback :PLAY #*");
    assert_eq!(targets(&mut net, ann), ["#c", "#d"]);
    net.says(ann, "ZNC *playback PLAY * 0");
    let all = queries(&mut net, ann);
    assert_eq!(all.len(), 3);
    let owner = account_ref("ann").id;
    assert!(matches!(all[2].1, Query::Directs { owner: of, .. } if of == owner));
    net.says(ann, "ZNC *playback :PLAY bob");
    assert!(matches!(&queries(&mut net, ann)[0].1,
        Query::Messages { buffer: Buffer::Direct { owner: of, peer, .. }, .. }
            if *of == owner && peer == "bob"));
    let guest = net.enter_with("guest", CAPS, None);
    net.says(guest, "PRIVMSG *playback :PLAY *,bob,#c 0");
    assert!(
        net.histories(guest).is_empty(),
        "of channels one is on, and of accounts"
    );
}

#[test]
fn it_holds_for_channels_that_are_joined_later_once() {
    let (mut net, ann) = room();
    let late = net.enter_with("late", CAPS, Some("ann2"));
    net.says(late, "PRIVMSG *playback :PLAY #* 5");
    net.histories(late);
    net.says(late, "JOIN #c");
    let (target, query) = queries(&mut net, late).remove(0);
    assert_eq!(target, "#c");
    assert!(matches!(
        query,
        Query::Messages {
            after: Some(Point::Time(5_000)),
            ..
        }
    ));
    net.says(late, "PART #c");
    net.says(late, "JOIN #c");
    assert!(net.histories(late).is_empty());
    net.says(late, "PRIVMSG *playback :PLAY #d 5");
    net.says(late, "JOIN #c,#d");
    net.says(late, "JOIN #d");
    assert_eq!(targets(&mut net, late), ["#d"]);
    // Who has not asked for anything is shown nothing, and others as ever.
    let other = net.enter_with("other", CAPS, None);
    net.says(other, "JOIN #c");
    assert!(net.histories(other).is_empty());
    let [old] = net.enter(["old"]);
    net.says(old, "JOIN #c");
    assert_eq!(net.histories(old).len(), 1);
    assert!(!net.read(ann).is_empty());
}

#[test]
fn the_answer_is_a_batch_of_its_kind_with_times() {
    let (mut net, ann) = room();
    net.says(ann, "PRIVMSG *playback :PLAY #c");
    let request = net.histories(ann).pop().unwrap();
    let record = net.log.iter().find(|record| match &record.fact {
        crate::irc::event::Fact::Message(message) => message.text == "hi",
        _ => false,
    });
    let bytes = encode(
        &request.reply,
        &Found::Messages(vec![record.unwrap().clone()]),
    );
    let text = String::from_utf8(bytes.to_vec()).unwrap();
    let batch = &request.reply.batch;
    assert_eq!(
        text,
        format!(
            ":hub.test BATCH +{batch} znc.in/playback #c\r\n\
             @batch={batch};time=2026-01-01T00:00:00.000Z :ann!u@h PRIVMSG #c :hi\r\n\
             :hub.test BATCH -{batch}\r\n"
        )
    );
    let empty = encode(&request.reply, &Found::Messages(Vec::new()));
    assert!(empty.is_empty());
}

#[test]
fn lists_times_and_what_it_cannot_do_are_said() {
    let (mut net, ann) = room();
    net.passes_ms(1_234);
    let start = ":*playback!playback@hub.test PRIVMSG ann :";
    let said = net.says(ann, "PRIVMSG *playback TIME");
    let time = "The current time is 2026-01-01T00:00:01.234Z [1767225601.234]";
    assert_eq!(said, line(&[start, time].concat()));
    net.says(ann, "PRIVMSG *playback :LIST #d,#x");
    let request = net.histories(ann).pop().unwrap();
    assert!(
        matches!(&request.query, Query::Targets { channels, owner: None, .. }
        if channels.len() == 1 && channels[0].1 == "#d")
    );
    let found = Found::Targets(vec![("#d".into(), START_MS + 5)]);
    let bytes = encode(&request.reply, &found);
    let listed = [start, "#d 0.000 1767225600.005\r\n"].concat();
    assert_eq!(&*bytes, listed.as_bytes());
    net.says(ann, "ZNC *playback LIST");
    let request = net.histories(ann).pop().unwrap();
    assert!(matches!(
        request.query,
        Query::Targets { owner: Some(_), .. }
    ));
    let said = net.says(ann, "PRIVMSG *playback :CLEAR #c");
    assert!(said[0].contains(":Nothing was cleared"), "{said:?}");
    for wrong in [
        "",
        "PLAY",
        "PLAY #c x",
        "PLAY #c 1 2 3",
        "PLAY #c -1",
        "PLAY #c 1.x",
        "PLAY #c .5",
        "PLAY #c 99999999999999999999",
        "HELP",
        "LIST a b",
        "frobnicate",
    ] {
        let said = net.says(ann, &format!("ZNC *playback :{wrong}"));
        assert!(
            !said.is_empty() && said[0].starts_with(start),
            "{wrong}: {said:?}"
        );
        assert!(net.histories(ann).is_empty());
    }
    let many = "#c,".repeat(51);
    let said = net.says(ann, &format!("PRIVMSG *playback :PLAY {many}"));
    assert!(said[0].contains(":PLAY <buffers>"));
    for unknown in ["ZNC *status x", "PRIVMSG *status :x"] {
        assert_eq!(only(&net.says(ann, unknown), "401").len(), 1);
    }
}

#[test]
fn without_history_there_is_no_such_module() {
    let mut net = Net::with(Settings {
        history: false,
        ..settings()
    });
    let [ann] = net.enter(["ann"]);
    let said = net.says(ann, "PRIVMSG *playback :PLAY *");
    assert_eq!(
        said,
        line(":hub.test 401 ann *playback :No such nick/channel")
    );
}
