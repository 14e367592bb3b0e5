//! `+limit`, `+timeout` and lists of networks: what ends or refuses a session, and how that is said.

use std::path::Path;

use rustix::process::Signal;

use super::*;
use crate::support::program::Program;

#[test]
fn a_session_that_takes_too_long_is_ended() {
    let mute = TcpListener::bind("127.0.0.1:0").unwrap();
    let to = mute.local_addr().unwrap().to_string();
    let output = run(&["connect", &to, "+timeout,300ms"], b"anybody?");
    assert_eq!(output.status.code(), Some(28), "{}", stderr(&output));
    let expected = format!("error: connect tcp://{to} +timeout,300ms: not over within 300ms\n");
    assert_eq!(stderr(&output), expected);
}

#[test]
fn a_time_in_all_ends_a_program_too() {
    let output = run(&["connect", "exec:sleep 600", "+timeout,300ms"], b"");
    assert_eq!(output.status.code(), Some(28), "{}", stderr(&output));
}

#[test]
fn a_quota_is_used_to_its_last_byte_and_then_said() {
    let (there, served) = peer(b"");
    let to = there.to_string();
    let mut connect = sockeye(&["connect", &to, "+limit,bytes=100K", "--stats"]);
    connect.stdin(Stdio::piped());
    let mut connect = Program::start(&mut connect);
    // It may end before all is written.
    let _ = connect.stdin().write_all(&[7; 300 * 1024]);
    assert_eq!(connect.wait().code(), Some(63));
    connect
        .stderr
        .wait_for_text("more than the 100K bytes that +limit allows; 1 byte did not arrive");
    // The peer's side ends by a reset: what it has is not all.
    assert!(served.join().is_err());
}

#[test]
fn a_quota_that_is_just_enough_is_no_error() {
    let (there, served) = peer(b"answer");
    let to = there.to_string();
    let output = run(&["connect", &to, "+limit,bytes=14"], b"question");
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    assert_eq!(output.stdout, b"answer");
    assert_eq!(served.join().unwrap(), b"question");
}

#[test]
fn services_and_forwarders_are_held_to_a_listeners_quota() {
    let (there, _served) = peer(b"");
    for served in ["echo:", &there.to_string()] {
        let words = ["listen", "-4", "0", "+limit,bytes=10", served, "--once"];
        let mut listen = Program::ready(&words);
        let mut stream = dial(listen.listening());
        stream.write_all(&[7; 100]).unwrap();
        assert_eq!(listen.wait().code(), Some(63), "{served}");
        listen
            .stderr
            .wait_for_text("more than the 10 bytes that +limit allows");
    }
}

#[test]
fn a_rate_loses_nothing_on_its_way_through_forwarder_and_service() {
    let upper = Program::ready(&["listen", "-4", "0", "+limit,rate=64M", "upper:"]);
    let at = upper.listening().to_string();
    let words = [
        "listen",
        "-4",
        "0",
        "+limit,rate=64M,burst=300K",
        &at,
        "+limit,rate=32M",
    ];
    let forward = Program::ready(&words);
    let sent = b"some words and more, ".repeat(100_000);
    let to = forward.listening();
    let output = run(&["connect", &to.to_string(), "+limit,rate=64M"], &sent);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    assert!(output.stdout == sent.to_ascii_uppercase());
}

fn hub_file(folder: &Path, list: &Path) -> String {
    let text = format!(
        "[[listen]]\nat = \"127.0.0.1:0 +deny,@{}\"\nserve = \"echo\"\n",
        list.display()
    );
    let file = folder.join("hub.toml");
    std::fs::write(&file, text).unwrap();
    file.to_str().unwrap().to_owned()
}

#[test]
fn a_list_of_networks_is_read_again_on_reload() {
    let folder = tempfile::tempdir().unwrap();
    let list = folder.path().join("denied");
    std::fs::write(&list, "# nobody yet\n").unwrap();
    let (file, data) = (hub_file(folder.path(), &list), folder.path().join("data"));
    let data = data.to_str().unwrap();
    let hub = Program::ready(&["serve", "--config", &file, "--data", data]);
    let at = hub.listening();
    assert_eq!(exchange(at, b"Hi"), b"Hi");

    std::fs::write(&list, "127.0.0.0/8 # everybody\n").unwrap();
    hub.signal(Signal::HUP);
    until("a refusal", || {
        // The reset of a refused connection may come before its end.
        let answer = try_exchange(at, b"Hi").unwrap_or_default();
        answer.is_empty().then_some(())
    });

    std::fs::write(&list, "127.0.0.0/8\nlocalhost\n").unwrap();
    hub.signal(Signal::HUP);
    let wrong = format!("{}:2: \"localhost\" is no network", list.display());
    hub.stderr.wait_for_text(&wrong);
}

#[test]
fn a_list_that_cannot_be_used_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let list = folder.path().join("list");
    let word = format!("+allow,@{}", list.display());
    let output = run(&["listen", "0", &word, "echo:"], b"");
    assert_eq!(output.status.code(), Some(26), "{}", stderr(&output));
    std::fs::write(&list, "10.0.0.0/8\n10.0.0/8\n").unwrap();
    let output = run(&["listen", "0", &word, "echo:"], b"");
    assert_eq!(output.status.code(), Some(2), "{}", stderr(&output));
    let expected = format!("{}:2: \"10.0.0/8\" is no network", list.display());
    assert!(stderr(&output).contains(&expected), "{}", stderr(&output));
}
