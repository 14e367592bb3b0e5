//! `probe`: asking once, and waiting for it.

use super::*;
use crate::support::program::Program;

#[test]
fn what_answers_is_said_with_its_address() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let there = listener.local_addr().unwrap();
    let output = run(&["probe", &there.to_string()], b"");
    let said = String::from_utf8(output.stdout).unwrap();
    assert_eq!(output.status.code(), Some(0));
    assert!(
        said.starts_with(&format!("tcp://{there} answers ({there}; ")),
        "{said}"
    );
}

#[test]
fn what_does_not_answer_is_named_with_every_address() {
    let (_socket, there) = refusing();
    let output = run(&["probe", &there.port().to_string()], b"");
    assert_eq!(output.status.code(), Some(7));
    let said = stderr(&output);
    assert!(
        said.contains("connection refused") && said.contains("127.0.0.1"),
        "{said}"
    );

    let output = run(&["probe", "nobody.invalid:80"], b"");
    assert_eq!(output.status.code(), Some(6), "{}", stderr(&output));
}

#[test]
fn waiting_ends_when_it_answers() {
    let (socket, there) = refusing();
    let mut probe = sockeye(&["probe", &there.to_string(), "--wait", "1m", "--json"]);
    let mut probe = Program::start(&mut probe);
    socket.listen(1).unwrap();
    assert_eq!(probe.wait().code(), Some(0));
    let answer: serde_json::Value = serde_json::from_str(&probe.stdout.all()[0]).unwrap();
    assert_eq!(answer["answers"], true);
    assert_eq!(answer["peer"], there.to_string());
}

#[test]
fn waiting_ends_when_time_has_run_out() {
    let (_socket, there) = refusing();
    let output = run(&["probe", &there.to_string(), "--wait", "120ms"], b"");
    assert_eq!(output.status.code(), Some(28));
    let said = stderr(&output);
    let expected = format!("error: probe tcp://{there}: nothing answered within 120ms; last: ");
    assert!(
        said.starts_with(&expected) && said.contains("127.0.0.1"),
        "{said}"
    );

    let output = run(&["probe", "--json", &there.to_string()], b"");
    let answer: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(
        (&answer["answers"], &answer["exit_code"]),
        (&false.into(), &7.into())
    );
    assert_eq!(
        (output.status.code(), stderr(&output).as_str()),
        (Some(7), "")
    );
}
