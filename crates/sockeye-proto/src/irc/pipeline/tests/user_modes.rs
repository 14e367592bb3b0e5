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
