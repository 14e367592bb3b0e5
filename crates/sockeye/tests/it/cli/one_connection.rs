//! `listen` that serves one connection: `--once`, and what can be opened once only.

use super::*;
use crate::support::program::Program;

#[test]
fn standard_input_and_output_serve_one_connection() {
    let mut command = sockeye(&["listen", "-4", "0"]);
    let mut listen = Program::start(command.stdin(Stdio::piped()));
    let address = listen.listening();
    listen.stdin().write_all(b"from here\n").unwrap();
    assert_eq!(exchange(address, b"from there\n"), b"from here\n");
    assert_eq!(listen.wait().code(), Some(0));
    assert_eq!(listen.stdout.all(), ["from there"]);
}

#[test]
fn once_is_one_connection() {
    let mut listen = Program::ready(&["listen", "-4", "0", "echo:", "--once"]);
    let address = listen.listening();
    assert_eq!(exchange(address, b"x"), b"x");
    assert_eq!(listen.wait().code(), Some(0));
    assert!(TcpStream::connect(address).is_err());
}

#[test]
fn once_ends_with_the_connections_result() {
    let (_socket, there) = refusing();
    let mut listen = Program::ready(&["listen", "-4", "0", &format!("tcp://{there}"), "--once"]);
    // It may be reset as early as it is made.
    let _ = TcpStream::connect(listen.listening());
    assert_eq!(listen.wait().code(), Some(7));
    listen
        .stderr
        .wait_for_text(&format!("error: connect tcp://{there}: connection refused"));
}

#[test]
fn once_ends_with_the_programs_status() {
    let mut listen = Program::ready(&["listen", "-4", "0", "exec:sh -c 'exit 3'", "--once"]);
    exchange(listen.listening(), b"");
    assert_eq!(listen.wait().code(), Some(3));
}

#[test]
fn kept_it_serves_one_connection_after_the_other() {
    let mut command = sockeye(&["listen", "-4", "0", "--keep"]);
    let mut listen = Program::start(command.stdin(Stdio::piped()));
    let address = listen.listening();
    let mut stdin = listen.stdin();
    for turn in ["first", "second"] {
        let mut stream = dial(address);
        writeln!(stream, "{turn} from there").unwrap();
        listen.stdout.wait_for_text(&format!("{turn} from there"));
        writeln!(stdin, "{turn} from here").unwrap();
        let mut received = vec![0; turn.len() + 11];
        stream.read_exact(&mut received).unwrap();
        assert_eq!(received, format!("{turn} from here\n").as_bytes());
    }
    listen.signal(rustix::process::Signal::TERM);
    assert_eq!(listen.wait().code(), Some(0));
}
