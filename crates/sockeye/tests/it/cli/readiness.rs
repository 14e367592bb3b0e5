//! How a run says that it is ready, and to whom.

use std::os::unix::net::UnixDatagram;

use rustix::process::Signal;

use super::*;
use crate::support::program::Program;

#[test]
fn lines_come_in_order_and_ready_is_the_last() {
    let mut listen = Program::ready(&["listen", "-4", "0", "echo:"]);
    let address = listen.listening();
    listen.signal(Signal::TERM);
    assert!(listen.wait().success());
    assert_eq!(
        listen.stderr.all(),
        [format!("listening on tcp://{address}"), "ready".to_owned()]
    );
}

#[test]
fn programs_get_objects() {
    let listen = Program::start(&mut sockeye(&["listen", "-4", "0", "echo:", "--json"]));
    let read = |line: &str| serde_json::from_str::<serde_json::Value>(line).unwrap();
    listen.stderr.wait_for("ready", |line| {
        (read(line)["event"] == "ready").then_some(())
    });
    let address = listen.stderr.wait_for("an address", |line| {
        let object = read(line);
        let address = object["address"].as_str().map(str::to_owned)?;
        assert_eq!(object["layers"], serde_json::json!([]));
        Some(address)
    });
    let address = address.strip_prefix("tcp://").unwrap().parse().unwrap();
    assert_eq!(exchange(address, b"x"), b"x");
    listen.signal(Signal::USR1);
    let stats = listen.stderr.wait_for("stats", |line| {
        Some(read(line)).filter(|object| object["event"] == "stats")
    });
    assert_eq!(
        (&stats["sessions"], &stats["bytes_in"], &stats["bytes_out"]),
        (&1.into(), &1.into(), &1.into())
    );
}

#[test]
fn a_descriptor_is_told() {
    let dir = tempfile::tempdir().unwrap();
    let told = dir.path().join("told");
    let mut shell = Command::new("sh");
    let script = "exec \"$0\" listen -4 0 echo: --quiet --ready-fd 9 9>\"$1\"";
    shell
        .args(["-c", script, env!("CARGO_BIN_EXE_sockeye")])
        .arg(&told)
        .stdin(Stdio::null());
    let mut listen = Program::start(&mut shell);
    until("a word on the descriptor", || {
        (std::fs::read(&told).ok()? == b"ready\n").then_some(())
    });
    listen.signal(Signal::TERM);
    assert!(listen.wait().success());
    assert!(listen.stderr.all().is_empty(), "quiet");
}

#[test]
fn the_service_manager_is_told() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("notify");
    let manager = UnixDatagram::bind(&path).unwrap();
    manager.set_read_timeout(Some(DEADLINE)).unwrap();
    let listen =
        Program::start(sockeye(&["listen", "-4", "0", "echo:"]).env("NOTIFY_SOCKET", &path));
    let mut told = [0; 64];
    let length = manager.recv(&mut told).unwrap();
    let expected = format!("READY=1\nMAINPID={}", listen.pid().as_raw_nonzero());
    assert_eq!(&told[..length], expected.as_bytes());
}
