//! What connections cost while nothing moves on them.

use super::*;
use crate::support::program::Program;

/// Connections that are measured, after as many that warm the program up.
const CONNECTIONS: usize = 200;

/// What each may take, bytes: half as much again as the relay's, the largest.
const BYTES_MAX: usize = 4096;

/// Opens connections, each of which says something once and is answered, and returns them.
fn open(to: SocketAddr) -> Vec<TcpStream> {
    let one = |_| {
        let mut stream = dial(to);
        stream.write_all(b"something").unwrap();
        stream.read_exact(&mut [0; 5]).unwrap();
        stream
    };
    (0..CONNECTIONS).map(one).collect()
}

/// Returns what a program has in memory and shares with nobody, KiB.
fn memory_kib(program: &Program) -> usize {
    let pid = program.pid().as_raw_nonzero();
    let text = std::fs::read_to_string(format!("/proc/{pid}/smaps_rollup")).unwrap();
    let anonymous = text
        .lines()
        .find_map(|line| line.strip_prefix("Anonymous:"));
    let kib = anonymous.and_then(|rest| rest.split_whitespace().next());
    kib.unwrap().parse().unwrap()
}

/// Asserts what each of many connections at rest takes at most.
fn assert_small(served: &str) {
    let program = Program::ready(&["listen", "-4", "0", served]);
    let warm = open(program.listening());
    let before = memory_kib(&program);
    let measured = open(program.listening());
    let bytes = (memory_kib(&program) - before) * 1024 / CONNECTIONS;
    assert!(bytes <= BYTES_MAX, "{served}: {bytes} bytes each");
    drop((warm, measured));
}

#[test]
fn connections_hold_no_buffers() {
    let echo = Program::ready(&["listen", "-4", "0", "echo:"]);
    let to = echo.listening().to_string();
    assert_small(&to);
    for service in ["echo:", "upper:", "hello:", "daytime:"] {
        assert_small(service);
    }
}
