//! Running other programs.

use std::path::Path;
use std::process::{Command, Stdio};

use crate::Outcome;

/// Returns a `cargo` command that runs in `root`: the cargo that runs this chore.
pub(crate) fn cargo(root: &Path) -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(root);
    command
}

/// Runs a command with this terminal's input and output.
pub(crate) fn run(command: &mut Command) -> Outcome {
    let status = command
        .status()
        .map_err(|why| format!("{}: {why}", name(command)))?;
    match status.success() {
        true => Ok(()),
        false => Err(format!("{}: {status}", name(command))),
    }
}

/// Runs a command and returns what it printed; what it says on stderr goes to the terminal.
pub(crate) fn output(command: &mut Command) -> Result<String, String> {
    let output = command
        .stderr(Stdio::inherit())
        .output()
        .map_err(|why| format!("{}: {why}", name(command)))?;
    match output.status.success() {
        true => Ok(String::from_utf8_lossy(&output.stdout).into_owned()),
        false => Err(format!("{}: {}", name(command), output.status)),
    }
}

/// Returns the command line as a person would type it, shortened to the program and its arguments.
fn name(command: &Command) -> String {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    words
        .map(|word| word.to_string_lossy())
        .collect::<Vec<_>>()
        .join(" ")
}
