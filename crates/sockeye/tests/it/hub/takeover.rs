//! `serve --takeover`: a new process in the place of the old one, and nobody who comes is turned away.

use std::io::{Read, Write};
use std::net::{Ipv4Addr, Shutdown, SocketAddr, TcpListener, TcpStream, UdpSocket};
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use tempfile::TempDir;

use super::{run, sockeye_of_ali, start, start_with_file, stop};
use crate::support::client::Client;
use crate::support::program::Program;
use crate::support::until::DEADLINE;

/// Returns the command of a process that takes over from the hub that was started in `dir`.
fn taking_over(dir: &Path) -> Command {
    let mut command = sockeye_of_ali(&["serve", "--takeover", "--data"]);
    let config = dir.join("hub.toml");
    command.arg(dir.join("data")).arg("--config").arg(config);
    command
}

/// Starts a server that answers each connection with what it says, and returns where.
fn echoing() -> SocketAddr {
    let server = TcpListener::bind("127.0.0.1:0").unwrap();
    let at = server.local_addr().unwrap();
    thread::spawn(move || {
        for stream in server.incoming() {
            let Ok(mut stream) = stream else { return };
            thread::spawn(move || {
                let mut back = stream.try_clone().unwrap();
                let _ = std::io::copy(&mut stream, &mut back);
                let _ = back.shutdown(Shutdown::Write);
            });
        }
    });
    at
}

/// Says a word to what echoes, and checks that it comes back.
fn exchange<S: Read + Write>(stream: &mut S, word: &str) {
    stream.write_all(word.as_bytes()).unwrap();
    let mut heard = vec![0; word.len()];
    stream.read_exact(&mut heard).unwrap();
    assert_eq!(heard, word.as_bytes());
}

fn connect(to: SocketAddr) -> TcpStream {
    let stream = TcpStream::connect_timeout(&to, DEADLINE).unwrap();
    stream.set_read_timeout(Some(DEADLINE)).unwrap();
    stream
}

/// Returns where a hub listens that has one relay at 127.0.0.2.
fn relay_of(hub: &Program) -> SocketAddr {
    hub.stderr.wait_for("the relay", |line| {
        let at = line.strip_prefix("listening on tcp://")?;
        at.parse()
            .ok()
            .filter(|at: &SocketAddr| at.ip() == Ipv4Addr::new(127, 0, 0, 2))
    })
}

/// Returns a configuration with chat and a relay to `backend` by TCP and by a Unix socket in `dir`.
fn config(dir: &Path, backend: SocketAddr) -> String {
    let socket = dir.join("relay.sock");
    let socket = socket.display();
    format!(
        "[[listen]]\nat = \"127.0.0.1:0\"\nserve = \"chat\"\n\n\
         [[listen]]\nat = \"127.0.0.2:0\"\nserve = \"tcp://{backend}\"\n\n\
         [[listen]]\nat = \"unix:{socket}\"\nserve = \"tcp://{backend}\"\n"
    )
}

#[test]
fn relays_live_on_nobody_is_turned_away_and_chat_comes_again() {
    let dir = TempDir::new().unwrap();
    let mut old = start_with_file(dir.path(), &config(dir.path(), echoing()));
    let (chat, relay) = (old.listening(), relay_of(&old));
    let mut ann = Client::register(chat, "ann", "");
    ann.join("#here");
    ann.send("TOPIC #here :kept\r\nPING done");
    ann.wait_for("PONG");
    let mut long = connect(relay);
    exchange(&mut long, "before");

    let over = Arc::new(AtomicBool::new(false));
    let coming = {
        let over = Arc::clone(&over);
        thread::spawn(move || {
            let mut count = 0;
            while !over.load(Ordering::Relaxed) {
                exchange(&mut connect(relay), "one of many");
                count += 1;
            }
            count
        })
    };
    let new = Program::start(&mut taking_over(dir.path()));
    new.stderr.wait_for_text("ready");
    ann.wait_for("ERROR :");
    over.store(true, Ordering::Relaxed);
    assert!(coming.join().expect("each is answered") > 0);

    exchange(&mut long, "after");
    exchange(
        &mut UnixStream::connect(dir.path().join("relay.sock")).unwrap(),
        "by name",
    );
    assert_eq!((new.listening(), relay_of(&new)), (chat, relay));
    let mut bob = Client::register(chat, "bob", "");
    bob.send("JOIN #here");
    bob.wait_for("kept");
    let pid = new.pid().as_raw_nonzero().to_string();
    let status = run(&["status", "--json"], &dir.path().join("data"), "").ok();
    assert!(status.contains(&format!("\"pid\":{pid}")), "{status}");

    old.stderr
        .wait_for_text("handed over; here 1 session may finish");
    drop(long);
    assert_eq!(old.wait().code(), Some(0), "{:#?}", old.stderr.all());
    stop(new);
    assert!(!dir.path().join("relay.sock").exists());
}

#[test]
fn what_does_not_come_to_accept_is_taken_back_from() {
    let dir = TempDir::new().unwrap();
    let file = config(dir.path(), echoing());
    let old = start_with_file(dir.path(), &file);
    let (chat, relay) = (old.listening(), relay_of(&old));
    let mut ann = Client::register(chat, "ann", "");
    ann.join("#here");
    ann.send("TOPIC #here :kept\r\nPING done");
    ann.wait_for("PONG");
    let mut long = connect(relay);
    exchange(&mut long, "before");

    // A mistake in the file is found before anybody is asked.
    std::fs::write(dir.path().join("hub.toml"), "[[listen]]\nat = \"chat\"\n").unwrap();
    assert_eq!(
        Program::start(&mut taking_over(dir.path())).wait().code(),
        Some(2)
    );
    // A port that is taken is found when all has been handed over.
    let busy = TcpListener::bind("127.0.0.1:0").unwrap();
    let taken = busy.local_addr().unwrap();
    let more = format!("{file}\n[[listen]]\nat = \"{taken}\"\nserve = \"echo\"\n");
    std::fs::write(dir.path().join("hub.toml"), more).unwrap();
    let mut new = Program::start(&mut taking_over(dir.path()));
    assert_eq!(new.wait().code(), Some(45), "{:#?}", new.stderr.all());
    drop(busy);
    old.stderr.wait_for_text("everything is taken back");
    let back = Client::register(chat, "bea", "");
    drop(back);

    // One that goes as soon as it was promised everything.
    let mut rude = UnixStream::connect(dir.path().join("data/control.sock")).unwrap();
    rude.write_all(b"{\"do\":\"takeover\",\"pid\":1}\n")
        .unwrap();
    let mut first = [0];
    rude.read_exact(&mut first).unwrap();
    drop(rude);
    old.stderr.wait_for("the second time", |line| {
        line.contains("process 1 went before it had the sockets")
            .then_some(())
    });

    exchange(&mut long, "after");
    exchange(&mut connect(relay), "another");
    let mut bob = Client::register(chat, "bob", "");
    bob.send("JOIN #here");
    bob.wait_for("kept");
    stop(old);
}

#[test]
fn the_next_message_to_a_datagram_socket_is_for_the_new_process() {
    let dir = TempDir::new().unwrap();
    let file = "[[listen]]\nat = \"udp://127.0.0.1:0\"\nserve = \"echo\"\n";
    let mut old = start_with_file(dir.path(), file);
    let at: SocketAddr = old.stderr.wait_for("a UDP listener", |line| {
        line.strip_prefix("listening on udp://")?.parse().ok()
    });
    let peer = UdpSocket::bind("127.0.0.1:0").unwrap();
    peer.set_read_timeout(Some(DEADLINE)).unwrap();
    let ask = |word: &str| {
        peer.send_to(word.as_bytes(), at).unwrap();
        let mut heard = [0; 64];
        let (length, _) = peer.recv_from(&mut heard).unwrap();
        assert_eq!(&heard[..length], word.as_bytes());
    };
    ask("before");
    let new = Program::start(&mut taking_over(dir.path()));
    new.stderr.wait_for_text("ready");
    assert_eq!(old.wait().code(), Some(0), "{:#?}", old.stderr.all());
    ask("after");
    stop(new);
}

#[test]
fn where_no_hub_runs_there_is_nothing_to_take_over() {
    let dir = TempDir::new().unwrap();
    let mut command = sockeye_of_ali(&["serve", "--takeover", "--port-base", "0", "--data"]);
    command.arg(dir.path());
    let first = Program::start(&mut command);
    first.stderr.wait_for_text("no hub runs on this directory");
    first.stderr.wait_for_text("ready");
    stop(first);
    // And without a file it takes over as well, ports of the system's choice included.
    let mut old = start(dir.path());
    let chat = old.listening();
    let new = Program::start(&mut command);
    new.stderr.wait_for_text("ready");
    assert_eq!(new.listening(), chat, "in the same order");
    assert_eq!(old.wait().code(), Some(0));
    drop(Client::register(chat, "ann", ""));
    stop(new);
}
