//! zstd: what it compresses is read, and it reads what is compressed here.

use std::fs;
use std::io::Write;
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
    for level in ["1", "3", "19"] {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let to = listener.local_addr().unwrap().to_string();
        let mut client = sockeye(&["connect", &to, &format!("+zstd,level={level}")]);
        client.stdin(fs::File::open(&plain).unwrap());
        let mut client = Program::start(&mut client);
        let (stream, _) = listener.accept().unwrap();
        let mut zstd = Command::new("zstd");
        zstd.args(["-dc"])
            .stdin(Stdio::from(std::os::fd::OwnedFd::from(stream)));
        let read = zstd.output().unwrap();
        // The command keeps what it gave to its process.
        drop(zstd);
        assert!(read.status.success() && read.stdout == sent, "{level}");
        assert!(client.wait().success(), "{:?}", client.stderr.all());
    }
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
