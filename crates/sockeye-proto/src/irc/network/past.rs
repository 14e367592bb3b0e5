//! Who has been on the network: the memory behind WHOWAS.

use alloc::collections::VecDeque;
use alloc::string::String;

use super::Client;

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
    pub(crate) fn remember(&mut self, client: &Client, left_ms: u64) {
        self.0.truncate(ABSENT_MAX - 1);
        self.0.push_front(Absent {
            folded: client.folded.clone(),
            nick: client.nick.clone(),
            user: client.user.clone(),
            host: client.host.clone(),
            realname: client.realname.clone(),
            account: client.account.as_ref().map(|account| account.name.clone()),
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
