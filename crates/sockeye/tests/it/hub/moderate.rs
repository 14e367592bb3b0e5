//! Who may be here, and what others see of them.

use std::net::SocketAddr;

use tempfile::TempDir;

use super::{login, run, start, start_with_file, stop};
use crate::support::client::Client;

/// Joins a room and returns the host with which the client is shown there.
fn shown_host(client: &mut Client, nick: &str) -> String {
    client.send("JOIN #room");
    let join = client.wait_for(&format!(":{nick}!"));
    let (source, _) = join[1..].split_once(' ').unwrap();
    source.split_once('@').unwrap().1.to_owned()
}

/// Registers as an operator: who is logged in to an account with `admin`.
fn operator(hub: SocketAddr, nick: &str, password: &str) -> Client {
    let mut client = Client::connect(hub);
    client.send(&format!(
        "PASS :ali:{password}\r\nNICK {nick}\r\nUSER {nick} 0 * :{nick}"
    ));
    client.wait_for(" 001 ");
    client
}

fn first_password(data: &TempDir) -> String {
    let password = std::fs::read_to_string(data.path().join("first-password")).unwrap();
    password.trim().to_owned()
}

#[test]
fn others_see_a_cloak_and_operators_the_address() {
    let data = TempDir::new().unwrap();
    let hub = start(data.path());
    let password = first_password(&data);
    let mut ann = Client::register(hub.listening(), "ann", "");
    let cloak = shown_host(&mut ann, "ann");
    assert!(cloak.ends_with(".ip") && cloak.len() == 29, "{cloak}");

    let mut bob = Client::register(hub.listening(), "bob", "");
    bob.send("WHOIS ann\r\nUSERHOST ann\r\nWHO ann %tcuihsnf,7\r\nWHO ann\r\nPING all");
    loop {
        let line = bob.line().unwrap();
        assert!(!line.contains("127.0.0.1"), "{line}");
        if line.contains(" PONG ") {
            break;
        }
    }
    bob.send("JOIN #other\r\nPRIVMSG ann :hello\r\nQUIT");
    assert!(ann.wait_for(" PRIVMSG ann ").contains(&cloak));
    // Neither does a mask that an address would fit tell anything.
    ann.send("MODE #room +b *!*@127.0.0.*\r\nPING set");
    ann.wait_for(" PONG ");
    let mut cas = Client::register(hub.listening(), "cas", "");
    cas.join("#room");
    ann.send("MODE #room -b *!*@127.0.0.*");
    let network = cloak.split_once('.').unwrap().1;
    ann.send(&format!("MODE #room +b *!*@*.{network}\r\nPING again"));
    ann.wait_for("again");
    let mut dan = Client::register(hub.listening(), "dan", "");
    dan.send("JOIN #room");
    dan.wait_for(" 474 ");

    let mut oda = operator(hub.listening(), "oda", &password);
    oda.send("WHOIS ann");
    assert!(oda.wait_for(" 338 ").contains("127.0.0.1"));
    oda.send("WHO *.127.0.0.1\r\nMODE oda +s\r\nPING mode");
    oda.wait_for(" PONG ");
    let _eve = Client::register(hub.listening(), "eve", "");
    oda.wait_for(&format!("Client connecting: eve!eve@{cloak} (127.0.0.1)"));
    stop(hub);

    let hub = start(data.path());
    let mut ann = Client::register(hub.listening(), "ann", "");
    ann.send("JOIN #new");
    assert!(
        ann.wait_for(" JOIN ").contains(&cloak),
        "the same after a restart"
    );
    stop(hub);
}

#[test]
fn hosts_can_be_addresses() {
    let dir = TempDir::new().unwrap();
    let file = "[chat]\nhosts = \"address\"\n[[listen]]\nat = \"127.0.0.1:0\"\nserve = \"chat\"\n";
    let hub = start_with_file(dir.path(), file);
    let mut ann = Client::register(hub.listening(), "ann", "");
    assert_eq!(shown_host(&mut ann, "ann"), "127.0.0.1");

    let cloaked = file.replace("\"address\"", "\"cloak\"");
    std::fs::write(dir.path().join("hub.toml"), cloaked).unwrap();
    let changes = run(&["status", "reload"], &dir.path().join("data"), "").ok();
    assert!(
        changes.contains("chat.hosts: \"address\" → \"cloak\""),
        "{changes}"
    );
    let mut bob = Client::register(hub.listening(), "bob", "");
    assert!(shown_host(&mut bob, "bob").ends_with(".ip"));
    stop(hub);
}

#[test]
fn a_banned_address_has_to_go_and_may_not_come() {
    let data = TempDir::new().unwrap();
    let hub = start(data.path());
    let mut ann = Client::register(hub.listening(), "ann", "");
    let ban = |args: &[&str]| run(&[&["ban"], args].concat(), data.path(), "");
    ban(&["add", "127.0.0.0/8", "--for", "1h", "--reason", "too loud"]).ok();
    let told = ann.wait_for(" 465 ");
    assert!(
        told.ends_with("465 ann :You are banned from this server: too loud"),
        "{told}"
    );
    assert!(ann.wait_for("ERROR ").contains("too loud"));
    assert_eq!(ann.line(), None);

    let mut bob = Client::connect(hub.listening());
    bob.wait_for(" 465 * ");
    bob.wait_for("ERROR ");
    assert_eq!(bob.line(), None);
    stop(hub);

    // The hub need not run, and a ban outlives it.
    let list = ban(&["list"]).ok();
    assert!(
        list.contains("127.0.0.0/8") && list.contains("60 min"),
        "{list}"
    );
    let hub = start(data.path());
    Client::connect(hub.listening()).wait_for(" 465 ");
    ban(&["remove", "127.0.0.9/8"]).ok();
    assert_eq!(ban(&["list"]).ok(), "");
    let _back = Client::register(hub.listening(), "ann", "");
    let unknown = ban(&["remove", "127.0.0.0/8"]).refused(2);
    assert!(unknown.contains("hint: `sockeye ban list`"), "{unknown}");
    let everybody = ban(&["add", "*!*@*"]).refused(2);
    assert!(everybody.contains("everybody"), "{everybody}");
    ban(&["add", "10.0.0.1", "--for", "soon"]).refused(2);
    stop(hub);
}

#[test]
fn operators_ban_masks_and_accounts_by_chat() {
    let data = TempDir::new().unwrap();
    let hub = start(data.path());
    let mut oda = operator(hub.listening(), "oda", &first_password(&data));
    run(&["account", "add", "bob"], data.path(), "secret of bob\n").ok();
    assert_eq!(login(hub.listening(), "bob", "secret of bob"), "903");
    let mut bad = Client::register(hub.listening(), "bad1", "");
    let mut good = Client::register(hub.listening(), "good", "");

    good.send("KLINE bad*!*@*");
    good.wait_for(" 481 ");
    oda.send("MODE oda +s\r\nKLINE 30m bad*!*@* :bots");
    let set = oda.wait_for("NOTE KLINE BAN_SET bad*!*@* ");
    assert!(set.contains("by ali: bots"), "{set}");
    bad.wait_for(" 465 bad1 ");
    assert_eq!(bad.wait_for("ERROR").matches("bots").count(), 1);
    let mut bad = Client::connect(hub.listening());
    bad.send("NICK bad2\r\nUSER x 0 * :x");
    bad.wait_for(" 465 bad2 ");
    good.send("PING still");
    good.wait_for("still");

    oda.send("KLINE account:bob");
    oda.wait_for("BAN_SET account:bob");
    assert_eq!(login(hub.listening(), "bob", "secret of bob"), "904");
    oda.send("KLINE");
    oda.wait_for("BAN account:bob");
    oda.wait_for("BANS_END * :2 bans");
    oda.send("UNKLINE account:BOB\r\nUNKLINE nobody\r\nDLINE 0.0.0.0/0");
    let answers = [
        "BAN_REMOVED account:bob",
        "NO_SUCH_BAN nobody",
        "INVALID_TARGET 0.0.0.0/0",
    ];
    oda.wait_for_all(&answers.map(str::to_owned));
    assert_eq!(login(hub.listening(), "bob", "secret of bob"), "903");
    stop(hub);
}

#[test]
fn some_networks_have_to_log_in() {
    let dir = TempDir::new().unwrap();
    let file = "[chat]\nrequire_sasl = [\"127.0.0.0/8\"]\n[[listen]]\nat = \"127.0.0.1:0\"\nserve = \"chat\"\n";
    let hub = start_with_file(dir.path(), file);
    let add = ["account", "add", "ali"];
    run(&add, &dir.path().join("data"), "secret of ali\n").ok();
    let mut ann = Client::connect(hub.listening());
    ann.send("NICK ann\r\nUSER ann 0 * :ann");
    assert!(ann.wait_for(" 904 ann ").contains("log in"));
    ann.wait_for("ERROR ");
    assert_eq!(ann.line(), None);
    operator(hub.listening(), "ann", "secret of ali");
    stop(hub);
}

#[test]
fn the_audit_log_tells_who_did_what_while_the_hub_runs_and_while_it_does_not() {
    let data = TempDir::new().unwrap();
    let hub = start(data.path());
    let mut oda = operator(hub.listening(), "oda", &first_password(&data));
    let _ann = Client::register(hub.listening(), "ann", "");
    run(&["account", "add", "bob"], data.path(), "secret of bob\n").ok();
    assert_eq!(login(hub.listening(), "bob", "hunter2"), "904");
    oda.send("KILL ann :spam\r\nKLINE 1h bad!*@* :bots\r\nREHASH\r\nAUDIT");
    oda.wait_for(" FAIL REHASH CONFIG_BAD ");
    oda.wait_for("NOTE AUDIT ACT ");
    assert!(oda.wait_for("NOTE AUDIT AUDIT_END").ends_with(" acts"));
    run(&["ban", "remove", "bad!*@*"], data.path(), "").ok();

    let acts = |args: &[&str]| -> Vec<String> {
        let lines = run(&[&["audit", "--json"], args].concat(), data.path(), "").ok();
        let row = |line: &str| serde_json::from_str::<serde_json::Value>(line).unwrap();
        let rows = lines.lines().map(row);
        rows.map(|row| format!("{} {} {}", row["act"], row["by"], row["on"]))
            .map(|text| text.replace('"', ""))
            .collect()
    };
    let expected = [
        "account-add hub ali",
        "operator ali oda!oda@127.0.0.1",
        "account-add hub bob",
        "kill ali ann!ann@127.0.0.1",
        "ban ali bad!*@*",
        "rehash ali ",
        "login-failed  bob",
        "unban hub bad!*@*",
    ];
    assert_eq!(acts(&[]), expected);
    assert_eq!(acts(&["--by", "ALI"]).len(), 4);
    assert_eq!(acts(&["--account", "bob"]), [expected[2], expected[6]]);
    assert_eq!(acts(&["--last", "2"]), expected[6..]);
    assert_eq!(acts(&["--since", "1h"]), expected);
    stop(hub);
    assert_eq!(acts(&["--since", "1h"]), expected, "without a hub, too");
    let text = run(&["audit"], data.path(), "").ok();
    assert!(
        text.contains("kill by ali from 127.0.0.1 on ann!ann@127.0.0.1: spam"),
        "{text}"
    );
    assert!(
        !text.contains("hunter2") && !text.contains("secret"),
        "{text}"
    );
    run(&["audit", "--since", "soon"], data.path(), "").refused(2);
    run(&["audit", "--last", "0"], data.path(), "").refused(2);
}

#[test]
fn roles_have_what_their_permissions_say() {
    let data = TempDir::new().unwrap();
    let hub = start(data.path());
    let add = ["account", "add", "mo", "--allow", "moderator"];
    run(&add, data.path(), "secret of mo\n").ok();
    let list = run(&["account", "list"], data.path(), "").ok();
    assert!(list.contains("mo   chat,kill,ban,addresses"), "{list}");
    let mut mo = Client::connect(hub.listening());
    mo.send("PASS :mo:secret of mo\r\nNICK mo\r\nUSER mo 0 * :mo");
    mo.wait_for(" 001 ");
    let mut bad = Client::register(hub.listening(), "bad", "");
    mo.send("WHOIS bad");
    mo.wait_for(" 338 mo bad 127.0.0.1 ");
    for (said, power) in [("REHASH", "rehash"), ("AUDIT", "audit")] {
        mo.send(said);
        mo.wait_for(&format!(" 723 mo {power} "));
    }
    mo.send("KLINE 127.0.0.0/8\r\nDLINE *!mo@*\r\nUNDLINE account:nobody\r\nKLINE account:mo");
    mo.wait_for("FAIL KLINE BAN_FITS_YOU 127.0.0.0/8 ");
    mo.wait_for("FAIL DLINE BAN_FITS_YOU *!mo@* ");
    mo.wait_for("FAIL UNDLINE NO_SUCH_BAN account:nobody ");
    mo.wait_for("FAIL KLINE BAN_FITS_YOU account:mo ");
    bad.send("WHOIS mo");
    bad.wait_for(" 313 bad mo ");
    mo.send("KLINE 45s worse!*@* :so\r\nPING set");
    mo.wait_for("NOTE KLINE BAN_SET worse!*@* ");
    // Nobody gets by a ban with another nick.
    bad.send("NICK worse");
    bad.wait_for(" 465 bad :You are banned from this server: so");
    assert!(bad.wait_for("ERROR ").contains("Banned: so"));
    mo.send("KILL bad :x\r\nWHOIS worse");
    mo.wait_for(" 401 mo bad ");
    mo.wait_for(" 401 mo worse ");
    stop(hub);
}
