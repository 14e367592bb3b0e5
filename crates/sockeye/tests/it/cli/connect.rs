//! `connect`: standard input and output to an endpoint and back.

use std::net::UdpSocket;
use std::os::unix::process::ExitStatusExt;
use std::time::{Duration, Instant};

use super::*;
use crate::support::program::Program;

#[test]
fn bytes_go_both_ways_and_half_close_is_passed_on() {
    let (there, served) = peer(b"answered after your end\n");
    let output = run(&["connect", &there.to_string()], b"all of it");
    assert_eq!(served.join().unwrap(), b"all of it");
    assert_eq!(output.stdout, b"answered after your end\n");
    assert_eq!(
        (output.status.code(), stderr(&output).as_str()),
        (Some(0), "")
    );
}

#[test]
fn large_input_arrives_whole() {
    let (there, served) = peer(b"");
    let sent: Vec<u8> = (0..4_000_000u32).map(|i| (i % 251) as u8).collect();
    let output = run(&["connect", &there.to_string()], &sent);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    assert!(served.join().unwrap() == sent);
}

#[test]
fn refused_connections_name_every_address() {
    let (_socket, there) = refusing();
    let output = run(&["connect", &format!("localhost:{}", there.port())], b"");
    assert_eq!(output.status.code(), Some(7));
    let said = stderr(&output);
    let expected = format!(
        "error: connect tcp://localhost:{}: connection refused",
        there.port()
    );
    assert!(
        said.starts_with(&expected) && said.contains("127.0.0.1"),
        "{said}"
    );
}

#[test]
fn a_program_is_joined_and_its_status_is_the_runs() {
    let output = run(&["connect", "exec:cat"], b"to and fro");
    assert_eq!(
        (output.status.code(), &output.stdout[..]),
        (Some(0), &b"to and fro"[..])
    );
    let output = run(&["connect", "exec:sh -c 'cat; exit 3'"], b"x");
    assert_eq!(
        (output.status.code(), &output.stdout[..]),
        (Some(3), &b"x"[..])
    );
    let output = run(&["connect", "exec:sh -c 'kill -TERM $$'"], b"");
    assert_eq!(output.status.code(), Some(128 + 15));
    let output = run(&["connect", "exec:/nonexistent/program"], b"");
    assert_eq!(output.status.code(), Some(7));
    assert!(
        stderr(&output).contains("/nonexistent/program"),
        "{}",
        stderr(&output)
    );
}

#[test]
fn a_reader_that_leaves_early_is_no_error() {
    let program = env!("CARGO_BIN_EXE_sockeye");
    let mut shell = Command::new("bash");
    // PIPESTATUS is what the program said, not what head said.
    shell.args([
        "-c",
        "\"$0\" connect 'exec:yes' | head -c 10; exit ${PIPESTATUS[0]}",
        program,
    ]);
    let output = run_command(shell, b"");
    assert_eq!(output.stdout, b"y\ny\ny\ny\ny\n");
    assert_eq!(
        (output.status.code(), stderr(&output).as_str()),
        (Some(0), "")
    );
}

#[test]
fn a_reset_is_an_error() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let there = listener.local_addr().unwrap();
    let resets = thread::spawn(move || {
        let stream = accept(&listener);
        socket2::SockRef::from(&stream)
            .set_linger(Some(Duration::ZERO))
            .unwrap();
    });
    let mut connect = sockeye(&["connect", &there.to_string()]);
    // Standard input stays open: only the reset can end the run.
    let mut connect = Program::start(connect.stdin(Stdio::piped()));
    resets.join().unwrap();
    assert_eq!(connect.wait().code(), Some(56));
    let line = connect.stderr.wait_for_text("error: ");
    assert!(line.contains("reset"), "{line}");
}

#[test]
fn a_signal_ends_it_at_once() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let there = listener.local_addr().unwrap();
    let mut connect = sockeye(&["connect", &there.to_string(), "--stats"]);
    let mut connect = Program::start(connect.stdin(Stdio::piped()));
    let mut stream = accept(&listener);
    let mut stdin = connect.stdin();
    stdin.write_all(b"x").unwrap();
    stream.read_exact(&mut [0]).unwrap();
    connect.signal(rustix::process::Signal::INT);
    let status = connect.wait();
    assert_eq!((status.code(), status.signal()), (Some(128 + 2), None));
    connect
        .stderr
        .wait_for_text("stats: sessions 1 (0 open), bytes in 0, out 1, lost 0, ");
}

#[test]
fn at_a_terminal_the_other_sides_end_is_said_once() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let there = listener.local_addr().unwrap().to_string();
    let (controller, terminal) = terminal();
    let mut connect = sockeye(&["connect", &there]);
    let mut connect = Program::start(connect.stdin(terminal));
    let mut far = accept(&listener);
    far.write_all(b"bye\n").unwrap();
    far.shutdown(Shutdown::Write).unwrap();
    let said = "the other side has closed; Ctrl-D ends yours";
    connect.stderr.wait_for_text(said);
    // Ctrl-D at the start of a line.
    rustix::io::write(&controller, b"\x04").unwrap();
    assert_eq!(connect.wait().code(), Some(0));
    assert_eq!(connect.stderr.all(), [said]);
    assert_eq!(connect.stdout.all(), ["bye"]);
}

#[test]
fn at_a_terminal_answers_to_messages_may_take_the_idle_time() {
    let mute = UdpSocket::bind("127.0.0.1:0").unwrap();
    mute.set_read_timeout(Some(DEADLINE)).unwrap();
    let there = format!("udp://{}", mute.local_addr().unwrap());
    let (controller, terminal) = terminal();
    let mut connect = sockeye(&["connect", &there, "+idle,3s"]);
    let mut connect = Program::start(connect.stdin(terminal));
    rustix::io::write(&controller, b"anybody?\n").unwrap();
    let mut question = [0; 16];
    let (count, from) = mute.recv_from(&mut question).unwrap();
    assert_eq!(question[..count], *b"anybody?\n");
    // Ctrl-D at the start of a line.
    rustix::io::write(&controller, b"\x04").unwrap();
    let ended = Instant::now();
    mute.send_to(b"somebody\n", from).unwrap();
    connect.stdout.wait_for_text("somebody");
    assert!(connect.wait().success());
    // Input that is no terminal is given 2 s.
    let (waited, promised) = (ended.elapsed(), Duration::from_secs(3));
    assert!(waited >= promised && waited < 3 * promised, "{waited:?}");
}

#[test]
fn a_signal_asks_how_much_has_moved() {
    let mut connect = sockeye(&["connect", "exec:cat"]);
    let mut connect = Program::start(connect.stdin(Stdio::piped()));
    let mut stdin = connect.stdin();
    stdin.write_all(b"four\n").unwrap();
    connect.stdout.wait_for_text("four");
    connect.signal(rustix::process::Signal::USR1);
    connect
        .stderr
        .wait_for_text("stats: sessions 1 (1 open), bytes in 5, out 5, lost 0, ");
    drop(stdin);
    assert!(connect.wait().success());
}
