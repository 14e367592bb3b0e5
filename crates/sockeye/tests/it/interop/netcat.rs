//! OpenBSD's netcat: a person who types the protocol, and plain ends of `connect` and `listen`.

use std::io::Write;
use std::net::SocketAddr;
use std::process::{ChildStdin, Command, Stdio};

use tempfile::TempDir;

use crate::support::hub::Hub;
use crate::support::program::{Program, sockeye};

/// A netcat with its keyboard.
struct Netcat {
    program: Program,
    keyboard: ChildStdin,
}

impl Netcat {
    fn start(args: &[&str]) -> Self {
        let mut program = Program::start(Command::new("nc").args(args).stdin(Stdio::piped()));
        let keyboard = program.stdin();
        Self { program, keyboard }
    }

    fn connect(to: SocketAddr) -> Self {
        Self::start(&["-N", &to.ip().to_string(), &to.port().to_string()])
    }

    fn types(&mut self, line: &str) {
        self.keyboard
            .write_all(format!("{line}\n").as_bytes())
            .unwrap();
    }

    fn shows(&self, text: &str) -> String {
        self.program.stdout.wait_for_text(text)
    }

    /// Registers and joins, by hand.
    fn chat(hub: &Hub, nick: &str) -> Self {
        let mut person = Self::connect(hub.chat);
        person.types(&format!("NICK {nick}"));
        person.types(&format!("USER {nick} 0 * :{nick}"));
        person.shows(" 001 ");
        person.types("JOIN #harbour");
        person.shows(" 366 ");
        person
    }
}

#[test]
#[ignore = "needs netcat-openbsd"]
fn two_people_talk_by_hand_and_the_history_is_there_after_kill_9() {
    let data = TempDir::new().unwrap();
    let hub = Hub::start(data.path());
    let mut ali = Netcat::chat(&hub, "ali");
    let mut bo = Netcat::chat(&hub, "bo");
    ali.types("PRIVMSG #harbour :the ferry leaves at nine");
    bo.shows("PRIVMSG #harbour :the ferry leaves at nine");
    bo.types("PRIVMSG #harbour :then I shall run");
    ali.shows("PRIVMSG #harbour :then I shall run");
    bo.types("QUIT :rowing");
    ali.shows("QUIT :");
    ali.types("PRIVMSG #harbour :it left early");
    // Whatever is answered after a message comes after its commit.
    ali.types("PING after");
    ali.shows("PONG");

    hub.kill();
    let hub = Hub::start(data.path());
    let bo = Netcat::chat(&hub, "bo");
    for said in [
        "the ferry leaves at nine",
        "then I shall run",
        "it left early",
    ] {
        let line = bo.shows(said);
        assert!(
            stamped(&line),
            "no [YYYY-MM-DD HH:MM] before the text: {line}"
        );
    }
}

/// Tells whether a replayed line's text begins with its time, for clients without `server-time`.
fn stamped(line: &str) -> bool {
    let text = line.split_once(" :").map_or("", |(_, text)| text);
    let shape: String = text
        .chars()
        .take(19)
        .map(|c| if c.is_ascii_digit() { '0' } else { c })
        .collect();
    shape == "[0000-00-00 00:00] "
}

#[test]
#[ignore = "needs netcat-openbsd"]
fn the_end_of_input_is_passed_on_and_the_answer_still_comes() {
    let echo = Program::ready(&["listen", "127.0.0.1:0", "echo:"]);
    let forward = Program::ready(&["listen", "127.0.0.1:0", &echo.listening().to_string()]);
    let mut person = Netcat::connect(forward.listening());
    person.types("one");
    person.shows("one");
    person.types("two");
    drop(person.keyboard);
    assert_eq!(person.program.stdout.all(), ["one", "two"]);
    assert!(person.program.wait().success());
}

#[test]
#[ignore = "needs netcat-openbsd"]
fn connect_talks_to_a_listening_netcat_both_ways() {
    let mut netcat = Netcat::start(&["-v", "-l", "-N", "127.0.0.1", "0"]);
    let at = netcat.program.stderr.wait_for("its port", |line| {
        line.strip_prefix("Listening on ")?
            .rsplit(' ')
            .next()?
            .parse::<u16>()
            .ok()
    });
    let mut connect = sockeye(&["connect", &format!("127.0.0.1:{at}")]);
    let mut connect = Program::start(connect.stdin(Stdio::piped()));
    let mut keyboard = connect.stdin();
    keyboard.write_all(b"from sockeye\n").unwrap();
    netcat.shows("from sockeye");
    netcat.types("from netcat");
    connect.stdout.wait_for_text("from netcat");
    drop((keyboard, netcat.keyboard));
    assert!(connect.wait().success());
    assert!(netcat.program.wait().success());
}

#[test]
#[ignore = "needs netcat-openbsd"]
fn unix_sockets_and_udp_are_answered() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("upper.sock").display().to_string();
    let _upper = Program::ready(&["listen", &format!("unix:{path}"), "upper:"]);
    let mut person = Netcat::start(&["-N", "-U", &path]);
    person.types("whisper");
    person.shows("WHISPER");
    drop(person.keyboard);
    assert!(person.program.wait().success());

    let upper = Program::ready(&["listen", "udp://127.0.0.1:0", "upper:"]);
    let at: SocketAddr = upper.stderr.wait_for("a UDP listener", |line| {
        line.strip_prefix("listening on udp://")?.parse().ok()
    });
    let mut person = Netcat::start(&["-u", "127.0.0.1", &at.port().to_string()]);
    for (said, answered) in [("one", "ONE"), ("two", "TWO")] {
        person.types(said);
        person.shows(answered);
    }
}
