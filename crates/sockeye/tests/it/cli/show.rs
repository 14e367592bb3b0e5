//! What is shown of sessions: steps, bytes, the access log, progress, colours.

use serde_json::Value;

use super::*;
use crate::support::program::Program;

#[test]
fn bytes_are_shown_with_direction() {
    let (there, served) = peer(b"pong\n");
    let output = run(&["connect", &there.to_string(), "--hex"], b"ping\n");
    served.join().unwrap();
    assert_eq!(output.stdout, b"pong\n");
    let said = stderr(&output);
    let lines: Vec<_> = said.lines().collect();
    assert!(lines[0].starts_with("> ") && lines[0].contains(" session 1: 5 bytes from - to 127."));
    let dump = |hex: &str, text: &str| format!("  00000000  {hex:<47}  {text}");
    assert_eq!(lines[1], dump("70 69 6e 67 0a", "ping."));
    assert!(lines[2].starts_with("< "), "{said}");
    assert_eq!(lines[3], dump("70 6f 6e 67 0a", "pong."));
}

#[test]
fn text_is_shown_for_every_session_of_a_listener() {
    let (there, served) = peer(b"\x1b[2Jpong\r\n");
    let listen = ["listen", "-4", "0", &there.to_string(), "--text", "--json"];
    let mut listen = Program::start(&mut sockeye(&listen));
    let address = listen.stderr.wait_for("the listener", |line| {
        let line: Value = serde_json::from_str(line).ok()?;
        line["address"]
            .as_str()?
            .strip_prefix("tcp://")?
            .parse()
            .ok()
    });
    exchange(address, b"ping\r\n");
    served.join().unwrap();
    listen.signal(rustix::process::Signal::TERM);
    assert_eq!(listen.wait().code(), Some(0));
    let lines = listen.stderr.all();
    let bytes = lines
        .iter()
        .map(|line| serde_json::from_str::<Value>(line).unwrap());
    let bytes: Vec<_> = bytes.filter(|line| line["event"] == "bytes").collect();
    assert_eq!(bytes[0]["text"], "ping\r\n");
    assert_eq!(bytes[1]["text"], "\u{1b}[2Jpong\r\n");
    assert_eq!(bytes[1]["to"], bytes[0]["from"]);
    assert_eq!(
        (&bytes[1]["session"], &bytes[1]["bytes"]),
        (&1.into(), &10.into())
    );
}

#[test]
fn steps_are_told_in_the_order_in_which_they_happened() {
    let (there, served) = peer(b"bye\n");
    let output = run(&["connect", &there.to_string(), "--explain"], b"");
    served.join().unwrap();
    let said = stderr(&output);
    let mut rest = said.as_str();
    for step in [
        format!("made a TCP socket to connect to {there}"),
        format!("{there} accepted the connection after "),
        format!("tcp://{there} is open: {there}"),
        format!("session 1: - ended its stream first; 0 bytes had gone to {there}"),
        format!("session 1: {there} ended its stream; 4 bytes had gone to -"),
    ] {
        let at = rest
            .find(&step)
            .unwrap_or_else(|| panic!("{step} in {said}"));
        rest = &rest[at + step.len()..];
    }
}

#[test]
fn what_did_not_work_is_a_step_too() {
    let (_socket, there) = refusing();
    let output = run(&["probe", "--explain", &there.to_string()], b"");
    let said = stderr(&output);
    assert!(
        said.contains(&format!("{there}: connection refused after ")),
        "{said}"
    );
}

#[test]
fn accepting_is_told_with_the_session() {
    let listen = Program::ready(&["listen", "-4", "0", "exec:cat", "-v"]);
    let address = listen.listening();
    assert_eq!(exchange(listen.listening(), b"x"), b"x");
    let bound = format!("bound a TCP socket to {address} and began to listen");
    listen.stderr.wait_for_text(&bound);
    listen
        .stderr
        .wait_for_text("session 1: accepted from 127.0.0.1:");
    listen.stderr.wait_for_text("known of it: ConnectionInfo");
    listen
        .stderr
        .wait_for_text("session 1: exec:cat ended its stream; 1 bytes had gone to 127.");
}

#[test]
fn each_session_is_a_line_of_the_access_log() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("access.log");
    let file = path.to_str().unwrap();
    let (_socket, refused) = refusing();
    let refused = refused.to_string();
    for served in ["upper:", &refused] {
        let listen = ["listen", "-4", "0", served, "--once", "--access-log", file];
        let mut listen = Program::start(&mut sockeye(&listen));
        // What cannot be joined is reset, perhaps at once.
        let _ = try_exchange(listen.listening(), b"hello");
        listen.wait();
    }
    let connect = ["connect", "exec:cat", "--access-log", file, "--json"];
    assert_eq!(run(&connect, b"four").stdout, b"four");

    let log = std::fs::read_to_string(&path).unwrap();
    let lines: Vec<_> = log.lines().collect();
    assert_eq!(lines.len(), 3, "{log}");
    assert!(lines[0].contains(" upper: in 5 out 5 lost 0 ") && lines[0].ends_with(" s: ok"));
    assert!(lines[1].contains(": connection refused"), "{log}");
    let object: Value = serde_json::from_str(lines[2]).unwrap();
    assert_eq!(
        (&object["peer"], &object["error"]),
        (&"exec:cat".into(), &Value::Null)
    );
    assert_eq!(
        (&object["bytes_in"], &object["bytes_out"]),
        (&4.into(), &4.into())
    );
}

#[test]
fn an_access_log_that_cannot_be_opened_is_an_error() {
    let output = run(
        &["connect", "exec:cat", "--access-log", "/nonexistent/log"],
        b"",
    );
    assert_eq!(output.status.code(), Some(23));
    assert!(
        stderr(&output).contains("open /nonexistent/log: "),
        "{}",
        stderr(&output)
    );
}

#[test]
fn an_access_log_on_standard_output_is_refused() {
    let output = run(&["connect", "exec:cat", "--access-log", "-"], b"");
    assert_eq!(output.status.code(), Some(2));
    let said = stderr(&output);
    assert!(said.contains("--access-log -: "), "{said}");
    assert!(said.contains("hint: /dev/stderr "), "{said}");
}

/// A pipe that is full stands for a disk that does not answer.
#[test]
fn an_access_log_that_is_stuck_holds_up_nobody_and_is_said() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("log");
    assert!(
        Command::new("mkfifo")
            .arg(&path)
            .status()
            .unwrap()
            .success()
    );
    let mut pipe = std::fs::File::options()
        .read(true)
        .write(true)
        .open(&path)
        .unwrap();
    rustix::io::ioctl_fionbio(&pipe, true).unwrap();
    while pipe.write(&[b' '; 512]).is_ok() {}
    let file = path.to_str().unwrap();
    let mut listen = Program::ready(&["listen", "-4", "0", "echo:", "--access-log", file]);
    for _ in 0..3 {
        assert_eq!(exchange(listen.listening(), b"go on"), b"go on");
    }
    listen.signal(rustix::process::Signal::TERM);
    assert_eq!(listen.wait().code(), Some(0));
    let said = listen.stderr.wait_for_text("error: write ");
    assert!(
        said.ends_with("log: too slow: 3 lines were not written"),
        "{said}"
    );
}

#[test]
fn errors_are_coloured_only_where_that_is_wanted() {
    let mut command = sockeye(&["connect", "echo:", "--color", "always"]);
    command.env_remove("NO_COLOR");
    let output = run_command(command, b"");
    assert!(
        stderr(&output).starts_with("\x1b[1;31merror:\x1b[0m "),
        "{}",
        stderr(&output)
    );

    let (controller, terminal) = terminal();
    for no_color in ["", "1"] {
        let mut command = sockeye(&["connect", "echo:"]);
        command
            .env("NO_COLOR", no_color)
            .stderr(terminal.try_clone().unwrap());
        command.spawn().unwrap().wait().unwrap();
        let said = shown(&controller, "listen 8080 echo:");
        assert_eq!(said.contains("\x1b[1;31m"), no_color.is_empty(), "{said:?}");
    }
}

#[test]
fn progress_is_shown_on_a_terminal() {
    let (controller, terminal) = terminal();
    let mut command = sockeye(&["connect", "exec:cat", "--stats"]);
    let mut connect = command
        .stdin(Stdio::piped())
        .stderr(terminal)
        .spawn()
        .unwrap();
    let said = shown(&controller, "(1 open), bytes in 0");
    assert!(
        said.contains("\r\x1b[Kstats: sessions 1 (1 open)"),
        "{said:?}"
    );
    drop(connect.stdin.take());
    connect.wait().unwrap();
    shown(&controller, "(0 open), bytes in 0");
}

/// Reads what a terminal shows until some text is among it.
fn shown(controller: &rustix::fd::OwnedFd, text: &str) -> String {
    let mut said = String::new();
    while !said.contains(text) {
        let mut buffer = [0; 1024];
        let count = rustix::io::read(controller, &mut buffer).unwrap();
        said += std::str::from_utf8(&buffer[..count]).unwrap();
    }
    said
}
