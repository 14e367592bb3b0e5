//! What an operator asks of a hub.

use rustix::process::Signal;
use tempfile::TempDir;

use super::{login, run, sockeye_of_ali, start, started, stop};
use crate::support::client::Client;

#[test]
fn accounts_are_managed_while_the_hub_runs_and_while_it_does_not() {
    let data = TempDir::new().unwrap();
    let account =
        |args: &[&str], input: &str| run(&[&["account"], args].concat(), data.path(), input);
    let hub = start(data.path());
    let chat = hub.listening();
    account(&["add", "bob", "--allow", "chat"], "first secret\n").ok();
    assert_eq!(login(chat, "bob", "first secret"), "903");

    let twice = account(&["add", "bob"], "other\n").refused(2);
    assert!(
        twice.contains("account bob") && twice.contains("hint: "),
        "{twice}"
    );
    let unknown = account(&["add", "eve", "--allow", "chta"], "x\n").refused(2);
    assert!(unknown.contains("chta"), "{unknown}");

    account(&["passwd", "bob"], "second secret\n").ok();
    assert_eq!(login(chat, "bob", "first secret"), "904");
    assert_eq!(login(chat, "bob", "second secret"), "903");
    stop(hub);

    account(&["allow", "bob", "chat,admin"], "").ok();
    let list = account(&["list"], "").ok();
    let rows: Vec<Vec<&str>> = list
        .lines()
        .map(|line| line.split_whitespace().collect())
        .collect();
    assert_eq!(
        rows,
        [
            ["ali", "chat,files,shell,proxy,admin"],
            ["bob", "chat,admin"]
        ]
    );

    account(&["remove", "bob"], "").ok();
    let hub = start(data.path());
    assert_eq!(login(hub.listening(), "bob", "second secret"), "904");
    stop(hub);
}

#[test]
fn certificates_of_accounts_are_those_that_nickserv_knows() {
    let data = TempDir::new().unwrap();
    let cert = |args: &[&str]| run(&[&["account", "cert"], args].concat(), data.path(), "");
    run(&["account", "add", "bob"], data.path(), "one-secret\n").ok();
    let file = data.path().join("bob.der");
    std::fs::write(&file, [0x30, 1, 2]).unwrap();
    let (named, print) = (format!("@{}", file.display()), "ab".repeat(32));
    cert(&["add", "bob", &named]).ok();
    let hub = start(data.path());
    cert(&["add", "bob", &print.to_uppercase()]).ok();
    let list = cert(&["list", "bob"]).ok();
    let rows: Vec<&str> = list.lines().collect();
    assert_eq!(rows.len(), 2);
    assert_eq!(rows[1], print);

    let mut bob = Client::register(hub.listening(), "bob", "");
    bob.send("NS IDENTIFY one-secret");
    bob.wait_for("You are logged in as bob.");
    bob.send("NS CERT LIST");
    bob.wait_for(&print);

    cert(&["add", "bob", &print]).refused(2);
    cert(&["add", "eve", &print]).refused(2);
    cert(&["list", "eve"]).refused(2);
    cert(&["add", "bob", "abc"]).refused(2);
    cert(&["add", "bob", "@/nowhere/at/all"]).refused(26);
    cert(&["del", "bob", &named]).ok();
    stop(hub);
    cert(&["del", "bob", &named]).refused(2);
    assert_eq!(cert(&["list", "bob"]).ok(), print);
}

#[test]
fn status_tells_what_runs() {
    let data = TempDir::new().unwrap();
    let hub = start(data.path());
    let mut ann = Client::register(hub.listening(), "ann", "");
    ann.join("#room");

    let status = run(&["status", "--json"], data.path(), "").ok();
    let status: serde_json::Value = serde_json::from_str(&status).unwrap();
    let at = format!("tcp://{}", hub.listening());
    assert_eq!(status["pid"], hub.pid().as_raw_nonzero().get());
    assert_eq!(status["chat"]["clients"], 1);
    assert_eq!(status["chat"]["channels"], 1);
    assert_eq!(status["store"]["healthy"], true);
    assert_eq!(status["limits"]["sessions"], 1);
    assert_eq!(status["listeners"][0]["at"], at);
    assert_eq!(status["listeners"][0]["accepted"], 1);

    let words = run(&["status"], data.path(), "").ok();
    assert!(
        words.contains(&at) && words.contains("1 clients"),
        "{words}"
    );
    stop(hub);

    let gone = run(&["status"], data.path(), "").refused(7);
    assert!(
        gone.contains("hint: start one with `sockeye serve`"),
        "{gone}"
    );
}

#[test]
fn a_session_can_be_ended() {
    let data = TempDir::new().unwrap();
    let hub = start(data.path());
    let mut ann = Client::register(hub.listening(), "ann", "");
    let mut bob = Client::register(hub.listening(), "bob", "");

    let list = run(&["status", "sessions", "--json"], data.path(), "").ok();
    let rows: Vec<serde_json::Value> = list
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(rows.len(), 2);
    run(
        &["status", "kill", &rows[0]["id"].to_string()],
        data.path(),
        "",
    )
    .ok();
    ann.wait_for("ERROR ");
    assert_eq!(ann.line(), None);

    bob.send("PING still-here");
    bob.wait_for("still-here");
    let missing = run(&["status", "kill", "999999"], data.path(), "").refused(2);
    assert!(missing.contains("999999"), "{missing}");
    stop(hub);
}

#[test]
fn a_full_store_refuses_instead_of_echoing_and_status_says_so() {
    let dir = TempDir::new().unwrap();
    let (file, data) = (dir.path().join("hub.toml"), dir.path().join("data"));
    let listen = "[[listen]]\nat = \"127.0.0.1:0\"\nserve = \"chat\"\n";
    std::fs::write(
        &file,
        format!("[hub]\nexempt = [\"127.0.0.0/8\"]\n{listen}"),
    )
    .unwrap();
    let mut command = sockeye_of_ali(&["serve", "--data"]);
    command.arg(&data).arg("--config").arg(&file);
    let hub = started(command.env("SOCKEYE_TEST_PAGES_MAX", "40"));

    let mut ann = Client::register(hub.listening(), "ann", "echo-message");
    ann.join("#room");
    let long = "x".repeat(300);
    let mut says = |number: usize| {
        ann.send(&format!("PRIVMSG #room :{number} {long}\r\nPING {number}"));
        let mut echoed = false;
        loop {
            let line = ann.line().unwrap();
            echoed |= line.contains(&format!(" PRIVMSG #room :{number} "));
            if line.contains(" PONG ") && line.ends_with(&number.to_string()) {
                return echoed;
            }
        }
    };
    let kept = (0..).take_while(|number| says(*number)).count();
    assert!(
        (10..1_000).contains(&kept),
        "{kept} messages before the store was full"
    );
    assert!(!says(kept + 1) && !says(kept + 2), "full stays full");

    let status = run(&["status", "--json"], &data, "").ok();
    let status: serde_json::Value = serde_json::from_str(&status).unwrap();
    assert_eq!(status["store"]["healthy"], false, "{status}");
    assert!(status["store"]["failures"].as_u64() >= Some(3), "{status}");
    assert!(run(&["status"], &data, "").ok().contains("FAILING"));
    stop(hub);
}

#[test]
fn a_second_signal_does_not_wait() {
    let dir = TempDir::new().unwrap();
    let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let to = silent.local_addr().unwrap();
    let file = format!("[[listen]]\nat = \"127.0.0.1:0\"\nserve = \"tcp://{to}\"\n");
    let mut hub = super::start_with_file(dir.path(), &file);
    // A relay goes on for as long as its two ends do.
    let _relayed = std::net::TcpStream::connect(hub.listening()).unwrap();
    let _accepted = silent.accept().unwrap();
    hub.signal(Signal::TERM);
    hub.stderr.wait_for_text("1 session may finish");
    hub.signal(Signal::INT);
    assert_eq!(hub.wait().code(), Some(0));
    hub.stderr.wait_for_text("cut 1 session");
}
