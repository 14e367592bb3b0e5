//! A hub in a process of its own, on ports that the kernel chooses.

use std::net::SocketAddr;
use std::path::Path;
use std::process::{Command, ExitStatus};

use rustix::process::Signal;

use super::program::{Program, sockeye};

/// A running `sockeye serve`.
#[derive(Debug)]
pub(crate) struct Hub {
    program: Program,
    /// Where chat clients connect.
    pub(crate) chat: SocketAddr,
}

impl Hub {
    /// Starts a hub with its defaults on a data directory and waits until it is ready.
    pub(crate) fn start(data: &Path) -> Self {
        Self::started(&mut Self::command(data))
    }

    /// Returns the command that [`Hub::start`] runs.
    pub(crate) fn command(data: &Path) -> Command {
        let mut command = sockeye(&["serve", "--port-base", "0", "--data"]);
        command.arg(data);
        command
    }

    /// Starts a command that becomes a hub and waits until it is ready.
    pub(crate) fn started(command: &mut Command) -> Self {
        let program = Program::start(command);
        program
            .stderr
            .wait_for("`ready`", |line| (line == "ready").then_some(()));
        let chat = program.listening();
        Self { program, chat }
    }

    /// Kills it with SIGKILL and waits until it is gone.
    pub(crate) fn kill(self) {
        self.program.kill();
    }

    /// Asks it to end, with SIGTERM, and waits.
    pub(crate) fn stop(mut self) -> ExitStatus {
        self.program.signal(Signal::TERM);
        self.program.wait()
    }
}
