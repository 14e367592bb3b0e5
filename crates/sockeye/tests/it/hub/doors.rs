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
