//! `+line` and `+frame`: messages and bytes joined.

use std::io::{BufRead, BufReader, ErrorKind, Read, Write};
use std::net::TcpStream;
use std::process::Stdio;

use super::*;

#[test]
fn lines_of_a_stream_are_datagrams() {
    let (_upper, upper) = listening(&["upper:"]);
    let to = format!("udp://{upper}");
    let lines = Program::ready(&["listen", "127.0.0.1:0", "+line,crlf", &to]);
    let mut stream = TcpStream::connect(lines.listening()).unwrap();
    stream.set_read_timeout(Some(DEADLINE)).unwrap();
    stream.write_all(b"one\r\ntwo\r\n").unwrap();
    let mut answers = BufReader::new(stream);
    for expected in ["ONE\r\n", "TWO\r\n"] {
        let mut answer = String::new();
        answers.read_line(&mut answer).unwrap();
        assert_eq!(answer, expected);
    }
}

#[test]
fn datagrams_pass_through_a_program_as_frames() {
    let (_cat, at) = listening(&["exec:cat", "+frame,checksum=crc32"]);
    let socket = peer(at);
    for size in [0, 1, 8_193, 65_507] {
        let message: Vec<u8> = (0..size).map(|i| i as u8).collect();
        socket.send(&message).unwrap();
        assert!(receive(&socket) == message, "{size} bytes");
    }
}

#[test]
fn connect_reads_and_writes_lines_whatever_ends_them_there() {
    let upper = Program::ready(&["listen", "127.0.0.1:0", "+line,hex", "upper:"]);
    let to = upper.listening().to_string();
    let mut command = sockeye(&["connect", &to, "+line,hex"]);
    let mut connect = Program::start(command.stdin(Stdio::piped()));
    connect.stdin().write_all(b"one\ntwo\n").unwrap();
    assert!(connect.wait().success());
    assert_eq!(connect.stdout.all(), ["ONE", "TWO"]);
}

#[test]
fn a_frame_that_is_cut_is_an_error() {
    let (_echo, at) = listening(&["echo:"]);
    let to = format!("udp://{at}");
    let mut frames = Program::ready(&["listen", "--once", "127.0.0.1:0", "+frame", &to]);
    let mut stream = TcpStream::connect(frames.listening()).unwrap();
    stream.write_all(b"\x00\x00\x00\x09cut").unwrap();
    drop(stream);
    assert_eq!(frames.wait().code(), Some(56));
    frames
        .stderr
        .wait_for_text("the stream ended within a message");
}

#[test]
fn who_sends_what_cannot_be_read_is_reset() {
    for service in ["upper:", "discard:", "broadcast:room"] {
        let mut listen =
            Program::ready(&["listen", "--once", "127.0.0.1:0", "+line,max=10", service]);
        let mut stream = TcpStream::connect(listen.listening()).unwrap();
        stream.set_read_timeout(Some(DEADLINE)).unwrap();
        stream.write_all(b"more than ten bytes\n").unwrap();
        let end = stream.read(&mut [0]).unwrap_err();
        assert_eq!(end.kind(), ErrorKind::ConnectionReset, "{service}");
        assert_eq!(listen.wait().code(), Some(56), "{service}");
        listen
            .stderr
            .wait_for_text("a message of more than 10 bytes");
    }
}
