//! A client before it is on the network: CAP, PASS, NICK, USER, AUTHENTICATE, PING, QUIT.
//!
//! Local to its connection; it has no part in shared state. After `Enter` it stays, because it
//! also answers AUTHENTICATE of a registered client.

use alloc::string::String;

use bytes::Bytes;

use super::caps::Caps;
use super::input::AccountRef;
use super::message::{LineError, Message};

/// What the connection has to do next.
#[derive(Debug)]
pub enum Step {
    /// Write these lines.
    Send(Bytes),
    /// Verify a name and a password, then call [`Registration::verified`]; take no line before.
    Verify {
        /// The account name as given.
        name: String,
        /// The password.
        password: String,
    },
    /// All is said: ask the network with `Input::Enter`; take no line before its answer.
    Enter {
        /// The wanted nick.
        nick: String,
        /// The user name, cleaned.
        user: String,
        /// The real name.
        realname: String,
        /// The capabilities.
        caps: Caps,
        /// The account, when logged in.
        account: Option<AccountRef>,
    },
    /// Write these lines, then close.
    Close(Bytes),
    /// The line is for the network: `Input::Line` (only once entered).
    Forward(Message),
    /// `Input::Reply` (once entered): the lines keep their place among the network's replies.
    Reply(Bytes),
    /// `Input::Login` (once entered), followed by `Input::Reply` with these lines.
    Login(AccountRef, Bytes),
}

/// A connection's registration.
#[derive(Debug)]
pub struct Registration {}

impl Registration {
    /// Takes one line; pushes what follows from it.
    pub fn line(&mut self, _line: Result<Message, LineError>, _steps: &mut alloc::vec::Vec<Step>) {
        unimplemented!()
    }

    /// Takes the outcome of [`Step::Verify`].
    pub fn verified(
        &mut self,
        _outcome: Result<AccountRef, VerifyError>,
        _steps: &mut alloc::vec::Vec<Step>,
    ) {
        unimplemented!()
    }

    /// The network has taken the client in.
    pub fn entered(&mut self) {
        unimplemented!()
    }

    /// The nick was refused: the next NICK tries again.
    pub fn nick_refused(&mut self) {
        unimplemented!()
    }
}

/// Why a login did not succeed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum VerifyError {
    /// Name or password is wrong; which of them is not said.
    Denied,
    /// Too many attempts: try later.
    Busy,
    /// The store could not be read.
    Unavailable,
}
