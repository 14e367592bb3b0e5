//! Searching stored messages (soju.im/search).

use std::string::String;
use std::vec::Vec;

use super::net::{Net, Who, account_ref, line, settings};
use crate::irc::history::{Command, HistoryRequest, Query, Search, encode};
use crate::irc::settings::Settings;

const CAPS: &str = "batch labeled-response draft/chathistory soju.im/search";

/// The one search that the client has asked for.
fn asked(net: &mut Net, who: Who) -> (Search, HistoryRequest) {
    let request = net.histories(who).remove(0);
    match request.query.clone() {
        Query::Search(search) => (search, request),
        other => panic!("{other:?}"),
    }
}

fn channels(request: &HistoryRequest) -> Vec<&str> {
    let channels = request.reply.channels.iter();
    channels.map(|(_, name)| &**name).collect()
}

#[test]
fn one_searches_what_one_may_read_and_nothing_else() {
    let mut net = Net::new();
    let ann = net.enter_with("ann", CAPS, Some("ann"));
    let guest = net.enter_with("guest", CAPS, None);
    for channel in ["#a", "#b"] {
        net.says(ann, &["JOIN ", channel].concat());
        net.says(ann, &["PRIVMSG ", channel, " :said"].concat());
    }
    net.says(ann, "JOIN #unsaid");
    net.says(guest, "JOIN #a");
    net.read(ann);
    net.read(guest);

    assert_eq!(net.says(ann, "SEARCH text=said"), ["(history)"]);
    let (search, request) = asked(&mut net, ann);
    assert_eq!(channels(&request), ["#a", "#b"]);
    assert_eq!(search.directs, Some((account_ref("ann").id, None)));
    assert_eq!(search.words, ["said"]);
    assert_eq!(request.reply.asked, Some(Command::Search));

    net.says(guest, "SEARCH text=said");
    let (search, request) = asked(&mut net, guest);
    assert_eq!((channels(&request), search.directs), (["#a"].into(), None));

    net.says(ann, "SEARCH in=#B;from=Guest");
    let (search, request) = asked(&mut net, ann);
    assert_eq!((channels(&request), search.directs), (["#b"].into(), None));
    assert_eq!(search.from.as_deref(), Some("Guest"));

    net.says(ann, "SEARCH in=guest");
    let (search, _) = asked(&mut net, ann);
    let with_guest = Some((account_ref("ann").id, Some("guest".into())));
    assert_eq!((search.channels, search.directs), ([].into(), with_guest));

    let refused = line(":hub.test FAIL SEARCH INVALID_PARAMS in :Messages could not be retrieved");
    for target in ["#b", "#nothing", "ann", "nobody"] {
        let search = ["SEARCH in=", target].concat();
        assert_eq!(net.says(guest, &search), refused, "{target}");
    }
}

#[test]
fn what_makes_no_sense_is_refused_with_the_attribute() {
    let mut net = Net::new();
    let ann = net.enter_with("ann", CAPS, None);
    for (said, attribute) in [
        ("SEARCH limit=x", " limit"),
        ("SEARCH colour=red", " colour"),
        ("SEARCH", ""),
        ("SEARCH :", ""),
        ("SEARCH text=a b", ""),
    ] {
        let start = [":hub.test FAIL SEARCH INVALID_PARAMS", attribute, " :"].concat();
        let lines = net.says(ann, said);
        assert!(
            lines.len() == 1 && lines[0].starts_with(&start),
            "{lines:?}"
        );
    }
    let old = net.enter_with("old", "", None);
    assert!(net.says(old, "SEARCH text=a")[0].contains(" 421 old SEARCH "));
}

#[test]
fn it_is_offered_while_there_is_something_to_search() {
    let offers = |history, search| {
        let mut net = Net::with(Settings {
            history,
            search,
            ..settings()
        });
        let [ann] = net.enter(["ann"]);
        net.says(ann, "CAP LS 302")
            .concat()
            .contains(" soju.im/search")
    };
    assert!(offers(true, true));
    assert!(!offers(true, false) && !offers(false, true));
}

#[test]
fn the_answer_is_a_batch_with_each_message_where_it_was_said() {
    let mut net = Net::new();
    let ann = net.enter_with("ann", CAPS, None);
    for channel in ["#a", "#B"] {
        net.says(ann, &["JOIN ", channel].concat());
        net.says(ann, &["PRIVMSG ", channel, " :said"].concat());
    }
    net.read(ann);
    net.says(ann, "@label=l SEARCH text=said");
    let (_, request) = asked(&mut net, ann);
    let said = net.log.iter().filter(|record| !record.fact.is_state());
    let found = crate::irc::history::Found::Messages(said.cloned().collect());
    let lines = encode(&request.reply, &found);
    let batch = &request.reply.batch;
    let expected = [
        ["@label=l :hub.test BATCH +", batch, " soju.im/search\r\n"].concat(),
        ["@batch=", batch, " :ann!u@h PRIVMSG #a :said\r\n"].concat(),
        ["@batch=", batch, " :ann!u@h PRIVMSG #B :said\r\n"].concat(),
        [":hub.test BATCH -", batch, "\r\n"].concat(),
    ];
    assert_eq!(String::from_utf8_lossy(&lines), expected.concat());
    let failed = crate::irc::history::Found::Unavailable("it took over 1 s".into());
    assert_eq!(
        encode(&request.reply, &failed),
        "@label=l :hub.test FAIL SEARCH INTERNAL_ERROR :The search could not be run: \
         it took over 1 s\r\n"
    );
}
