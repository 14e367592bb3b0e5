//! A hub's proxy: who is let in, where they may go, and what is said of it.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::thread;

use rustix::process::Signal;
use tempfile::TempDir;

use super::{run, start, start_with_file, stop};
use crate::support::program::Program;
use crate::support::until::{DEADLINE, until};

/// Answers each connection with what it says.
fn echo() -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let at = listener.local_addr().unwrap();
    thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            thread::spawn(move || std::io::copy(&mut stream.try_clone().unwrap(), &mut stream));
        }
    });
    at
}

fn connect(to: SocketAddr) -> TcpStream {
    let stream = TcpStream::connect(to).unwrap();
    stream.set_read_timeout(Some(DEADLINE)).unwrap();
    stream
}

fn read<const N: usize>(stream: &mut TcpStream) -> [u8; N] {
    let mut bytes = [0; N];
    stream.read_exact(&mut bytes).unwrap();
    bytes
}

/// Logs in to a SOCKS 5 proxy and returns the status of that.
fn log_in(stream: &mut TcpStream, name: &str, password: &str) -> u8 {
    stream.write_all(&[5, 2, 0, 2]).unwrap();
    assert_eq!(read(stream), [5, 2]);
    let mut said = vec![1, name.len() as u8];
    said.extend_from_slice(name.as_bytes());
    said.push(password.len() as u8);
    said.extend_from_slice(password.as_bytes());
    stream.write_all(&said).unwrap();
    let [version, status] = read(stream);
    assert_eq!(version, 1);
    status
}

/// Asks for a connection, and returns the code of the reply.
fn ask(stream: &mut TcpStream, host: &str, port: u16) -> u8 {
    let mut said = vec![5, 1, 0, 3, host.len() as u8];
    said.extend_from_slice(host.as_bytes());
    said.extend_from_slice(&port.to_be_bytes());
    stream.write_all(&said).unwrap();
    let [_, code, ..] = read::<10>(stream);
    code
}

fn answers(stream: &mut TcpStream) {
    stream.write_all(b"hello").unwrap();
    assert_eq!(&read::<5>(stream), b"hello");
}

/// Returns where a running hub listens on IPv4 as the nth.
fn listening(hub: &Program, nth: usize) -> SocketAddr {
    let lines = hub.stderr.so_far();
    let port = |line: &String| {
        let at = line.strip_prefix("listening on tcp://127.0.0.1:")?;
        at.split(' ').next()?.parse().ok()
    };
    let port: u16 = lines.iter().filter_map(port).nth(nth).unwrap();
    SocketAddr::from(([127, 0, 0, 1], port))
}

/// Waits until the hub has taken over its file for the nth time.
fn reloaded(hub: &Program, nth: usize) {
    until("another reload", || {
        let lines = hub.stderr.so_far();
        let reloads = lines.iter().filter(|line| line.starts_with("reloaded"));
        (reloads.count() >= nth).then_some(())
    });
}

#[test]
fn a_hub_without_a_file_has_a_proxy_for_its_accounts() {
    let data = TempDir::new().unwrap();
    let hub = start(data.path());
    let (proxy, there) = (listening(&hub, 2), echo());
    let line = format!("  proxy   {proxy:<22} curl -x socks5h://{proxy} -U ali https://…");
    hub.stderr.wait_for_text(&line);
    let password = std::fs::read_to_string(data.path().join("first-password")).unwrap();
    let password = password.trim();

    let mut ali = connect(proxy);
    assert_eq!(log_in(&mut ali, "Ali", password), 0);
    assert_eq!(ask(&mut ali, "127.0.0.1", there.port()), 0);
    answers(&mut ali);

    let mut wrong = connect(proxy);
    assert_eq!(log_in(&mut wrong, "ali", "guess"), 1);
    assert_eq!(wrong.read(&mut [0; 1]).unwrap(), 0);
    run(
        &["account", "add", "bo", "--allow", "chat"],
        data.path(),
        "secret of bo\n",
    )
    .ok();
    assert_eq!(log_in(&mut connect(proxy), "bo", "secret of bo"), 1);

    // Nobody in particular.
    let mut anybody = connect(proxy);
    anybody.write_all(&[5, 1, 0]).unwrap();
    assert_eq!(read(&mut anybody), [5, 0xff]);
    let mut four = connect(proxy);
    four.write_all(&[4, 1, 0, 80, 127, 0, 0, 1, b'a', 0])
        .unwrap();
    assert_eq!(read::<8>(&mut four)[..2], [0, 91]);
    let mut http = connect(proxy);
    http.write_all(b"CONNECT 127.0.0.1:80 HTTP/1.1\r\nHost: a\r\n\r\n")
        .unwrap();
    assert_eq!(&read::<13>(&mut http), b"HTTP/1.1 407 ");

    // The proxy itself, and what is of one link only.
    for (host, port) in [("127.0.0.1", proxy.port()), ("169.254.169.254", 80)] {
        let mut ali = connect(proxy);
        assert_eq!(log_in(&mut ali, "ali", password), 0);
        assert_eq!(ask(&mut ali, host, port), 2, "{host}");
    }

    let said = run(&["status"], data.path(), "").ok();
    let counts = "  proxy   7 denied: 2 closed, 1 login, 3 login-wanted, 1 permission";
    assert!(said.contains(counts), "{said}");
    let said = run(&["audit"], data.path(), "").ok();
    for line in [
        "denied by ali from 127.0.0.1 on 169.254.169.254:80: nobody is let through to such an address",
        "denied by bo from 127.0.0.1 on proxy: this account may not use the proxy",
    ] {
        assert!(said.contains(line), "{said}");
    }
    answers(&mut ali);
    stop(hub);
}

#[test]
fn rules_hold_for_new_sessions_and_an_open_proxy_asks_nobody() {
    let dir = TempDir::new().unwrap();
    let there = echo();
    let file = |open: bool, rules: &str| {
        format!(
            "[[listen]]\nat = \"127.0.0.1:0\"\nserve = \"proxy\"\nopen = {open}\n\
             {rules}"
        )
    };
    let port = there.port();
    let by_name = "[[proxy.rule]]\naction = \"deny\"\nto = [\"localhost\"]\n";
    let hub = start_with_file(dir.path(), &file(true, by_name));
    let proxy = listening(&hub, 0);
    hub.stderr
        .wait_for_text("proxy: at tcp://127.0.0.1:0 lets everybody through who can reach it");
    let enter = |proxy| {
        let mut stream = connect(proxy);
        stream.write_all(&[5, 1, 0]).unwrap();
        assert_eq!(read(&mut stream), [5, 0]);
        stream
    };
    let asked = |host: &str| ask(&mut enter(proxy), host, port);
    for (host, code) in [
        ("localhost", 2),
        ("LOCALHOST.", 2),
        ("127.0.0.1", 0),
        ("127.1", 0),
    ] {
        assert_eq!(asked(host), code, "{host}");
    }
    let mut running = enter(proxy);
    assert_eq!(ask(&mut running, "127.0.0.1", port), 0);
    answers(&mut running);

    let reload = |file: String, said: &str| {
        std::fs::write(dir.path().join("hub.toml"), file).unwrap();
        hub.signal(Signal::HUP);
        hub.stderr.wait_for_text(said);
    };
    // By address: however it is written, and whatever the name.
    let by_address = "[[proxy.rule]]\naction = \"deny\"\nto = [\"127.0.0.0/8\"]\n";
    reload(file(true, by_address), "proxy.rule: changed");
    reloaded(&hub, 1);
    for host in [
        "localhost",
        "127.0.0.1",
        "127.1",
        "0x7f.1",
        "::ffff:127.0.0.1",
    ] {
        assert_eq!(asked(host), 2, "{host}");
    }
    answers(&mut running);

    // By way of another, which looks the name up.
    let hop = Program::ready(&["listen", "127.0.0.1:0", "socks:", "--explain"]);
    let via = format!(
        "[[proxy.rule]]\naction = \"allow\"\nto = [\"localhost\"]\nports = [\"{port}\"]\n\
         from = [\"127.0.0.1\"]\nvia = [\"socks5h://{}\"]\n\
         [[proxy.rule]]\naction = \"deny\"\n",
        hop.listening()
    );
    reload(file(true, &via), "proxy.rule: changed");
    reloaded(&hub, 2);
    let mut by_hop = enter(proxy);
    assert_eq!(ask(&mut by_hop, "localhost", port), 0);
    answers(&mut by_hop);
    hop.stderr
        .wait_for_text(&format!("asks for CONNECT to localhost:{port}"));
    assert_eq!(asked("127.0.0.1"), 2);

    reload(
        file(false, &via),
        ", open to everybody → listen tcp://127.0.0.1:0 proxy:",
    );
    reloaded(&hub, 3);
    let mut anybody = connect(proxy);
    anybody.write_all(&[5, 1, 0]).unwrap();
    assert_eq!(read(&mut anybody), [5, 0xff]);
    answers(&mut running);
    stop(hub);
}
