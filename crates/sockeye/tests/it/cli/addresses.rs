//! Several addresses of one name, families, source ports: which is taken, and what is said of the rest.

use std::time::Duration;

use socket2::{Domain, Socket, Type};

use super::*;
use crate::support::program::Program;

/// A listener at 127.0.0.2 whose queue is full, so that nobody answers there.
struct Silent {
    socket: Socket,
    _waiting: TcpStream,
}

impl Silent {
    fn new() -> Self {
        let socket = Socket::new(Domain::IPV4, Type::STREAM, None).unwrap();
        let any = SocketAddr::from(([127, 0, 0, 2], 0));
        socket.bind(&any.into()).unwrap();
        // A queue of length 0 holds one.
        socket.listen(0).unwrap();
        let at = socket.local_addr().unwrap().as_socket().unwrap();
        let _waiting = TcpStream::connect(at).unwrap();
        Self { socket, _waiting }
    }

    fn port(&self) -> u16 {
        let at = self.socket.local_addr().unwrap();
        at.as_socket().unwrap().port()
    }
}

/// Returns when the first step that holds `text` was told.
fn told(steps: &str, text: &str) -> Duration {
    let step = steps.lines().find(|line| line.contains(text));
    let step = step.unwrap_or_else(|| panic!("no {text:?} in {steps}"));
    let (seconds, _) = step.trim_start_matches('[').split_once(']').unwrap();
    Duration::from_secs_f64(seconds.parse().unwrap())
}

#[test]
fn an_address_that_does_not_answer_holds_the_next_up_for_a_quarter_of_a_second() {
    let silent = Silent::new();
    let port = silent.port();
    let answering = TcpListener::bind(("127.0.0.3", port)).unwrap();
    let served = thread::spawn(move || accept(&answering).write_all(b"here").unwrap());
    let to = format!("two:{port}");
    let known = format!("resolve={to}:127.0.0.2,127.0.0.3");
    let output = run(&["connect", &to, "+tcp", &known, "--explain"], b"");
    served.join().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    assert_eq!(output.stdout, b"here");
    let steps = stderr(&output);
    let first = told(&steps, &format!("to connect to 127.0.0.2:{port}"));
    let second = told(&steps, &format!("to connect to 127.0.0.3:{port}"));
    // Steps are told in whole milliseconds.
    let apart = second - first + Duration::from_millis(1);
    assert!(
        apart >= STAGGER && apart < 3 * STAGGER,
        "{apart:?}: {steps}"
    );
}

#[test]
fn every_address_that_failed_is_named_with_its_reason() {
    let (socket, refusing) = refusing();
    let port = refusing.port();
    let to = format!("three:{port}");
    let known = format!("resolve={to}:127.0.0.1,127.0.0.9");
    let output = run(&["connect", &to, "+tcp", &known], b"");
    drop(socket);
    assert_eq!(output.status.code(), Some(7), "{}", stderr(&output));
    let expected = "connection refused (127.0.0.1, 127.0.0.9)";
    assert!(stderr(&output).contains(expected), "{}", stderr(&output));

    let silent = Silent::new();
    let to = format!("three:{}", silent.port());
    let known = format!("resolve={to}:127.0.0.2,127.0.0.9");
    let words = [
        "connect",
        &to,
        "+tcp",
        &known,
        "+timeout,connect-timeout=600ms",
    ];
    let output = run(&words, b"");
    assert_eq!(output.status.code(), Some(28), "{}", stderr(&output));
    let said = stderr(&output);
    assert!(said.contains("127.0.0.2: no answer within 600ms"), "{said}");
    assert!(said.contains("127.0.0.9: connection refused"), "{said}");
}

#[test]
fn a_bare_port_and_every_interface_have_both_families() {
    let has_v6 = TcpListener::bind("[::1]:0").is_ok();
    for port in ["0", ":0"] {
        let listen = Program::ready(&["listen", port, "echo:"]);
        let port = listen.listening().port();
        for (flag, reached) in [("-4", true), ("-6", has_v6)] {
            let to = format!("localhost:{port}");
            let output = run(&["connect", flag, &to], b"Hi");
            assert_eq!(output.stdout == b"Hi", reached, "{}", stderr(&output));
        }
    }
}

#[test]
fn mapped_peers_are_refused_by_rules_for_ipv4() {
    for (rule, taken) in [
        ("+deny,127.0.0.0/8", false),
        ("+deny,10.0.0.0/8", true),
        ("+allow,127.0.0.1", true),
        ("+allow,::1", false),
    ] {
        let listen = Program::ready(&["listen", ":0", rule, "echo:"]);
        let at = SocketAddr::from(([127, 0, 0, 1], listen.listening().port()));
        let answer = try_exchange(at, b"Hi").unwrap_or_default();
        assert_eq!(answer == b"Hi", taken, "{rule}");
    }
}

#[test]
fn a_source_port_that_is_taken_is_exit_45() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let to = listener.local_addr().unwrap().to_string();
    let port = taken.local_addr().unwrap().port();
    let output = run(&["connect", &to, &format!("+tcp,local-port={port}")], b"");
    assert_eq!(output.status.code(), Some(45), "{}", stderr(&output));
    assert!(
        stderr(&output).contains("local-port cannot be set: address already in use"),
        "{}",
        stderr(&output)
    );
}

/// How long an attempt is alone (RFC 8305 section 8).
const STAGGER: Duration = Duration::from_millis(250);
