//! SIGHUP: all of the new configuration holds, or none of it.

use std::io::{BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpStream};
use std::process::Stdio;

use rustix::process::Signal;
use tempfile::TempDir;

use super::{listening_on, run, start_with_file, stop};
use crate::support::authority::{Authority, Given};
use crate::support::client::Client;
use crate::support::program::{Program, sockeye};

/// A connection to a service that answers line by line.
struct Line(BufReader<TcpStream>);

impl Line {
    fn connect(to: SocketAddr) -> Self {
        Self(BufReader::new(TcpStream::connect(to).unwrap()))
    }

    fn answers(&mut self, line: &str) -> String {
        self.0
            .get_mut()
            .write_all(format!("{line}\n").as_bytes())
            .unwrap();
        let mut answer = String::new();
        self.0.read_line(&mut answer).unwrap();
        answer.trim_end().to_owned()
    }
}

#[test]
fn a_reload_swaps_what_changed_and_keeps_sessions() {
    let dir = TempDir::new().unwrap();
    let file = |echo: &str, motd: &str| {
        format!(
            "[chat]\nmotd = \"{motd}\"\n\n\
             [[listen]]\nat = \"127.0.0.1:0\"\nserve = \"chat\"\n\n\
             [[listen]]\nat = \"127.0.0.2:0\"\nserve = \"{echo}\"\n"
        )
    };
    let hub = start_with_file(dir.path(), &file("echo", "Old words"));
    let mut ann = Client::connect(hub.listening());
    ann.send("NICK ann\r\nUSER ann 0 * :ann");
    ann.wait_for("Old words");
    let echo_at = listening_on(&hub, "127.0.0.2");
    let mut echo = Line::connect(echo_at);
    assert_eq!(echo.answers("abc"), "abc");

    std::fs::write(dir.path().join("hub.toml"), file("upper", "New words")).unwrap();
    hub.signal(Signal::HUP);
    hub.stderr
        .wait_for_text("chat.motd: \"Old words\" → \"New words\"");
    hub.stderr.wait_for_text("reloaded");

    let mut bob = Client::connect(hub.listening());
    bob.send("NICK bob\r\nUSER bob 0 * :bob");
    bob.wait_for("New words");
    ann.send("PRIVMSG bob :still here");
    bob.wait_for("still here");
    assert_eq!(echo.answers("abc"), "abc", "a session keeps its service");
    assert_eq!(
        Line::connect(echo_at).answers("abc"),
        "ABC",
        "a new one has the new service"
    );
    stop(hub);
}

/// Waits for the fingerprint of a certificate, other than `old`, that the hub made.
fn made(hub: &Program, old: &str) -> String {
    hub.stderr.wait_for("a new fingerprint", |line| {
        let said = &line[line.find("sha256:")?..];
        (said != old).then(|| said.to_owned())
    })
}

/// Sends a text to an address under TLS if its certificate is the pinned one.
fn echoed(at: SocketAddr, pin: &str) -> (Option<i32>, Vec<String>) {
    let word = format!("+tls,pin={pin}");
    let mut client = sockeye(&["connect", &format!("tls://{at}"), &word]);
    let mut client = Program::start(client.stdin(Stdio::piped()));
    // One that trusts nobody may end before it is written.
    let _ = client.stdin().write_all(b"ahoy\n");
    (client.wait().code(), client.stdout.all())
}

#[test]
fn a_certificate_of_this_run_lasts_until_its_listener_changes() {
    let dir = TempDir::new().unwrap();
    let file = |key: &str, serve: &str| {
        format!("[[listen]]\nat = \"127.0.0.1:0 +tls,self-signed{key}\"\nserve = \"{serve}\"\n")
    };
    let hub = start_with_file(dir.path(), &file("", "echo"));
    let (at, pin) = (hub.listening(), made(&hub, ""));
    hub.stderr
        .wait_for_text(&format!("listening on tcp://{at} +tls"));
    let ahoy = |text: &str| (Some(0), vec![text.to_owned()]);
    assert_eq!(echoed(at, &pin), ahoy("ahoy"));
    let reload = |text: &str, change: &str| {
        std::fs::write(dir.path().join("hub.toml"), text).unwrap();
        hub.signal(Signal::HUP);
        hub.stderr.wait_for_text(change);
    };
    reload(
        &file("", "upper"),
        "→ listen tcp://127.0.0.1:0 +tls,self-signed upper:",
    );
    assert_eq!(echoed(at, &pin), ahoy("AHOY"));
    reload(
        &file(",min=1.3", "upper"),
        "+tls,self-signed,min=1.3 upper:",
    );
    let new = made(&hub, &pin);
    assert_eq!(echoed(at, &new), ahoy("AHOY"));
    assert_eq!(echoed(at, &pin).0, Some(60));
    stop(hub);
}

#[test]
fn renewed_files_need_no_reload_and_broken_ones_change_nothing() {
    let (dir, authority) = (TempDir::new().unwrap(), Authority::new());
    let [old, new] = [0, 1].map(|_| authority.certificate(Given::default()));
    let file =
        |serve: &str| format!("[[listen]]\nat = \"127.0.0.1:0 +tls,{old}\"\nserve = \"{serve}\"\n");
    let hub = start_with_file(dir.path(), &file("echo"));
    let (at, ahoy) = (hub.listening(), |text: &str| {
        (Some(0), vec![text.to_owned()])
    });
    let pin = |sha256: [u8; 32]| {
        let digits: String = sha256.iter().map(|byte| format!("{byte:02x}")).collect();
        format!("sha256:{digits}")
    };
    // One by its key, the other by its certificate.
    let (old_pin, new_pin) = (pin(old.key_sha256), pin(new.sha256));
    assert_eq!(echoed(at, &old_pin), ahoy("ahoy"));

    // The certificate is there, its key not yet: no handshake fails, no reload takes it.
    std::fs::copy(&new.cert, &old.cert).unwrap();
    assert_eq!(echoed(at, &old_pin), ahoy("ahoy"));
    hub.stderr
        .wait_for_text("is not that of the certificate in");
    hub.stderr
        .wait_for_text("what was read before stays in use");
    std::fs::write(dir.path().join("hub.toml"), file("upper")).unwrap();
    hub.signal(Signal::HUP);
    hub.stderr
        .wait_for_text("the running configuration is kept");
    assert_eq!(echoed(at, &old_pin), ahoy("ahoy"));

    std::fs::copy(&new.key, &old.key).unwrap();
    assert_eq!(echoed(at, &new_pin), ahoy("ahoy"));
    assert_eq!(echoed(at, &old_pin).0, Some(60));
    hub.signal(Signal::HUP);
    hub.stderr.wait_for_text("reloaded");
    assert_eq!(echoed(at, &new_pin), ahoy("AHOY"));
    stop(hub);
}

#[test]
fn a_reload_that_fails_changes_nothing_and_says_why() {
    let dir = TempDir::new().unwrap();
    let good =
        "[chat]\nmotd = \"Old words\"\n\n[[listen]]\nat = \"127.0.0.1:0\"\nserve = \"chat\"\n";
    let hub = start_with_file(dir.path(), good);
    let chat = hub.listening();

    // The same address by its number: it cannot be bound a second time.
    let busy = format!("\n[[listen]]\nat = \"{chat}\"\nserve = \"echo\"\n");
    for (file, why) in [
        (
            good.replace("motd", "mtod"),
            "did you mean `motd`?".to_owned(),
        ),
        (
            format!("[hub]\nsessions = 7\n{good}"),
            "hub.sessions: unset → 7".to_owned(),
        ),
        (
            good.replace("Old", "New") + &busy,
            format!("listen tcp://{chat}: "),
        ),
    ] {
        std::fs::write(dir.path().join("hub.toml"), file).unwrap();
        hub.signal(Signal::HUP);
        hub.stderr.wait_for_text(&why);
        let mut ann = Client::connect(chat);
        ann.send("NICK ann\r\nUSER ann 0 * :ann");
        ann.wait_for("Old words");
        ann.send("QUIT");
        while ann.line().is_some() {}
    }
    hub.signal(Signal::TERM);
    let said = hub.stderr.all();
    let kept = said
        .iter()
        .filter(|line| *line == "the running configuration is kept");
    assert_eq!(kept.count(), 3, "{said:#?}");
}

#[test]
fn a_rule_on_a_chat_listener_holds_beside_its_limits_and_from_a_reload_on() {
    let dir = TempDir::new().unwrap();
    let file = |rule: &str| format!("[[listen]]\nat = \"127.0.0.1:0{rule}\"\nserve = \"chat\"\n");
    let hub = start_with_file(dir.path(), &file(""));
    let mut ann = Client::connect(hub.listening());
    ann.send("NICK ann\r\nUSER ann 0 * :ann");
    ann.wait_for(" 001 ann ");

    std::fs::write(dir.path().join("hub.toml"), file(" +deny,127.0.0.0/8")).unwrap();
    hub.signal(Signal::HUP);
    hub.stderr.wait_for_text("reloaded");
    let mut bob = Client::connect(hub.listening());
    bob.wait_for("ERROR :");
    ann.send("PING here");
    ann.wait_for("PONG");
    stop(hub);
}

#[test]
fn changed_words_hold_for_new_sessions() {
    let dir = TempDir::new().unwrap();
    let file = |words: &str| format!("[[listen]]\nat = \"127.0.0.1:0{words}\"\nserve = \"echo\"\n");
    let hub = start_with_file(dir.path(), &file(""));
    let at = hub.listening();
    let mut before = Line::connect(at);
    assert_eq!(before.answers("abc"), "abc");

    std::fs::write(dir.path().join("hub.toml"), file(" +limit,conns=1")).unwrap();
    let changes = run(&["status", "reload"], &dir.path().join("data"), "").ok();
    assert!(changes.contains("+limit,conns=1"), "{changes}");
    let mut first = Line::connect(at);
    assert_eq!(
        first.answers("abc"),
        "abc",
        "one is let in beside those from before"
    );
    assert_eq!(Line::connect(at).answers("abc"), "", "the second is not");
    assert_eq!(before.answers("xyz"), "xyz");

    // Socket options belong to the socket, which is kept.
    std::fs::write(dir.path().join("hub.toml"), file(" +tcp,backlog=7")).unwrap();
    let refused = run(&["status", "reload"], &dir.path().join("data"), "").refused(45);
    assert!(refused.contains("until a restart"), "{refused}");
    stop(hub);
}

#[test]
fn listeners_come_and_go_and_their_sessions_live_on() {
    let dir = TempDir::new().unwrap();
    let chat = "[[listen]]\nat = \"127.0.0.1:0\"\nserve = \"chat\"\n";
    let echo = "[[listen]]\nat = \"127.0.0.2:0\"\nserve = \"echo\"\n";
    let hub = start_with_file(dir.path(), chat);
    let file = dir.path().join("hub.toml");

    std::fs::write(&file, format!("{chat}{echo}")).unwrap();
    let changes = run(&["status", "reload"], &dir.path().join("data"), "").ok();
    assert_eq!(changes, "new: listen tcp://127.0.0.2:0 echo:");
    let at = listening_on(&hub, "127.0.0.2");
    let mut session = Line::connect(at);
    assert_eq!(session.answers("abc"), "abc");

    std::fs::write(&file, chat).unwrap();
    hub.signal(Signal::HUP);
    hub.stderr
        .wait_for_text("gone: listen tcp://127.0.0.2:0 echo:");
    crate::support::until::until("the listener's end", || {
        TcpStream::connect(at).is_err().then_some(())
    });
    assert_eq!(session.answers("xyz"), "xyz");
    stop(hub);
}

#[test]
fn a_file_without_listeners_says_so() {
    let dir = TempDir::new().unwrap();
    let hub = start_with_file(dir.path(), "[chat]\nmotd = \"soon\"\n");
    hub.stderr.wait_for_text("nothing listens");
    stop(hub);
}
