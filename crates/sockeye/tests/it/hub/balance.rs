//! `serve = "balance"` with real backends: killed, drained, changed and attacked while clients use it.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use rustix::process::Signal;
use tempfile::TempDir;

use super::{run, start_with_file, stop};
use crate::support::program::{Program, sockeye};
use crate::support::until::until_seen;

/// Starts a backend of its own process.
fn backend(service: &str) -> (Program, SocketAddr) {
    let program = Program::ready(&["listen", "127.0.0.1:0", service]);
    let at = program.listening();
    (program, at)
}

/// Writes the entry of a balancer.
fn entry(to: &[SocketAddr], more: &str) -> String {
    let to: Vec<_> = to.iter().map(|at| format!("\"{at}\"")).collect();
    let to = to.join(", ");
    format!("[[listen]]\nat = \"127.0.0.1:0\"\nserve = \"balance\"\nto = [{to}]\n{more}\n")
}

fn connect(to: SocketAddr) -> TcpStream {
    let stream = TcpStream::connect(to).unwrap();
    stream
        .set_read_timeout(Some(Duration::from_secs(60)))
        .unwrap();
    stream
}

/// Ends a connection uncleanly.
fn reset(stream: TcpStream) {
    let socket = socket2::Socket::from(stream);
    socket.set_linger(Some(Duration::ZERO)).unwrap();
}

/// Sends a line and returns what comes back; empty where the connection ends.
fn answer(stream: &TcpStream, line: &str) -> String {
    let mut writer = stream;
    let mut answer = String::new();
    if writer.write_all(format!("{line}\n").as_bytes()).is_ok() {
        let _ = BufReader::new(stream).read_line(&mut answer);
    }
    answer.trim_end().to_owned()
}

/// Returns the backends that `status` lists.
fn backends(dir: &Path) -> Vec<serde_json::Value> {
    let status = run(&["status", "--json"], &dir.join("data"), "").ok();
    let status: serde_json::Value = serde_json::from_str(&status).unwrap();
    status["balancers"][0]["backends"]
        .as_array()
        .unwrap()
        .clone()
}

/// Waits until the backends have these states.
fn until_states(dir: &Path, expected: &[&str]) {
    until_seen("those states", || {
        let states: Vec<_> = backends(dir)
            .iter()
            .map(|row| row["state"].clone())
            .collect();
        (states == expected)
            .then_some(())
            .ok_or(format!("{states:?}"))
    });
}

#[test]
fn a_backend_killed_under_load_costs_no_new_session_and_no_live_one() {
    let dir = TempDir::new().unwrap();
    let (a, at_a) = backend("upper:");
    let (_b, at_b) = backend("echo:");
    let check = "check = { every = \"500ms\", fall = 2, rise = 2 }";
    let hub = start_with_file(dir.path(), &entry(&[at_a, at_b], check));
    let at = hub.listening();

    let held: Vec<_> = (0..20).map(|_| connect(at)).collect();
    let said: Vec<_> = held.iter().map(|held| answer(held, "x")).collect();
    let of_b = |at: usize| said[at] == "x";
    assert_eq!((0..20).filter(|at| of_b(*at)).count(), 10, "{said:?}");

    let [killed, over] = [AtomicBool::new(false), AtomicBool::new(false)];
    let [before, after] = [AtomicUsize::new(0), AtomicUsize::new(0)];
    let reached = |count: &AtomicUsize, enough: usize| {
        until_seen("enough sessions", || {
            let count = count.load(Ordering::Relaxed);
            (count >= enough).then_some(()).ok_or(count.to_string())
        });
    };
    std::thread::scope(|scope| {
        let client = || {
            while !over.load(Ordering::Relaxed) {
                let is_new = killed.load(Ordering::Relaxed);
                let got = answer(&connect(at), "y");
                // One from before may be lost with its backend.
                assert!(!is_new || got == "y", "{got:?}");
                let count = if is_new { &after } else { &before };
                count.fetch_add(1, Ordering::Relaxed);
            }
        };
        let load: Vec<_> = (0..200).map(|_| scope.spawn(client)).collect();
        reached(&before, 400);
        a.kill();
        killed.store(true, Ordering::Relaxed);
        reached(&after, 800);
        over.store(true, Ordering::Relaxed);
        load.into_iter().for_each(|load| load.join().unwrap());
    });
    until_states(dir.path(), &["down", "up"]);
    for (at, held) in held.iter().enumerate().filter(|(at, _)| of_b(*at)) {
        assert_eq!(answer(held, "z"), "z", "session {at}");
    }
    drop(held);
    stop(hub);
}

#[test]
fn an_operator_drains_and_weighs_and_is_noted() {
    let dir = TempDir::new().unwrap();
    let data = dir.path().join("data");
    let (_a, at_a) = backend("upper:");
    let (_b, at_b) = backend("echo:");
    let hub = start_with_file(dir.path(), &entry(&[at_a, at_b], ""));
    let at = hub.listening();
    let at_upper = connect(at);
    assert_eq!(answer(&at_upper, "x"), "X");

    let order = |words: &[&str]| {
        let name = at_a.to_string();
        let words = [&["status", "backend", &name], words].concat();
        run(&words, &data, "")
    };
    let said = order(&["drain"]).ok();
    assert!(
        said.contains(&format!("backend tcp://{at_a}: drain")),
        "{said}"
    );
    for _ in 0..3 {
        assert_eq!(answer(&connect(at), "y"), "y");
    }
    assert_eq!(answer(&at_upper, "z"), "Z", "a session lives on");
    let sessions = run(&["status", "sessions"], &data, "").ok();
    assert!(sessions.contains(&format!("→ tcp://{at_a}")), "{sessions}");

    std::fs::write(
        dir.path().join("hub.toml"),
        entry(&[at_a, at_b], "method = \"first-available\""),
    )
    .unwrap();
    hub.signal(Signal::HUP);
    let change = "method: \"round-robin\" → \"first-available\"";
    hub.stderr.wait_for_text(change);
    assert_eq!(
        answer(&connect(at), "y"),
        "y",
        "the order outlives a reload"
    );
    order(&["ready"]).ok();
    assert_eq!(answer(&connect(at), "y"), "Y");
    order(&["weight", "0"]).ok();
    assert_eq!(answer(&connect(at), "y"), "y");
    assert!(order(&["weight", "300"]).refused(2).contains("300"));
    let unknown = run(&["status", "backend", "tcp://h:1", "drain"], &data, "");
    assert!(unknown.refused(2).contains("no such backend"));

    let audit = run(&["audit"], &data, "").ok();
    for noted in ["drain", "ready", "weight 0"] {
        let is_noted = |line: &&str| line.contains("backend") && line.contains(noted);
        assert!(
            audit.lines().any(|line| is_noted(&line)),
            "{noted} in {audit}"
        );
    }
    stop(hub);
}

#[test]
fn a_reload_under_load_moves_new_sessions_and_drops_none() {
    let dir = TempDir::new().unwrap();
    let (_a, at_a) = backend("upper:");
    let (_b, at_b) = backend("echo:");
    let hub = start_with_file(dir.path(), &entry(&[at_a], ""));
    let at = hub.listening();
    let held: Vec<_> = (0..10).map(|_| connect(at)).collect();
    held.iter()
        .for_each(|held| assert_eq!(answer(held, "x"), "X"));
    let stop_load = AtomicBool::new(false);
    std::thread::scope(|scope| {
        let load: Vec<_> = (0..20)
            .map(|_| {
                scope.spawn(|| {
                    while !stop_load.load(Ordering::Relaxed) {
                        let got = answer(&connect(at), "y");
                        assert!(got.eq_ignore_ascii_case("y"), "{got:?}");
                    }
                })
            })
            .collect();
        for to in [[at_a, at_b].as_slice(), &[at_b], &[at_a, at_b], &[at_b]] {
            std::fs::write(dir.path().join("hub.toml"), entry(to, "")).unwrap();
            run(&["status", "reload"], &dir.path().join("data"), "").ok();
        }
        stop_load.store(true, Ordering::Relaxed);
        load.into_iter().for_each(|load| load.join().unwrap());
    });
    assert_eq!(answer(&connect(at), "y"), "y");
    held.iter()
        .for_each(|held| assert_eq!(answer(held, "x"), "X"));
    until_states(dir.path(), &["leaving", "up"]);
    drop(held);
    until_states(dir.path(), &["up"]);
    stop(hub);
}

#[test]
fn ends_pass_through_both_ways() {
    let dir = TempDir::new().unwrap();
    let far = TcpListener::bind("127.0.0.1:0").unwrap();
    let hub = start_with_file(dir.path(), &entry(&[far.local_addr().unwrap()], ""));
    let read_all = |mut stream: &TcpStream| {
        let mut text = String::new();
        stream.read_to_string(&mut text).map(|_| text)
    };
    let pair = || {
        let near = connect(hub.listening());
        (near, far.accept().unwrap().0)
    };
    // The client ends first, then the backend; and the other way round.
    for is_client_first in [true, false] {
        let (near, far) = pair();
        let (first, second) = if is_client_first {
            (&near, &far)
        } else {
            (&far, &near)
        };
        (&*first).write_all(b"first").unwrap();
        first.shutdown(Shutdown::Write).unwrap();
        assert_eq!(read_all(second).unwrap(), "first");
        (&*second).write_all(b"second").unwrap();
        second.shutdown(Shutdown::Write).unwrap();
        assert_eq!(read_all(first).unwrap(), "second");
    }
    // A reset is passed on.
    let (near, far) = pair();
    reset(far);
    assert!(read_all(&near).is_err());
    stop(hub);
}

#[test]
fn backends_learn_of_the_client_from_trusted_proxies_only() {
    let dir = TempDir::new().unwrap();
    let far = TcpListener::bind("127.0.0.1:0").unwrap();
    let to = far.local_addr().unwrap();
    let file = format!(
        "[[listen]]\nat = \"127.0.0.1:0 +proxy,from=127.0.0.1\"\nserve = \"balance\"\n\
         to = [\"{to} +proxy\"]\n\
         [[listen]]\nat = \"127.0.0.2:0 +proxy,from=192.0.2.0/24\"\nserve = \"balance\"\n\
         to = [\"{to} +proxy\"]\n"
    );
    let hub = start_with_file(dir.path(), &file);
    let at = |ip: &str| {
        hub.stderr.wait_for(ip, |line| {
            let at = line.strip_prefix("listening on tcp://")?;
            at.split(' ')
                .next()?
                .parse::<SocketAddr>()
                .ok()
                .filter(|at| at.ip().to_string() == ip)
        })
    };
    let mut near = connect(at("127.0.0.1"));
    near.write_all(b"PROXY TCP4 203.0.113.7 203.0.113.9 4711 443\r\nhello\n")
        .unwrap();
    let mut lines = BufReader::new(far.accept().unwrap().0)
        .lines()
        .map(Result::unwrap);
    let header = "PROXY TCP4 203.0.113.7 203.0.113.9 4711 443";
    assert_eq!(
        [lines.next().unwrap(), lines.next().unwrap()],
        [header, "hello"]
    );

    let mut near = connect(at("127.0.0.2"));
    let _ = near.write_all(b"PROXY TCP4 203.0.113.7 203.0.113.9 4711 443\r\nhello\n");
    assert_eq!(
        near.read(&mut [0; 16]).unwrap_or(0),
        0,
        "nobody believes it"
    );
    let rows = backends(dir.path());
    assert_eq!(rows[0]["served"], 1);
    stop(hub);
}

#[test]
fn all_full_waits_or_is_refused_and_the_queue_forgets_who_left() {
    let dir = TempDir::new().unwrap();
    let (_a, at_a) = backend("echo:");
    let file = format!(
        "[[listen]]\nat = \"127.0.0.1:0\"\nserve = \"balance\"\n\
         to = [{{ to = \"{at_a}\", name = \"a\", max = 2 }}]\nqueue = {{ max = 2, wait = \"60s\" }}\n"
    );
    let hub = start_with_file(dir.path(), &file);
    let at = hub.listening();
    let waiting = |expected: u64| {
        until_seen("so many waiting", || {
            let status = run(&["status", "--json"], &dir.path().join("data"), "").ok();
            let status: serde_json::Value = serde_json::from_str(&status).unwrap();
            let count = &status["balancers"][0]["waiting"];
            (*count == expected).then_some(()).ok_or(count.to_string())
        });
    };
    let first = [connect(at), connect(at)];
    first
        .iter()
        .for_each(|held| assert_eq!(answer(held, "x"), "x"));
    let leaves = connect(at);
    waiting(1);
    let stays = connect(at);
    waiting(2);
    assert_eq!(answer(&connect(at), "x"), "", "the queue is full");
    reset(leaves);
    waiting(1);
    (&stays).write_all(b"early\n").unwrap();
    drop(first);
    let mut said = String::new();
    BufReader::new(&stays).read_line(&mut said).unwrap();
    assert_eq!(said, "early\n");
    let rows = backends(dir.path());
    assert_eq!(
        (&rows[0]["name"], &rows[0]["sessions_max"]),
        (&"a".into(), &2.into())
    );
    stop(hub);
}

#[test]
fn hostile_backends_are_survived() {
    let dir = TempDir::new().unwrap();
    let resets = TcpListener::bind("127.0.0.1:0").unwrap();
    let resets_at = resets.local_addr().unwrap();
    let (_good, good_at) = backend("echo:");
    // Its own port, nobody's port, a name that is none, IPv6, one that accepts and is silent.
    // On an address of its own, where nobody else takes the port meanwhile.
    let own = TcpListener::bind("127.0.0.9:0").unwrap();
    let own_at = own.local_addr().unwrap();
    drop(own);
    let file = format!(
        "[[listen]]\nat = \"{own_at}\"\nserve = \"balance\"\nmethod = \"first-available\"\n\
         connect_timeout = \"1s\"\nto = [\"{own_at}\", \"[::1]:1\", \"name.invalid:80\",\n\
         \"{resets_at} +ws\", \"{good_at}\"]\n"
    );
    let hub = start_with_file(dir.path(), &file);
    std::thread::spawn(move || {
        resets.incoming().flatten().for_each(reset);
    });
    let held: Vec<_> = (0..5).map(|_| connect(hub.listening())).collect();
    held.iter()
        .for_each(|held| assert_eq!(answer(held, "x"), "x"));
    let many: Vec<_> = (0..400).map(|_| connect(hub.listening())).collect();
    many.iter()
        .for_each(|many| assert_eq!(answer(many, "y"), "y"));
    let rows = backends(dir.path());
    assert_eq!(
        rows[0]["reason"], "leads back to this listener",
        "{rows:#?}"
    );
    assert_eq!(rows[4]["sessions"], 405);
    drop((held, many));
    stop(hub);
}

#[test]
fn the_command_line_balances_by_a_list() {
    let (_a, at_a) = backend("upper:");
    let (_b, at_b) = backend("echo:");
    let list = format!("balance:{at_a},{at_b}");
    let mut balancer = Program::ready(&["listen", "127.0.0.1:0", "+idle,60s", &list]);
    let at = balancer.listening();
    let mut said = [answer(&connect(at), "x"), answer(&connect(at), "x")];
    said.sort();
    assert_eq!(said, ["X", "x"]);
    balancer.signal(Signal::TERM);
    assert_eq!(balancer.wait().code(), Some(0));
    let refused = Program::start(&mut sockeye(&["listen", "127.0.0.1:0", "balance:"]));
    refused.stderr.wait_for_text("balance: no backends");
}
