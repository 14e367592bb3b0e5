//! Asking for a password without echo: a new one twice at a terminal, once from a pipe.

use std::io::{self, IsTerminal, Read, Write};

use rustix::termios::{
    LocalModes, OptionalActions, SpecialCodeIndex, Termios, tcgetattr, tcsetattr,
};
use sockeye::{Error, ErrorKind};

/// Asks for a new password.
pub(crate) fn new() -> Result<String, Error> {
    if !io::stdin().is_terminal() {
        return line();
    }
    let password = ask("password: ")?;
    match ask("once more: ")? == password {
        true => Ok(password),
        false => Err(refused("the two are different")),
    }
}

/// Asks for a password that there is.
pub(crate) fn known() -> Result<String, Error> {
    match io::stdin().is_terminal() {
        true => ask("password: "),
        false => line(),
    }
}

fn ask(prompt: &str) -> Result<String, Error> {
    let _silence = Silence::new().map_err(refused)?;
    let mut stderr = io::stderr();
    // Without a prompt the reader still knows what was asked for.
    let _ = stderr.write_all(prompt.as_bytes());
    let line = line();
    let _ = stderr.write_all(b"\n");
    line
}

/// Reads a line of standard input, without its end.
fn line() -> Result<String, Error> {
    let mut line = Vec::new();
    for byte in io::stdin().lock().bytes().take(LINE_BYTES_MAX) {
        match byte.map_err(refused)? {
            b'\n' => break,
            INTERRUPT => return Err(refused("interrupted")),
            byte => line.push(byte),
        }
    }
    let mut text = String::from_utf8(line).map_err(|_| refused("it is not UTF-8"))?;
    text.truncate(text.trim_end_matches('\r').len());
    match text.is_empty() {
        true => Err(refused("a password is wanted on standard input")),
        false => Ok(text),
    }
}

fn refused(cause: impl std::fmt::Display) -> Error {
    Error::new(ErrorKind::ConfigUsage, "password", "", cause)
}

/// A terminal that shows nothing of what is typed; dropping it restores it.
///
/// Signals from the keyboard are off meanwhile, for one would leave the terminal silent: Ctrl-C ends
/// the line instead.
struct Silence(Termios);

impl Silence {
    fn new() -> io::Result<Self> {
        let before = tcgetattr(io::stdin())?;
        let mut silent = before.clone();
        silent
            .local_modes
            .remove(LocalModes::ECHO | LocalModes::ISIG);
        silent.special_codes[SpecialCodeIndex::VEOL] = INTERRUPT;
        tcsetattr(io::stdin(), OptionalActions::Flush, &silent)?;
        Ok(Self(before))
    }
}

impl Drop for Silence {
    fn drop(&mut self) {
        // The terminal may be gone; then there is nothing to restore.
        let _ = tcsetattr(io::stdin(), OptionalActions::Now, &self.0);
    }
}

/// What Ctrl-C sends.
const INTERRUPT: u8 = 3;
/// Longest line that is read, bytes: longer than any password that is accepted.
const LINE_BYTES_MAX: usize = 1_024;
