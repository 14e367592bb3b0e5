//! `sockeye serve` as a person and an operator meet it: the real program, on ports of the system's
//! choice.

mod backup;
mod balance;
mod devices;
mod doors;
mod moderate;
mod operate;
mod proxy;
mod refuse;
mod reload;
mod start;
mod takeover;
mod web;

use std::net::{SocketAddr, TcpStream};
use std::path::Path;
use std::process::{Command, Stdio};

use socket2::{Domain, Socket, Type};

use crate::support::client::Client;
use crate::support::program::{Program, sockeye};

/// Returns a command that runs the program for a user called `ali`.
fn sockeye_of_ali(args: &[&str]) -> Command {
    let mut command = sockeye(args);
    command.env("USER", "ali");
    command
}

/// Starts a hub without a file and waits until it is ready.
fn start(data: &Path) -> Program {
    started(sockeye_of_ali(&["serve", "--port-base", "0", "--data"]).arg(data))
}

/// Starts a hub with a file, which is written to `hub.toml` beside its data.
fn start_with_file(dir: &Path, file: &str) -> Program {
    let config = dir.join("hub.toml");
    std::fs::write(&config, file).unwrap();
    let mut command = sockeye_of_ali(&["serve", "--data"]);
    started(command.arg(dir.join("data")).arg("--config").arg(config))
}

fn started(command: &mut Command) -> Program {
    let program = Program::start(command);
    program.stderr.wait_for_text("ready");
    program
}

/// Runs a verb on a data directory to its end, with `input` to read; returns what it wrote and its
/// exit code.
fn run(args: &[&str], data: &Path, input: &str) -> Ran {
    use std::io::Write;
    let mut command = sockeye_of_ali(args);
    command.arg("--data").arg(data).stdin(Stdio::piped());
    let mut program = Program::start(&mut command);
    program.stdin().write_all(input.as_bytes()).unwrap();
    Ran::of(program)
}

/// What a run came to.
struct Ran {
    code: Option<i32>,
    stdout: String,
    stderr: String,
}

impl Ran {
    fn of(mut program: Program) -> Self {
        let code = program.wait().code();
        let [stdout, stderr] =
            [&program.stdout, &program.stderr].map(|lines| lines.all().join("\n"));
        Self {
            code,
            stdout,
            stderr,
        }
    }

    /// Returns what it wrote to standard output, once it has done what was asked.
    fn ok(self) -> String {
        assert_eq!(self.code, Some(0), "{}", self.stderr);
        self.stdout
    }

    /// Returns what it wrote to standard error, once it has refused with this code.
    fn refused(self, code: i32) -> String {
        assert_eq!(self.code, Some(code), "{}", self.stderr);
        self.stderr
    }
}

/// Ends a hub as an operator does.
fn stop(mut hub: Program) {
    hub.signal(rustix::process::Signal::TERM);
    assert_eq!(hub.wait().code(), Some(0), "{:#?}", hub.stderr.all());
}

/// Logs in and returns the numeric that this got; the connection is closed.
fn login(to: SocketAddr, account: &str, password: &str) -> String {
    use base64::Engine;
    let plain = format!("\0{account}\0{password}");
    let plain = base64::engine::general_purpose::STANDARD.encode(plain);
    let mut client = Client::connect(to);
    client.send("CAP REQ :sasl");
    client.wait_for(" ACK ");
    client.send("AUTHENTICATE PLAIN");
    client.wait_for("AUTHENTICATE +");
    client.send(&format!("AUTHENTICATE {plain}"));
    loop {
        let line = client.line().expect("an answer to the login");
        if let Some(numeric @ ("903" | "904" | "905")) = line.split(' ').nth(1) {
            return numeric.to_owned();
        }
    }
}

/// Connects from another address of this machine.
fn connect_from(ip: [u8; 4], to: SocketAddr) -> TcpStream {
    let socket = Socket::new(Domain::IPV4, Type::STREAM, None).unwrap();
    socket.bind(&SocketAddr::from((ip, 0)).into()).unwrap();
    socket.connect(&to.into()).unwrap();
    socket.into()
}

/// Returns where the hub listens on this IP address.
fn listening_on(hub: &Program, ip: &str) -> SocketAddr {
    hub.stderr.wait_for(ip, |line| {
        let at = line.strip_prefix("listening on tcp://")?;
        let at = at.split(' ').next().filter(|at| at.starts_with(ip))?;
        at.parse().ok()
    })
}
