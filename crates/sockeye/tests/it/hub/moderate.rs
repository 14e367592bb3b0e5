//! Who may be here, and what others see of them.

use std::net::SocketAddr;

use tempfile::TempDir;

use super::{run, start, start_with_file, stop};
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
        "PASS ali:{password}\r\nNICK {nick}\r\nUSER {nick} 0 * :{nick}"
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
