//! The `sockeye` program, or one beside it, as a process that ends with its test.

use std::net::SocketAddr;
use std::process::{Child, ChildStdin, Command, ExitStatus, Stdio};

use rustix::process::{Pid, Signal, kill_process};

use super::lines::Lines;
use super::until::until;

/// A running process; killed and waited for when dropped.
#[derive(Debug)]
pub(crate) struct Program {
    child: Child,
    /// What it writes to standard output.
    pub(crate) stdout: Lines,
    /// What it writes to standard error.
    pub(crate) stderr: Lines,
}

/// Returns a command that runs the program under test, with nothing to read.
pub(crate) fn sockeye(args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_sockeye"));
    command.args(args).stdin(Stdio::null()).env("NO_COLOR", "1");
    command
}

impl Program {
    /// Starts a command and reads all that it writes.
    pub(crate) fn start(command: &mut Command) -> Self {
        let mut child = command
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap_or_else(|why| panic!("{:?}: {why}", command.get_program()));
        let stdout = Lines::read(child.stdout.take().unwrap());
        let stderr = Lines::read(child.stderr.take().unwrap());
        Self {
            child,
            stdout,
            stderr,
        }
    }

    /// Starts `sockeye` and waits until it is ready.
    pub(crate) fn ready(args: &[&str]) -> Self {
        let program = Self::start(&mut sockeye(args));
        program
            .stderr
            .wait_for("`ready`", |line| (line == "ready").then_some(()));
        program
    }

    /// Returns the address of its first TCP listener.
    pub(crate) fn listening(&self) -> SocketAddr {
        self.stderr.wait_for("a TCP listener", |line| {
            line.strip_prefix("listening on tcp://")?
                .split_whitespace()
                .next()?
                .parse()
                .ok()
        })
    }

    /// Returns its process id.
    pub(crate) fn pid(&self) -> Pid {
        Pid::from_child(&self.child)
    }

    /// Takes its standard input, if the command had it piped; dropping it is the end of input.
    pub(crate) fn stdin(&mut self) -> ChildStdin {
        self.child.stdin.take().unwrap()
    }

    /// Sends a signal.
    pub(crate) fn signal(&self, signal: Signal) {
        kill_process(self.pid(), signal).unwrap();
    }

    /// Waits for its end.
    pub(crate) fn wait(&mut self) -> ExitStatus {
        until("the process's end", || self.child.try_wait().unwrap())
    }

    /// Ends it as a power cut would: it gets no chance to do anything.
    pub(crate) fn kill(mut self) {
        self.signal(Signal::KILL);
        self.wait();
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        // Both only fail when it has ended, which is what is wanted.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
