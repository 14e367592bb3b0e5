//! Python's socket and ssl modules at either end.

use std::io::Write;
use std::process::{Command, Stdio};

use crate::support::program::{Program, sockeye};

fn python(script: &str, args: &[&str]) -> Program {
    let mut python = Command::new("python3");
    python.args(["-c", script]).args(args).stdin(Stdio::null());
    Program::start(&mut python)
}

/// Speaks in pieces, ends its direction, and prints what comes back.
const CLIENT: &str = "
import socket, ssl, sys
sock = socket.create_connection(('127.0.0.1', int(sys.argv[1])))
if sys.argv[2] == 'tls':
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    sock = context.wrap_socket(sock, server_hostname='localhost')
for piece in (b'pieces ', b'of ', b'a line\\n'):
    sock.sendall(piece)
if sys.argv[2] == 'tcp':
    sock.shutdown(socket.SHUT_WR)
answer = b''
while not answer.endswith(b'\\n'):
    answer += sock.recv(4096)
print(answer.decode(), end='')
";

#[test]
#[ignore = "needs python3"]
fn sockets_and_tls_of_python_are_answered() {
    for (how, served) in [
        ("tcp", &["exec:tr a-z A-Z"][..]),
        ("tls", &["+tls,self-signed", "upper:"]),
    ] {
        let args = [&["listen", "127.0.0.1:0"], served].concat();
        let program = Program::ready(&args);
        let mut client = python(CLIENT, &[&program.listening().port().to_string(), how]);
        assert!(client.wait().success(), "{:?}", client.stderr.all());
        assert_eq!(client.stdout.all(), ["PIECES OF A LINE"]);
    }
}

/// Accepts one connection, reads it to its end, and only then answers.
const SERVER: &str = "
import socket
listener = socket.create_server(('127.0.0.1', 0))
print(listener.getsockname()[1], flush=True)
sock, _ = listener.accept()
heard = b''
while piece := sock.recv(4096):
    heard += piece
sock.sendall(heard.upper())
sock.close()
";

#[test]
#[ignore = "needs python3"]
fn connect_hears_what_a_server_of_python_says_after_the_end() {
    let mut server = python(SERVER, &[]);
    let port = server
        .stdout
        .wait_for("its port", |line| line.parse::<u16>().ok());
    let mut client = sockeye(&["connect", &format!("127.0.0.1:{port}")]);
    let mut client = Program::start(client.stdin(Stdio::piped()));
    client.stdin().write_all(b"whisper\n").unwrap();
    assert!(client.wait().success());
    assert_eq!(client.stdout.all(), ["WHISPER"]);
    assert!(server.wait().success());
}
