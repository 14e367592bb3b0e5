//! Starting, talking, stopping, coming back.

use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use rustix::process::Signal;
use tempfile::TempDir;

use super::{login, sockeye_of_ali, start, started, stop};
use crate::support::client::Client;
use crate::support::program::Program;
use crate::support::until::DEADLINE;

fn start_at_home(home: &Path) -> Program {
    let mut command = sockeye_of_ali(&["serve", "--port-base", "0"]);
    started(command.env("HOME", home).env_remove("XDG_DATA_HOME"))
}

#[test]
fn the_first_run_makes_an_account_and_says_how_to_use_the_hub() {
    let home = TempDir::new().unwrap();
    let hub = start_at_home(home.path());
    let chat = hub.listening();
    let data = home.path().join(".local/share/sockeye");
    let file = data.join("first-password");
    for (path, mode) in [(&data, 0o700), (&file, 0o600)] {
        assert_eq!(path.metadata().unwrap().permissions().mode() & 0o777, mode);
    }
    let port = chat.port();
    for line in [
        "sockeye 0.1  hub on this machine only (sockeye serve --example-config for a file)",
        &format!("  chat    irc://127.0.0.1:{port:<6} irssi -c 127.0.0.1 -p {port}"),
        "  account ali, password in ~/.local/share/sockeye/first-password (mode 600)",
    ] {
        hub.stderr.wait_for_text(line);
    }

    let password = std::fs::read_to_string(&file).unwrap();
    assert_eq!(login(chat, "ali", password.trim()), "903");
    assert_eq!(login(chat, "ali", "guess"), "904");
    stop(hub);

    // The second run keeps the account and its password.
    let hub = start_at_home(home.path());
    assert_eq!(std::fs::read_to_string(&file).unwrap(), password);
    assert_eq!(login(hub.listening(), "ali", password.trim()), "903");
    stop(hub);
}

#[test]
fn two_people_talk_and_one_who_comes_back_reads_what_was_said() {
    let data = TempDir::new().unwrap();
    let hub = start(data.path());
    let mut ann = Client::register(hub.listening(), "ann", "echo-message");
    let mut bob = Client::register(hub.listening(), "bob", "");
    ann.wait_for("372 ann :- This is a hub of your own. /join #lobby and talk.");
    ann.join("#room");
    bob.join("#room");

    ann.send("PRIVMSG #room :hello bob");
    bob.wait_for("PRIVMSG #room :hello bob");
    bob.send("QUIT");
    while bob.line().is_some() {}
    ann.wait_for(" QUIT ");
    ann.send("PRIVMSG #room :bob is away");
    ann.wait_for("PRIVMSG #room :bob is away");

    let mut bob = Client::register(hub.listening(), "bob", "");
    bob.join("#room");
    bob.wait_for("hello bob");
    bob.wait_for("bob is away");
    stop(hub);
}

#[test]
fn history_and_topic_outlive_a_restart_and_a_kill() {
    let data = TempDir::new().unwrap();
    let hub = start(data.path());
    let mut ann = Client::register(hub.listening(), "ann", "echo-message");
    ann.join("#room");
    ann.send("TOPIC #room :what we do here");
    ann.wait_for(" TOPIC ");
    ann.send("PRIVMSG #room :before the restart");
    ann.wait_for("before the restart");
    stop(hub);
    ann.wait_for("ERROR ");
    assert_eq!(ann.line(), None);

    let hub = start(data.path());
    let mut ann = Client::register(hub.listening(), "ann", "echo-message");
    ann.send("JOIN #room");
    ann.wait_for(" 332 ann #room :what we do here");
    ann.wait_for("before the restart");
    ann.send("PRIVMSG #room :before the kill");
    ann.wait_for("before the kill");
    hub.kill();

    let hub = start(data.path());
    let mut bob = Client::register(hub.listening(), "bob", "");
    bob.send("JOIN #room");
    bob.wait_for("before the restart");
    bob.wait_for("before the kill");
    stop(hub);
}

#[test]
fn readiness_is_told_to_whoever_asked() {
    let data = TempDir::new().unwrap();
    let socket = data.path().join("notify");
    let notify = std::os::unix::net::UnixDatagram::bind(&socket).unwrap();
    notify.set_read_timeout(Some(DEADLINE)).unwrap();
    let mut command = sockeye_of_ali(&["serve", "--port-base", "0", "--data"]);
    let hub = started(command.arg(data.path()).env("NOTIFY_SOCKET", &socket));
    let mut told = [0; 64];
    let length = notify.recv(&mut told).unwrap();
    let expected = format!("READY=1\nMAINPID={}", hub.pid().as_raw_nonzero());
    assert_eq!(&told[..length], expected.as_bytes());
    stop(hub);
}

#[test]
fn a_hub_without_a_file_ends_with_its_terminal() {
    let data = TempDir::new().unwrap();
    let mut hub = start(data.path());
    hub.signal(Signal::HUP);
    assert_eq!(hub.wait().code(), Some(0));
}
