//! Logging in while on the network; the connection has verified the account.

use crate::irc::event::Stamp;
use crate::irc::id::SessionId;
use crate::irc::input::AccountRef;
use crate::irc::network::{Effects, Intent, Network, Refusal};

/// Becoming known under an account.
#[derive(Debug)]
pub(crate) struct LogIn {
    pub(crate) session: SessionId,
    pub(crate) account: AccountRef,
}

impl Intent for LogIn {
    type Change = ();

    fn plan(&self, _network: &Network) -> Result<(), Refusal> {
        Ok(())
    }

    fn commit(self, (): (), _stamp: &Stamp, network: &mut Network, _effects: &mut Effects<'_>) {
        if let Some(session) = network.sessions.find_mut(self.session) {
            session.account = Some(self.account);
        }
    }
}
