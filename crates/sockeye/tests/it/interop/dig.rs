//! BIND's dig: questions over UDP and TCP, through forwarders, to a small responder of our own.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, UdpSocket};
use std::process::{Command, Stdio};
use std::thread;

use crate::support::program::Program;

/// Answers each question with 192.0.2.7 (RFC 1035 section 4.1).
fn answer(question: &[u8]) -> Vec<u8> {
    let name_end = 12 + question[12..].iter().position(|&byte| byte == 0).unwrap() + 1;
    let asked = &question[12..name_end + 4];
    let [id_high, id_low, ..] = *question else {
        panic!("no identifier")
    };
    // An answer, recursion available; one question, one answer.
    let mut message = vec![id_high, id_low, 0x81, 0x80, 0, 1, 0, 1, 0, 0, 0, 0];
    message.extend(asked);
    // The name as in the question, an IPv4 address, for a minute.
    message.extend([0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, 192, 0, 2, 7]);
    message
}

/// Answers over UDP for as long as the test runs.
pub(super) fn udp_responder() -> SocketAddr {
    let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    let address = socket.local_addr().unwrap();
    thread::spawn(move || {
        let mut question = [0; 4096];
        while let Ok((count, from)) = socket.recv_from(&mut question) {
            socket.send_to(&answer(&question[..count]), from).unwrap();
        }
    });
    address
}

/// Does the same over TCP, where a length stands before each message (RFC 1035 section 4.2.2).
fn tcp_responder() -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let mut length = [0; 2];
            stream.read_exact(&mut length).unwrap();
            let mut question = vec![0; u16::from_be_bytes(length).into()];
            stream.read_exact(&mut question).unwrap();
            let answer = answer(&question);
            let length = u16::try_from(answer.len()).unwrap().to_be_bytes();
            stream.write_all(&[&length[..], &answer].concat()).unwrap();
        }
    });
    address
}

/// Starts a forwarder and returns its port.
pub(super) fn forwarder(args: &[&str]) -> (Program, String) {
    let program = Program::ready(&[&["listen"], args].concat());
    let said = program.stderr.wait_for_text("listening on ");
    let port = said.rsplit(':').next().unwrap().split(' ').next().unwrap();
    (program, port.to_owned())
}

pub(super) fn dig(port: &str, more: &[&str]) -> Vec<String> {
    let mut dig = Command::new("dig");
    dig.args(["@127.0.0.1", "-p", port, "harbour.example", "+short"])
        .args(["+tries=1", "+noedns"])
        .args(more)
        .stdin(Stdio::null());
    let mut dig = Program::start(&mut dig);
    dig.wait();
    dig.stdout.all()
}

#[test]
#[ignore = "needs bind9-dnsutils"]
fn questions_over_udp_are_answered_through_a_forwarder() {
    let to = format!("udp://{}", udp_responder());
    let (_forward, port) = forwarder(&["udp://127.0.0.1:0", "+idle,30s", &to]);
    for _ in 0..3 {
        assert_eq!(dig(&port, &[]), ["192.0.2.7"]);
    }
}

#[test]
#[ignore = "needs bind9-dnsutils"]
fn questions_over_tcp_reach_a_responder_of_tcp_and_one_of_udp() {
    let tcp = tcp_responder().to_string();
    let (_forward, port) = forwarder(&["127.0.0.1:0", &tcp]);
    assert_eq!(dig(&port, &["+tcp"]), ["192.0.2.7"]);
    // The length before a message of DNS over TCP is a frame.
    let udp = format!("udp://{}", udp_responder());
    let (_forward, port) = forwarder(&["127.0.0.1:0", "+frame,size=2", &udp]);
    assert_eq!(dig(&port, &["+tcp"]), ["192.0.2.7"]);
}
