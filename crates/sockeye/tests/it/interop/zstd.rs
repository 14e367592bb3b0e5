//! zstd: what it compresses is read, and it reads what is compressed here.

use std::fs;
use std::io::{Read, Write};
use std::net::TcpListener;
use std::process::{Command, Stdio};

use tempfile::TempDir;

use crate::support::program::{Program, sockeye};
use crate::support::until::until;

/// A text that is worth compressing.
fn text() -> Vec<u8> {
    (0..200_000u32)
        .flat_map(|i| format!("{} fish\n", i % 977).into_bytes())
        .collect()
}

#[test]
#[ignore = "needs zstd"]
fn the_command_reads_what_is_sent_at_every_level() {
    let dir = TempDir::new().unwrap();
    let (plain, sent) = (dir.path().join("plain"), text());
    fs::write(&plain, &sent).unwrap();
    for settings in [
        "level=1",
        "level=3,window=1K",
        "level=19",
        "level=19,window=8M",
    ] {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let to = listener.local_addr().unwrap().to_string();
        let mut client = sockeye(&["connect", &to, &format!("+zstd,{settings}")]);
        client.stdin(fs::File::open(&plain).unwrap());
        let mut client = Program::start(&mut client);
        let (stream, _) = listener.accept().unwrap();
        let mut zstd = Command::new("zstd");
        zstd.args(["-dc"])
            .stdin(Stdio::from(std::os::fd::OwnedFd::from(stream)));
        let read = zstd.output().unwrap();
        // The command keeps what it gave to its process.
        drop(zstd);
        assert!(read.status.success() && read.stdout == sent, "{settings}");
        assert!(client.wait().success(), "{:?}", client.stderr.all());
    }
}

#[test]
#[ignore = "needs zstd"]
fn the_command_reads_on_behind_a_pause_and_misses_what_is_cut_there() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let to = listener.local_addr().unwrap().to_string();
    let mut client = sockeye(&["connect", &to, "+zstd"]);
    client.stdin(Stdio::piped());
    let mut client = Program::start(&mut client);
    let mut keyboard = client.stdin();
    keyboard.write_all(b"before\n").unwrap();
    let (mut stream, _) = listener.accept().unwrap();
    let mut sent = Vec::new();
    // The first bytes of the next frame (RFC 8878 section 3.1.1).
    while !(sent.len() > 4 && sent.ends_with(b"\x28\xb5\x2f\xfd")) {
        let mut room = [0; 100];
        let count = stream.read(&mut room).unwrap();
        assert!(count > 0);
        sent.extend(&room[..count]);
    }
    let (whole, _) = decompressed(&sent);
    assert!(!whole, "a connection that is cut in a pause");
    keyboard.write_all(b"after\n").unwrap();
    drop(keyboard);
    stream.read_to_end(&mut sent).unwrap();
    assert_eq!(decompressed(&sent), (true, b"before\nafter\n".to_vec()));
    drop(stream);
    assert!(client.wait().success(), "{:?}", client.stderr.all());
}

/// Tells whether the command takes bytes for whole, and what it makes of them.
fn decompressed(bytes: &[u8]) -> (bool, Vec<u8>) {
    let mut zstd = Command::new("zstd");
    zstd.arg("-dc")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null());
    let mut zstd = zstd.spawn().unwrap();
    zstd.stdin.take().unwrap().write_all(bytes).unwrap();
    let read = zstd.wait_with_output().unwrap();
    (read.status.success(), read.stdout)
}

#[test]
#[ignore = "needs zstd"]
fn what_the_command_writes_is_read_and_a_part_of_it_is_no_whole() {
    let dir = TempDir::new().unwrap();
    let (sent, out) = (text(), dir.path().join("out"));
    for level in ["-1", "-19", "--long=23"] {
        let mut zstd = Command::new("zstd");
        zstd.args(["-c", level])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped());
        let mut zstd = zstd.spawn().unwrap();
        let (mut stdin, input) = (zstd.stdin.take().unwrap(), sent.clone());
        let writer = std::thread::spawn(move || stdin.write_all(&input).unwrap());
        let compressed = zstd.wait_with_output().unwrap().stdout;
        writer.join().unwrap();
        for (part, whole) in [(compressed.len(), true), (compressed.len() / 2, false)] {
            let file = format!("file:{}", out.display());
            let words = [
                "listen",
                "0",
                "+zstd",
                &file,
                "+file,create,truncate",
                "--once",
            ];
            let mut listener = Program::ready(&words);
            let mut stream = std::net::TcpStream::connect(listener.listening()).unwrap();
            stream.write_all(&compressed[..part]).unwrap();
            stream.shutdown(std::net::Shutdown::Write).unwrap();
            let code = listener.wait().code();
            if whole {
                assert_eq!(code, Some(0), "{level}: {:?}", listener.stderr.all());
                let written = until("the file", || fs::read(&out).ok());
                assert!(written == sent, "{level}");
            } else {
                assert_eq!(code, Some(56), "{level}");
                listener
                    .stderr
                    .wait_for_text("ended within a frame of zstd");
            }
        }
    }
}
