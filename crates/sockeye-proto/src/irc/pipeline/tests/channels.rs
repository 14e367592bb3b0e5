//! JOIN, PART, TOPIC, KICK, INVITE, NAMES, LIST.

use std::format;
use std::string::String;
use std::vec::Vec;

use super::net::{Net, line, only};
use crate::irc::command::join::CHANNELS_MADE_MAX;

#[test]
fn commands_say_what_they_need() {
    let mut net = Net::new();
    let [ann] = net.enter(["ann"]);
    for command in [
        "JOIN",
        "PART",
        "TOPIC",
        "KICK #c",
        "INVITE bob",
        "MODE",
        "ISON",
        "USERHOST",
    ] {
        let word = command.split(' ').next().unwrap();
        let wanted = format!(":hub.test 461 ann {word} :Not enough parameters");
        assert_eq!(net.says(ann, command), [wanted]);
    }
    assert_eq!(
        net.says(ann, "join :"),
        line(":hub.test 461 ann JOIN :Not enough parameters")
    );
    for command in [
        "PART #c",
        "TOPIC #c",
        "TOPIC #c :x",
        "KICK #c bob",
        "INVITE ann #c",
        "MODE #c",
    ] {
        assert_eq!(
            net.says(ann, command),
            line(":hub.test 403 ann #c :No such channel")
        );
    }
    assert_eq!(
        net.says(ann, "FROB x"),
        line(":hub.test 421 ann FROB :Unknown command")
    );
    for command in ["USER a 0 * :b", "PASS x"] {
        assert_eq!(
            net.says(ann, command),
            line(":hub.test 462 ann :You may not reregister")
        );
    }
}

#[test]
fn several_channels_are_joined_with_their_keys() {
    let mut net = Net::new();
    let [ann, bob] = net.enter(["ann", "bob"]);
    net.says(ann, "JOIN #a,#b,#c");
    net.says(ann, "MODE #b +k key");
    let lines = net.says(bob, "JOIN #a,#b,bad,#c x,key");
    let joined: Vec<String> = only(&lines, "JOIN");
    assert_eq!(
        joined,
        [":bob!u@h JOIN #a", ":bob!u@h JOIN #b", ":bob!u@h JOIN #c"]
    );
    assert_eq!(
        only(&lines, "403"),
        line(":hub.test 403 bob bad :No such channel")
    );
    assert_eq!(net.done(bob), 2);
    assert!(
        net.says(bob, "JOIN #A").is_empty(),
        "a member is not told again"
    );

    net.read(ann);
    let parted = net.says(bob, "JOIN 0");
    assert_eq!(
        parted,
        [":bob!u@h PART #a", ":bob!u@h PART #b", ":bob!u@h PART #c"]
    );
    assert_eq!(net.read(ann), parted);
}

#[test]
fn a_client_is_on_so_many_channels_at_most() {
    let mut net = Net::new();
    let [ann] = net.enter(["ann"]);
    for number in 0..50 {
        assert_eq!(net.says(ann, &format!("JOIN #{number}")).len(), 3);
    }
    let refused = ":hub.test 405 ann #50 :You have joined too many channels";
    assert_eq!(net.says(ann, "JOIN #50"), line(refused));
    let many: Vec<_> = (0..11).map(|number| format!("#{number}")).collect();
    assert_eq!(
        only(&net.says(ann, &format!("JOIN {}", many.join(","))), "407").len(),
        1
    );
}

#[test]
fn clients_of_one_host_make_so_many_lasting_channels_at_most() {
    let mut net = Net::new();
    let [ann] = net.enter(["ann"]);
    for number in 0..CHANNELS_MADE_MAX {
        net.says(ann, &format!("JOIN #{number}"));
        net.says(ann, &format!("TOPIC #{number} :stays"));
        net.says(ann, &format!("PART #{number}"));
    }
    let refused = ":hub.test 405 ann #new :Too many channels were made from your network";
    assert_eq!(net.says(ann, "JOIN #new"), line(refused));
    // What exists is open to all.
    assert!(net.says(ann, "JOIN #0").len() > 1);
}

#[test]
fn channels_that_end_do_not_count() {
    let mut net = Net::new();
    let [ann] = net.enter(["ann"]);
    for _ in 0..=CHANNELS_MADE_MAX {
        assert_eq!(net.says(ann, "JOIN #c").len(), 3);
        net.says(ann, "PART #c");
    }
}

#[test]
fn a_limit_an_invitation_and_a_ban_keep_joiners_out() {
    let mut net = Net::new();
    let [ann, bob, cid] = net.enter(["ann", "bob", "cid"]);
    net.says(ann, "JOIN #c");
    net.says(ann, "MODE #c +il 2");
    let refused = ":hub.test 473 bob #c :Cannot join channel (+i)";
    assert_eq!(net.says(bob, "JOIN #c"), line(refused));
    let inviting = net.says(ann, "INVITE BOB #C");
    assert_eq!(inviting, line(":hub.test 341 ann bob #c"));
    assert_eq!(net.read(bob), line(":ann!u@h INVITE bob #c"));
    let invitations = net.says(bob, "INVITE");
    assert_eq!(
        invitations,
        [
            ":hub.test 336 bob #c",
            ":hub.test 337 bob :End of /INVITE list"
        ]
    );
    assert_eq!(only(&net.says(bob, "JOIN #c"), "JOIN").len(), 1);
    assert_eq!(net.says(bob, "INVITE").len(), 1);

    net.says(ann, "INVITE cid #c");
    net.read(cid);
    let refused = ":hub.test 471 cid #c :Cannot join channel (+l)";
    assert_eq!(net.says(cid, "JOIN #c"), line(refused));
    net.says(ann, "MODE #c -l");
    net.says(ann, "MODE #c +b CID!*@*");
    let refused = ":hub.test 474 cid #c :Cannot join channel (+b)";
    assert_eq!(net.says(cid, "JOIN #c"), line(refused));
    // An invitation is used up by joining.
    net.says(bob, "PART #c");
    assert_eq!(only(&net.says(bob, "JOIN #c"), "473").len(), 1);
}

#[test]
fn invitations_have_their_refusals() {
    let mut net = Net::new();
    let [ann, bob, _cid] = net.enter(["ann", "bob", "cid"]);
    net.says(ann, "JOIN #c");
    let refused = ":hub.test 442 bob #c :You're not on that channel";
    assert_eq!(net.says(bob, "INVITE cid #c"), line(refused));
    net.says(bob, "JOIN #c");
    net.read(ann);
    let refused = ":hub.test 443 ann bob #c :is already on channel";
    assert_eq!(net.says(ann, "INVITE bob #c"), line(refused));
    let refused = ":hub.test 401 ann nobody :No such nick/channel";
    assert_eq!(net.says(ann, "INVITE nobody #c"), line(refused));
    net.says(ann, "MODE #c +i");
    net.read(bob);
    let refused = ":hub.test 482 bob #c :You're not channel operator";
    assert_eq!(net.says(bob, "INVITE cid #c"), line(refused));
}

#[test]
fn parting_is_seen_with_its_reason() {
    let mut net = Net::new();
    let [ann, bob] = net.enter(["ann", "bob"]);
    net.says(ann, "JOIN #c");
    net.says(bob, "JOIN #c");
    net.read(ann);
    assert_eq!(
        net.says(bob, "PART #C :tea is over"),
        line(":bob!u@h PART #c :tea is over")
    );
    assert_eq!(net.read(ann), line(":bob!u@h PART #c :tea is over"));
    let refused = ":hub.test 442 bob #c :You're not on that channel";
    assert_eq!(net.says(bob, "PART #c"), line(refused));
    net.says(ann, &format!("JOIN #{}", "d".repeat(63)));
    let reason = "ä".repeat(120);
    let parted = net.says(ann, &format!("PART #c :{reason}"));
    assert!(
        parted[0].ends_with("ä…") && parted[0].len() < 230,
        "{parted:?}"
    );
}

#[test]
fn the_topic_is_set_shown_locked_and_cleared() {
    let mut net = Net::new();
    let [ann, bob, cid] = net.enter(["ann", "bob", "cid"]);
    net.says(ann, "JOIN #c");
    net.says(bob, "JOIN #c");
    net.read(ann);
    assert_eq!(
        net.says(bob, "TOPIC #c"),
        line(":hub.test 331 bob #c :No topic is set")
    );
    let refused = ":hub.test 482 bob #c :You're not channel operator";
    assert_eq!(net.says(bob, "TOPIC #c :mine"), line(refused));
    assert_eq!(
        net.says(ann, "TOPIC #C :tea at five"),
        line(":ann!u@h TOPIC #c :tea at five")
    );
    assert_eq!(net.read(bob), line(":ann!u@h TOPIC #c :tea at five"));
    let topic = [
        ":hub.test 332 cid #c :tea at five",
        ":hub.test 333 cid #c ann!u@h 1767225600",
    ];
    assert_eq!(net.says(cid, "TOPIC #c"), topic);
    assert_eq!(net.says(cid, "JOIN #c")[1..3], topic);
    net.says(ann, "MODE #c -t");
    for who in [ann, bob] {
        net.read(who);
    }
    assert_eq!(net.says(bob, "TOPIC #c :"), line(":bob!u@h TOPIC #c :"));
    assert_eq!(net.says(ann, "TOPIC #c").len(), 2);
    assert_eq!(only(&net.says(ann, "TOPIC #c"), "331").len(), 1);
    net.says(cid, "PART #c");
    let refused = ":hub.test 442 cid #c :You're not on that channel";
    assert_eq!(net.says(cid, "TOPIC #c :x"), line(refused));
    net.read(ann);
    let long = net.says(ann, &format!("TOPIC #c :{}", "x".repeat(400)));
    assert!(long[0].ends_with("x…"));
    assert_eq!(long[0].len(), ":ann!u@h TOPIC #c :".len() + 300);
}

#[test]
fn a_kick_removes_and_has_its_refusals() {
    let mut net = Net::new();
    let [ann, bob, cid] = net.enter(["ann", "bob", "cid"]);
    net.says(ann, "JOIN #c");
    let refused = ":hub.test 442 bob #c :You're not on that channel";
    assert_eq!(net.says(bob, "KICK #c ann"), line(refused));
    net.says(bob, "JOIN #c");
    net.says(cid, "JOIN #c");
    net.read(bob);
    let refused = ":hub.test 482 bob #c :You're not channel operator";
    assert_eq!(net.says(bob, "KICK #c ann"), line(refused));
    net.read(ann);
    let lines = net.says(ann, "KICK #c bob,cid,nobody,ann :out");
    assert_eq!(
        lines,
        [
            ":ann!u@h KICK #c bob :out",
            ":ann!u@h KICK #c cid :out",
            ":hub.test 441 ann nobody #c :They aren't on that channel",
            ":ann!u@h KICK #c ann :out",
        ]
    );
    assert_eq!(net.read(bob), line(":ann!u@h KICK #c bob :out"));
    assert_eq!(
        net.read(cid),
        [":ann!u@h KICK #c bob :out", ":ann!u@h KICK #c cid :out"]
    );
    // It was the last member.
    assert_eq!(only(&net.says(ann, "TOPIC #c"), "403").len(), 1);
}

#[test]
fn a_kick_may_name_a_channel_for_each_victim() {
    let mut net = Net::new();
    let [ann, bob] = net.enter(["ann", "bob"]);
    for who in [ann, bob] {
        net.says(who, "JOIN #a,#b");
    }
    net.read(ann);
    let lines = net.says(ann, "KICK #a,#b bob,bob :out");
    assert_eq!(
        lines,
        [":ann!u@h KICK #a bob :out", ":ann!u@h KICK #b bob :out"]
    );
    let missing = line(":hub.test 461 ann KICK :Not enough parameters");
    for said in [
        "KICK #a,#b bob",
        "KICK #a,#b a,b,c",
        "KICK #a ,",
        "KICK , bob",
    ] {
        assert_eq!(net.says(ann, said), missing, "{said}");
    }
    let refused = line(":hub.test 407 ann a,b,c,d,e :Too many targets");
    assert_eq!(net.says(ann, "KICK #a a,b,c,d,e"), refused);
    let refused = net.says(ann, "KICK #a,#none bob,bob");
    assert_eq!(only(&refused, "441").len(), 1);
    assert_eq!(only(&refused, "403").len(), 1);
}

#[test]
fn names_and_list_hide_what_is_secret() {
    let mut net = Net::new();
    let [ann, bob] = net.enter(["ann", "bob"]);
    net.says(ann, "JOIN #open,#secret");
    net.says(ann, "MODE #secret +s");
    net.says(ann, "TOPIC #open :welcome");
    let names = net.says(bob, "NAMES #open,#secret,#none");
    assert_eq!(
        names,
        [
            ":hub.test 353 bob = #open :@ann",
            ":hub.test 366 bob #open :End of /NAMES list",
            ":hub.test 366 bob #secret :End of /NAMES list",
            ":hub.test 366 bob #none :End of /NAMES list",
        ]
    );
    assert_eq!(
        net.says(ann, "NAMES #secret")[0],
        ":hub.test 353 ann @ #secret :@ann"
    );
    let list = net.says(bob, "LIST");
    assert_eq!(
        list,
        [
            ":hub.test 321 bob Channel :Users  Name",
            ":hub.test 322 bob #open 1 :welcome",
            ":hub.test 323 bob :End of /LIST"
        ]
    );
    assert_eq!(net.says(ann, "LIST").len(), 4);
    assert_eq!(net.says(ann, "LIST >1").len(), 2);
    assert_eq!(net.says(ann, "LIST >0,<2").len(), 4);
    assert_eq!(net.says(ann, "LIST open").len(), 2);
    assert_eq!(net.says(bob, "LIST #open,#secret").len(), 3);
    net.says(ann, "MODE ann +i");
    assert_eq!(
        net.says(bob, "NAMES #open").len(),
        1,
        "the invisible are seen by members only"
    );
}

#[test]
fn names_of_many_take_several_lines() {
    let mut net = Net::new();
    let mut all = Vec::new();
    for number in 0..100 {
        let who = net.enter_with(&format!("nick-{number:0>20}"), "", None);
        net.writes(who, "JOIN #c");
        all.push(who);
    }
    net.read(all[7]);
    let lines = net.says(all[7], "NAMES #c");
    assert!(lines.iter().all(|line| line.len() <= 510));
    let names: Vec<_> = only(&lines, "353")
        .iter()
        .flat_map(|line| {
            line.rsplit(':')
                .next()
                .unwrap()
                .split(' ')
                .map(String::from)
                .collect::<Vec<_>>()
        })
        .collect();
    assert_eq!(names.len(), 100);
}
