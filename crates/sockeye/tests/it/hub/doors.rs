//! Who gets in at the doors of a hub, and how fast.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::Path;

use rustix::process::Signal;
use tempfile::TempDir;

use super::{connect_from, listening_on, run, start_with_file, stop};
use crate::support::client::Client;

/// A file for chat at 127.0.0.1 and another service at 127.0.0.2.
fn file(hub: &str, at: &str, serve: &str) -> String {
    format!(
        "[hub]\n{hub}\n\n[[listen]]\nat = \"127.0.0.1:0\"\nserve = \"chat\"\n\n\
         [[listen]]\nat = \"127.0.0.2:0 {at}\"\nserve = \"{serve}\"\n"
    )
}

fn status(data: &Path) -> serde_json::Value {
    serde_json::from_str(&run(&["status", "--json"], data, "").ok()).unwrap()
}

/// Opens so many connections at once that say nothing.
fn storm(ip: [u8; 4], to: SocketAddr, connections: usize) -> Vec<Client> {
    (0..connections)
        .map(|_| Client::over(connect_from(ip, to)))
        .collect()
}

/// Returns what a service says back, or nothing where it has closed.
fn answer(stream: &mut TcpStream) -> Option<u8> {
    let mut byte = [0];
    let asked = stream.write_all(b"x");
    let answered = asked.and_then(|()| stream.read_exact(&mut byte));
    answered.is_ok().then_some(byte[0])
}

#[test]
fn a_storm_from_one_source_is_refused_and_the_others_get_in() {
    let dir = TempDir::new().unwrap();
    // A window in which the test ends.
    let limits = "connects_window_s = 86400\nconnects_per_network = 62";
    let hub = start_with_file(dir.path(), &file(limits, "", "echo"));
    let chat = hub.listening();
    let mut held = storm([127, 0, 0, 7], chat, 1_000);
    for mut refused in held.split_off(60) {
        let told = refused.line();
        let why = "ERROR :Closing Link: Too many new connections from your network, try later";
        // Those whom nobody had time to tell are closed.
        assert!(told.as_deref().is_none_or(|told| told == why), "{told:?}");
    }
    held[59].send("NICK last\r\nUSER last 0 * :last");
    held[59].wait_for(" 001 ");

    // Neither did the storm use up what the network has, nor is another service another door.
    let mut good = Client::over(connect_from([127, 0, 0, 8], chat));
    good.send("NICK good\r\nUSER good 0 * :good");
    good.wait_for(" 001 ");
    let echo = listening_on(&hub, "127.0.0.2");
    assert_eq!(answer(&mut connect_from([127, 0, 0, 7], echo)), None);
    assert_eq!(answer(&mut connect_from([127, 0, 0, 9], echo)), Some(b'x'));
    assert_eq!(answer(&mut connect_from([127, 0, 0, 10], echo)), None);
    assert_eq!(answer(&mut connect_from([127, 0, 1, 10], echo)), Some(b'x'));

    let status = status(&dir.path().join("data"));
    let [chat, echo] = [0, 1].map(|at| &status["listeners"][at]);
    assert_eq!(
        (&chat["accepted"], &chat["refused"]),
        (&61.into(), &940.into())
    );
    assert_eq!(
        (&echo["accepted"], &echo["refused"]),
        (&2.into(), &2.into())
    );
    stop(hub);
}

#[test]
fn exempt_networks_and_relays_open_as_many_as_they_like() {
    let dir = TempDir::new().unwrap();
    let behind = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let to = format!("tcp://{}", behind.local_addr().unwrap());
    let limits = "exempt = [\"127.0.0.7\"]\nconnects_window_s = 86400\nsessions = 800";
    let hub = start_with_file(dir.path(), &file(limits, "", &to));
    for mut held in storm([127, 0, 0, 7], hub.listening(), 500) {
        held.send("PING here");
        held.wait_for("PONG");
    }
    let relay = listening_on(&hub, "127.0.0.2");
    for _ in 0..200 {
        let mut near = connect_from([127, 0, 0, 9], relay);
        near.write_all(b"x").unwrap();
        let (mut far, _) = behind.accept().unwrap();
        far.read_exact(&mut [0]).unwrap();
    }
    stop(hub);
}

#[test]
fn a_listener_may_have_a_pace_of_its_own_and_a_reload_changes_it() {
    let dir = TempDir::new().unwrap();
    let own = |connects| file("", &format!("+limit,connects={connects},window=1h"), "echo");
    let hub = start_with_file(dir.path(), &own(3));
    let echo = listening_on(&hub, "127.0.0.2");
    let let_in = |tried: usize| {
        let open = |_: &usize| answer(&mut connect_from([127, 0, 0, 7], echo)).is_some();
        (0..tried).filter(open).count()
    };
    assert_eq!(let_in(10), 3);
    std::fs::write(dir.path().join("hub.toml"), own(5)).unwrap();
    hub.signal(Signal::HUP);
    hub.stderr.wait_for_text("connects=5");
    assert_eq!(let_in(10), 5);
    stop(hub);
}

/// Returns whether the other side has closed.
fn is_closed(stream: &mut TcpStream) -> bool {
    matches!(stream.read(&mut [0]), Ok(0) | Err(_))
}

#[test]
fn a_ban_holds_for_every_listener_and_ends_what_runs() {
    let dir = TempDir::new().unwrap();
    let data = dir.path().join("data");
    let behind = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let relay = format!(
        "[[listen]]\nat = \"127.0.0.3:0\"\nserve = \"tcp://{}\"\n\n\
         [[listen]]\nat = \"127.0.0.4:0 +tls,self-signed\"\nserve = \"chat\"\n",
        behind.local_addr().unwrap()
    );
    let hub = start_with_file(dir.path(), &(file("", "", "echo") + "\n" + &relay));
    let [echo, relay, tls] =
        ["127.0.0.2", "127.0.0.3", "127.0.0.4"].map(|ip| listening_on(&hub, ip));
    let (bad, good) = ([127, 0, 0, 7], [127, 0, 0, 8]);
    let mut echoes = [bad, good].map(|ip| connect_from(ip, echo));
    assert!(echoes.iter_mut().all(|echo| answer(echo) == Some(b'x')));
    let mut relayed = connect_from(bad, relay);
    relayed.write_all(b"x").unwrap();
    let (mut far, _) = behind.accept().unwrap();
    far.read_exact(&mut [0]).unwrap();
    let mut waiting = Client::over(connect_from(bad, hub.listening()));
    waiting.send("PING here");
    waiting.wait_for("PONG");

    let ban = |args: &[&str]| run(&[&["ban"], args].concat(), &data, "");
    ban(&["add", "127.0.0.7", "--reason", "too loud"]).ok();
    assert!(is_closed(&mut echoes[0]) && is_closed(&mut relayed) && is_closed(&mut far));
    waiting.wait_for(" 465 * :You are banned from this server: too loud");
    waiting.wait_for("ERROR ");
    assert_eq!(answer(&mut echoes[1]), Some(b'x'));

    for at in [echo, relay, tls] {
        assert!(
            is_closed(&mut connect_from(bad, at)),
            "before any handshake"
        );
        let mut open = connect_from(good, at);
        open.set_nonblocking(true).unwrap();
        let nothing_yet = open.read(&mut [0]).unwrap_err();
        assert_eq!(nothing_yet.kind(), std::io::ErrorKind::WouldBlock);
    }
    let mut chat = Client::over(connect_from(bad, hub.listening()));
    chat.wait_for(" 465 * :You are banned from this server: too loud");
    assert!(chat.wait_for("ERROR ").contains("too loud"));
    assert_eq!(chat.line(), None);

    let counted = status(&data);
    let banned = (0..4).map(|at| &counted["listeners"][at]["refused_banned"]);
    assert!(banned.eq([&1, &1, &1, &1]), "{counted}");
    ban(&["remove", "127.0.0.7"]).ok();
    assert_eq!(answer(&mut connect_from(bad, echo)), Some(b'x'));
    stop(hub);
}

#[test]
fn behind_a_proxy_a_ban_is_of_whom_it_comes_for() {
    let dir = TempDir::new().unwrap();
    let data = dir.path().join("data");
    let hub = start_with_file(dir.path(), &file("", "+proxy,from=127.0.0.7", "echo"));
    let echo = listening_on(&hub, "127.0.0.2");
    let open = |client: &str| {
        let mut stream = connect_from([127, 0, 0, 7], echo);
        let header = format!("PROXY TCP4 {client} 192.0.2.1 4660 443\r\n");
        stream.write_all(header.as_bytes()).unwrap();
        stream
    };
    let (mut bad, mut good) = (open("203.0.113.9"), open("198.51.100.1"));
    assert_eq!([answer(&mut bad), answer(&mut good)], [Some(b'x'); 2]);
    run(&["ban", "add", "203.0.113.0/24"], &data, "").ok();
    assert!(is_closed(&mut bad));
    assert_eq!(answer(&mut good), Some(b'x'));
    assert_eq!(answer(&mut open("203.0.113.77")), None);
    assert_eq!(answer(&mut open("198.51.100.2")), Some(b'x'));
    assert_eq!(status(&data)["listeners"][1]["refused_banned"], 1);

    // Nobody is locked out who can open the socket of the hub, and nobody can lock out all.
    run(&["ban", "add", "127.0.0.0/8"], &data, "").ok();
    let everybody = run(&["ban", "add", "0.0.0.0/0"], &data, "").refused(2);
    assert!(everybody.contains("everybody"), "{everybody}");
    run(&["ban", "remove", "127.0.0.0/8"], &data, "").ok();
    stop(hub);
}

#[test]
fn a_ban_from_chat_ends_what_runs_elsewhere() {
    let dir = TempDir::new().unwrap();
    let data = dir.path().join("data");
    let hub = start_with_file(dir.path(), &file("", "", "echo"));
    run(
        &["account", "add", "mo", "--allow", "moderator"],
        &data,
        "secret\n",
    )
    .ok();
    let mut echo = connect_from([127, 0, 0, 7], listening_on(&hub, "127.0.0.2"));
    assert_eq!(answer(&mut echo), Some(b'x'));
    let mut mo = Client::connect(hub.listening());
    mo.send("PASS :mo:secret\r\nNICK mo\r\nUSER mo 0 * :mo");
    mo.wait_for(" 001 ");
    mo.send("DLINE 127.0.0.7 :spam");
    mo.wait_for("BAN_SET");
    assert!(is_closed(&mut echo));
    stop(hub);
}
