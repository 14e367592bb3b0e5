//! `fd:`: descriptors that the parent process hands over, and none that a child gets.

use std::fs::File;
use std::os::fd::OwnedFd;
use std::os::unix::net::{UnixDatagram, UnixStream};

use socket2::{Domain, SockAddr, Socket, Type};

use super::*;
use crate::support::program::Program;

/// Returns a command that runs `sockeye` with this descriptor as its third, known by a name, too.
fn with(descriptor: impl Into<OwnedFd>, args: &[&str]) -> Command {
    let mut command = Command::new("sh");
    let script = "export LISTEN_PID=$$; exec \"$@\" 3<&0 0</dev/null";
    command
        .args(["-c", script, "sh", env!("CARGO_BIN_EXE_sockeye")])
        .args(args)
        .env("LISTEN_FDS", "1")
        .env("LISTEN_FDNAMES", "web")
        .env("NO_COLOR", "1")
        .stdin(Stdio::from(descriptor.into()));
    command
}

fn ready(descriptor: impl Into<OwnedFd>, args: &[&str]) -> Program {
    let program = Program::start(&mut with(descriptor, args));
    program
        .stderr
        .wait_for("`ready`", |line| (line == "ready").then_some(()));
    program
}

/// Returns what `sockeye` says when it refuses.
fn refused(mut command: Command) -> String {
    let output = command.output().unwrap();
    assert_eq!(output.status.code(), Some(2), "{}", stderr(&output));
    stderr(&output)
}

#[test]
fn a_listening_socket_is_known_by_its_number_and_by_its_name() {
    for at in ["fd:3", "fd:web"] {
        let socket = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = socket.local_addr().unwrap();
        let echo = ready(socket, &["listen", at, "echo:"]);
        assert_eq!(echo.listening(), address, "{at}");
        for _ in 0..3 {
            assert_eq!(exchange(address, b"handed over"), b"handed over");
        }
    }
}

#[test]
fn a_hub_listens_at_what_the_service_manager_hands_over() {
    let dir = tempfile::tempdir().unwrap();
    let config = dir.path().join("hub.toml");
    std::fs::write(&config, "[[listen]]\nat = \"fd:web\"\nserve = \"upper\"\n").unwrap();
    let socket = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = socket.local_addr().unwrap();
    let (config, data) = (config.to_str().unwrap(), dir.path().join("data"));
    let args = [
        "serve",
        "--config",
        config,
        "--data",
        data.to_str().unwrap(),
    ];
    let hub = ready(socket, &args);
    assert_eq!(exchange(address, b"over tcp"), b"OVER TCP");
    hub.signal(rustix::process::Signal::HUP);
    hub.stderr.wait_for_text("reloaded");
    assert_eq!(exchange(address, b"still"), b"STILL");
}

#[test]
fn sockets_of_each_kind_are_told_apart() {
    let dir = tempfile::tempdir().unwrap();
    let udp = std::net::UdpSocket::bind("127.0.0.1:0").unwrap();
    let at = udp.local_addr().unwrap();
    let echo = ready(udp, &["listen", "fd:3", "echo:"]);
    echo.stderr
        .wait_for_text(&format!("listening on udp://{at}"));
    let peer = std::net::UdpSocket::bind("127.0.0.1:0").unwrap();
    peer.set_read_timeout(Some(DEADLINE)).unwrap();
    peer.send_to(b"message", at).unwrap();
    assert_eq!(peer.recv(&mut [0; 9]).unwrap(), 7);

    for (kind, scheme) in [
        (Type::STREAM, "unix"),
        (Type::DGRAM, "unix-dgram"),
        (Type::SEQPACKET, "unix-seqpacket"),
    ] {
        let path = dir.path().join(scheme);
        let at = SockAddr::unix(&path).unwrap();
        let socket = Socket::new(Domain::UNIX, kind, None).unwrap();
        socket.bind(&at).unwrap();
        if kind != Type::DGRAM {
            socket.listen(9).unwrap();
        }
        let echo = ready(socket, &["listen", "fd:3", "echo:"]);
        let line = format!("listening on {scheme}:{}", path.display());
        echo.stderr.wait_for_text(&line);
        let mut peer = Socket::new(Domain::UNIX, kind, None).unwrap();
        let own = dir.path().join(format!("peer-{scheme}"));
        peer.bind(&SockAddr::unix(own).unwrap()).unwrap();
        peer.connect(&at).unwrap();
        peer.set_read_timeout(Some(DEADLINE)).unwrap();
        peer.send(b"message").unwrap();
        assert_eq!(peer.read(&mut [0; 9]).unwrap(), 7, "{scheme}");
        // Whoever bound it removes it.
        drop(echo);
        assert!(path.exists());
    }
}

#[test]
fn connected_sockets_and_files_are_opened() {
    let (mut near, far) = UnixStream::pair().unwrap();
    let mut relay = Program::start(&mut with(far, &["relay", "fd:3", "exec:tr a-z A-Z"]));
    near.write_all(b"to a program").unwrap();
    near.shutdown(Shutdown::Write).unwrap();
    let mut answer = String::new();
    near.set_read_timeout(Some(DEADLINE)).unwrap();
    near.read_to_string(&mut answer).unwrap();
    assert_eq!(answer, "TO A PROGRAM");
    assert!(relay.wait().success());

    let dir = tempfile::tempdir().unwrap();
    let [from, to] = ["from", "to"].map(|name| dir.path().join(name));
    std::fs::write(&from, "the whole file").unwrap();
    let copy = format!("file:{}", to.display());
    let args = ["relay", "fd:web", &copy, "+file,create"];
    let mut relay = Program::start(&mut with(File::open(&from).unwrap(), &args));
    assert!(relay.wait().success(), "{:?}", relay.stderr.all());
    assert_eq!(std::fs::read_to_string(&to).unwrap(), "the whole file");

    let (mut reader, writer) = io::pipe().unwrap();
    let copy = format!("file:{}", from.display());
    let mut relay = Program::start(&mut with(writer, &["relay", &copy, "fd:3"]));
    let mut received = String::new();
    reader.read_to_string(&mut received).unwrap();
    assert_eq!(received, "the whole file");
    assert!(relay.wait().success());
}

#[test]
fn messages_of_a_socket_pair_stay_apart() {
    let (near, far) = UnixDatagram::pair().unwrap();
    near.set_read_timeout(Some(DEADLINE)).unwrap();
    let args = ["relay", "fd:3", "+idle,1h", "exec:cat", "+frame"];
    let _relay = Program::start(&mut with(far, &args));
    for size in [1, 0, 8_193, 65_507, 200_000] {
        let message: Vec<u8> = (0..size).map(|i| i as u8).collect();
        near.send(&message).unwrap();
        let mut answer = vec![0; 200_001];
        let count = near.recv(&mut answer).unwrap();
        assert!(answer[..count] == message, "{size} bytes");
    }
}

#[test]
fn bytes_of_a_handed_over_socket_do_not_become_messages_by_chance() {
    let udp = std::net::UdpSocket::bind("127.0.0.1:0").unwrap();
    let to = format!("udp://{}", udp.local_addr().unwrap());
    let (_near, far) = UnixStream::pair().unwrap();
    let mut relay = Program::start(&mut with(far, &["relay", "fd:3", &to]));
    assert_eq!(relay.wait().code(), Some(2));
    relay
        .stderr
        .wait_for_text("+line or +frame on the bytes says");
}

#[test]
fn what_a_descriptor_is_not_is_said() {
    let file = || File::open("/dev/null").unwrap();
    let refusals = [
        (
            with(file(), &["listen", "fd:3", "echo:"]),
            "descriptor 3 is a device",
        ),
        (
            with(file(), &["listen", "fd:4", "echo:"]),
            "descriptor 4 was not handed over",
        ),
        (
            with(file(), &["connect", "fd:99"]),
            "descriptor 99 is not open",
        ),
        (
            with(file(), &["connect", "fd:1"]),
            "- is standard input and output",
        ),
        (
            with(file(), &["connect", "fd:other"]),
            "no descriptor was handed over as other",
        ),
        (
            sockeye(&["listen", "fd:web", "echo:"]),
            "no descriptors were handed over by name",
        ),
        (
            with(File::open("/").unwrap(), &["connect", "fd:3"]),
            "descriptor 3 is a directory",
        ),
        (
            with(
                TcpListener::bind("127.0.0.1:0").unwrap(),
                &["connect", "fd:3"],
            ),
            "listen fd:3",
        ),
        (
            with(UnixStream::pair().unwrap().0, &["listen", "fd:3", "echo:"]),
            "a socket that does not listen",
        ),
        (
            with(file(), &["relay", "fd:3", "fd:web"]),
            "descriptor 3 was not handed over, or is in use already",
        ),
    ];
    for (command, why) in refusals {
        let said = refused(command);
        assert!(said.contains(why), "{why}: {said}");
    }
}

#[test]
fn a_descriptor_serves_one_connection() {
    let (mut near, far) = UnixStream::pair().unwrap();
    let mut listen = ready(far, &["listen", "127.0.0.1:0", "fd:3"]);
    near.write_all(b"from here").unwrap();
    near.shutdown(Shutdown::Write).unwrap();
    assert_eq!(exchange(listen.listening(), b"from there"), b"from here");
    let mut received = String::new();
    near.read_to_string(&mut received).unwrap();
    assert_eq!(received, "from there");
    assert!(listen.wait().success());
}

#[test]
fn a_child_has_its_standard_streams_and_nothing_else() {
    let inherited = File::open("/etc/passwd").unwrap();
    let child = "sh:echo; ls /proc/$$/fd; env | grep LISTEN_; echo end; cat";
    let dir = tempfile::tempdir().unwrap();
    let log = dir.path().join("log");
    let args = ["listen", "0", child, "--access-log", log.to_str().unwrap()];
    let listen = ready(inherited, &args);
    let address = listen.listening();
    // Many sessions, each with a socket and a child's pipes.
    let mut sessions: Vec<_> = (0..SESSIONS).map(|_| dial(address)).collect();
    for session in &mut sessions {
        let mut seen = Vec::new();
        while !seen.ends_with(b"end\n") {
            let mut byte = [0];
            session.read_exact(&mut byte).unwrap();
            seen.push(byte[0]);
        }
        assert_eq!(String::from_utf8(seen).unwrap(), "\n0\n1\n2\nend\n");
    }
}

/// Sessions that are open at once.
const SESSIONS: usize = 20;
