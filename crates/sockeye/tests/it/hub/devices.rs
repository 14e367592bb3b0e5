//! Several devices on one nick, and one that stays while none is connected.

use std::net::SocketAddr;

use tempfile::TempDir;

use super::{run, start, stop};
use crate::support::client::Client;

/// A device of the account `ann`, with the nick.
fn device(hub: SocketAddr) -> Client {
    let mut device = Client::connect(hub);
    device.send("PASS :ann:a good secret\r\nNICK ann\r\nUSER ann 0 * :Ann");
    device.wait_for(" 001 ann ");
    device
}

#[test]
fn two_devices_share_a_nick_which_stays_through_a_kill() {
    let data = TempDir::new().unwrap();
    let account = ["account", "add", "ann", "--allow", "chat"];
    run(&account, data.path(), "a good secret\n").ok();
    let hub = start(data.path());
    let mut desk = device(hub.listening());
    desk.join("#room");
    let mut phone = device(hub.listening());
    phone.wait_for("JOIN #room");
    phone.wait_for(" 353 ann = #room :~ann");
    desk.send("PRIVMSG #room :from the desk");
    phone.wait_for(":ann!ann@");
    phone.send("JOIN #more");
    desk.wait_for("JOIN #more");
    desk.send("NS SET ALWAYS-ON true");
    desk.wait_for("ALWAYS-ON is true");
    phone.send("MODE ann +B\r\nNICK anna");
    desk.wait_for("NICK anna");
    hub.kill();

    let hub = start(data.path());
    let mut bob = Client::register(hub.listening(), "bob", "away-notify");
    bob.send("JOIN #room,#more");
    bob.wait_for(" 353 bob = #room :~anna bob");
    bob.wait_for(" 353 bob = #more :~anna bob");
    bob.send("PRIVMSG anna :are you there?");
    bob.wait_for(" 301 bob anna :Not here right now");
    let mut phone = Client::connect(hub.listening());
    phone.send("PASS :ann:a good secret\r\nNICK anna\r\nUSER ann 0 * :Ann");
    phone.wait_for("MODE anna +B");
    phone.wait_for("JOIN #room");
    phone.wait_for("from the desk");
    phone.wait_for("JOIN #more");
    bob.wait_for(":anna!ann@");
    stop(hub);

    run(&["account", "remove", "ann"], data.path(), "").ok();
    let hub = start(data.path());
    let mut eve = Client::register(hub.listening(), "eve", "");
    // The accounts are looked through at the start: it goes as soon as they have been.
    eve.send("MONITOR + anna");
    while eve.wait_for(" 73").contains(" 730 ") {
        eve.send("MONITOR S");
    }
    stop(hub);
}
