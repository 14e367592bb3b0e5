//! The library websockets of Python, at either end of a WebSocket.

use std::io::Write;
use std::process::{Command, Stdio};

use super::libraries::python;
use crate::support::authority::{Authority, Given};
use crate::support::program::{Program, sockeye};

fn library(args: &[&str]) -> Program {
    let mut python: Command = python("websocket_of_pypi.py");
    Program::start(python.args(args).stdin(Stdio::null()))
}

#[test]
#[ignore = "needs the Python library websockets"]
fn every_kind_of_message_comes_back_as_it_was_sent() {
    let authority = Authority::new();
    let tls = format!("+tls,{}", authority.certificate(Given::default()));
    let trust = authority.file().to_string();
    for (scheme, words, more) in [
        ("ws", &["+ws,subprotocol=fish"][..], None),
        ("wss", &[&tls, "+ws,subprotocol=fish"], Some(trust)),
    ] {
        let args = [&["listen", "127.0.0.1:0"], words, &["echo:"]].concat();
        let program = Program::ready(&args);
        let host = if more.is_some() {
            "localhost"
        } else {
            "127.0.0.1"
        };
        let url = format!("{scheme}://{host}:{}/here", program.listening().port());
        let mut args = vec!["client", &url];
        args.extend(more.as_deref());
        let mut client = library(&args);
        assert!(client.wait().success(), "{:#?}", client.stderr.all());
        assert_eq!(client.stdout.all(), ["closed 1000"]);
    }
}

#[test]
#[ignore = "needs the Python library websockets"]
fn a_server_is_spoken_with_and_told_apart_from_one_that_gives_up() {
    let server = library(&["server"]);
    let port = server
        .stdout
        .wait_for("its port", |line| line.parse::<u16>().ok());
    let to = format!("ws://127.0.0.1:{port}");
    for (said, heard, codes) in [
        ("whisper\n", "WHISPER", &[0][..]),
        // 18 where the answering Close is not acknowledged yet.
        ("enough\n", "some of", &[56, 18]),
    ] {
        let mut client = sockeye(&["connect", &to, "+ws,subprotocol=fish"]);
        let mut client = Program::start(client.stdin(Stdio::piped()));
        let mut keyboard = client.stdin();
        keyboard.write_all(said.as_bytes()).unwrap();
        // WebSocket has no half-close: who has said Close is answered nothing any more.
        client.stdout.wait_for_text(heard);
        let _open = (codes != [0]).then_some(keyboard);
        let status = client.wait();
        let code = status.code().unwrap();
        assert!(codes.contains(&code), "{code}: {:#?}", client.stderr.all());
    }
    server.stdout.wait_for_text("closed 1000");
    server.stdout.wait_for_text("closed 1011");
}
