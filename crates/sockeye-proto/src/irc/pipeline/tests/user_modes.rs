//! MODE of clients.

use super::net::{Net, line, only};

#[test]
fn clients_change_their_own_modes() {
    let mut net = Net::new();
    let [ann, bob] = net.enter(["ann", "bob"]);
    assert_eq!(net.says(ann, "MODE ann"), line(":hub.test 221 ann +"));
    assert_eq!(net.says(ann, "MODE ANN +i"), line(":ann!u@h MODE ann +i"));
    assert!(net.says(ann, "MODE ann +i").is_empty());
    assert_eq!(net.says(ann, "MODE ann"), line(":hub.test 221 ann +i"));
    let lines = net.says(ann, "MODE ann -ix+RB");
    assert_eq!(
        lines,
        [
            ":ann!u@h MODE ann +BR-i",
            ":hub.test 501 ann :Unknown MODE flag"
        ]
    );
    assert!(net.says(ann, "MODE ann +i-i").is_empty());
    let refused = line(":hub.test 502 bob :Cant change mode for other users");
    assert_eq!(net.says(bob, "MODE ann +i"), refused);
    let refused = line(":hub.test 401 bob nobody :No such nick/channel");
    assert_eq!(net.says(bob, "MODE nobody"), refused);
}

#[test]
fn a_bot_is_shown_as_one() {
    let mut net = Net::new();
    let [bot, ann] = net.enter(["bot", "ann"]);
    net.says(bot, "MODE bot +B");
    let whois = only(&net.says(ann, "WHOIS bot"), "335");
    assert_eq!(whois, line(":hub.test 335 ann bot :is a bot"));
    let who = only(&net.says(ann, "WHO bot"), "352");
    assert_eq!(
        who,
        line(":hub.test 352 ann * u h hub.test bot HB :0 Real Name")
    );
}

#[test]
fn who_wants_it_hears_only_who_is_logged_in() {
    let mut net = Net::new();
    let [ann, bob] = net.enter(["ann", "bob"]);
    let cid = net.enter_with("cid", "", Some("cid"));
    net.says(ann, "MODE ann +R");
    let refused = ":hub.test 477 bob ann :You must be logged in to send messages to this user";
    assert_eq!(net.says(bob, "PRIVMSG ann :x"), line(refused));
    assert!(net.says(bob, "NOTICE ann :x").is_empty());
    assert!(net.says(cid, "PRIVMSG ann :x").is_empty());
    assert_eq!(net.read(ann), line(":cid!u@h PRIVMSG ann :x"));
    assert_eq!(net.says(ann, "PRIVMSG ann :self").len(), 1);
}

#[test]
fn operators_hear_who_comes_and_goes_if_they_want_to() {
    let mut net = Net::new();
    let boss = net.enter_with("oda", "", Some("boss"));
    let [ann] = net.enter(["ann"]);
    let refused = ":hub.test 481 ann :Permission Denied- You're not an IRC operator";
    assert_eq!(net.says(ann, "MODE ann +s"), line(refused));
    assert_eq!(net.says(boss, "MODE oda +s"), line(":oda!u@h MODE oda +s"));
    let [bob] = net.enter(["bob"]);
    let connecting = ":hub.test NOTICE oda :*** Client connecting: bob!u@h (no address)";
    assert_eq!(net.read(boss), line(connecting));
    net.says(bob, "QUIT :bye");
    let exiting = ":hub.test NOTICE oda :*** Client exiting: bob!u@h (Quit: bye)";
    assert_eq!(net.read(boss), line(exiting));
    assert!(net.read(ann).is_empty());
    assert_eq!(net.says(boss, "MODE oda -s"), line(":oda!u@h MODE oda -s"));
    net.enter(["cid"]);
    assert!(net.read(boss).is_empty());
}

#[test]
fn an_operator_may_resign_and_nobody_becomes_one_by_asking() {
    let mut net = Net::new();
    let boss = net.enter_with("oda", "", Some("boss"));
    let [ann] = net.enter(["ann"]);
    assert!(net.says(ann, "MODE ann +o").is_empty());
    assert_eq!(net.says(ann, "MODE ann"), line(":hub.test 221 ann +"));
    net.says(boss, "MODE oda +s");
    let resigned = net.says(boss, "MODE oda +i-o");
    assert_eq!(resigned, line(":oda!u@h MODE oda +i-o"));
    assert_eq!(net.says(boss, "MODE oda"), line(":hub.test 221 oda +is"));
    assert_eq!(only(&net.says(boss, "KILL ann :x"), "481").len(), 1);
    net.enter(["bob"]);
    assert!(net.read(boss).is_empty(), "the notices are for operators");
    assert!(net.says(boss, "MODE oda -o").is_empty());
}
