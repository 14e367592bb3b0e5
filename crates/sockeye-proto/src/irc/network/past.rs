//! Who has been on the network: the memory behind WHOWAS.

use alloc::collections::VecDeque;
use alloc::string::String;

use super::Session;

/// Clients that have left or taken another nick, latest first; lost with the process.
#[derive(Debug, Default)]
pub(crate) struct Past(VecDeque<Absent>);

/// One of them, as it was.
#[derive(Debug)]
pub(crate) struct Absent {
    folded: String,
    pub(crate) nick: String,
    pub(crate) user: String,
    pub(crate) host: String,
    pub(crate) realname: String,
    pub(crate) account: Option<String>,
    /// When it left the nick.
    pub(crate) left_ms: u64,
}

impl Past {
    /// Remembers that a client gives up its nick.
    pub(crate) fn remember(&mut self, session: &Session, left_ms: u64) {
        self.0.truncate(ABSENT_MAX - 1);
        self.0.push_front(Absent {
            folded: session.folded.clone(),
            nick: session.nick.clone(),
            user: session.user.clone(),
            host: session.host.clone(),
            realname: session.realname.clone(),
            account: session.account.as_ref().map(|account| account.name.clone()),
            left_ms,
        });
    }

    /// Returns who had a nick, latest first.
    pub(crate) fn of(&self, folded: &str) -> impl Iterator<Item = &Absent> {
        self.0.iter().filter(move |absent| absent.folded == folded)
    }
}

/// How many are remembered: some 300 bytes each.
const ABSENT_MAX: usize = 1_000;
