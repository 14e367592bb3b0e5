//! What is kept of who did what: see [`Deed`].

use alloc::format;
use alloc::string::String;

use super::{Client, Effects, Network};
use crate::irc::deed::{Act, Deed};
use crate::irc::id::ClientId;
use crate::irc::input::Output;

/// Whom or what an act is done to, and what else there is to say of it.
#[derive(Debug, Default)]
pub(crate) struct Whom {
    on: String,
    account: Option<String>,
    detail: String,
}

impl Whom {
    /// An account.
    pub(crate) fn account(name: &str) -> Self {
        Self {
            on: name.into(),
            account: Some(name.into()),
            detail: String::new(),
        }
    }

    /// A client, where it comes from included: it may be gone when this is read.
    pub(crate) fn client(client: &Client, network: &Network, detail: &str) -> Self {
        let Client {
            nick, user, host, ..
        } = client;
        let mut links = network
            .sessions_of(client.id)
            .map(|session| &session.link.address);
        let address = links.find_map(Option::as_ref);
        let account = client.account.as_ref();
        Self {
            on: format!("{nick}!{user}@{}", address.unwrap_or(host)),
            account: account.map(|account| account.name.clone()),
            detail: detail.into(),
        }
    }

    /// A channel, and the account that gets it.
    pub(crate) fn channel(name: &str, holder: Option<&str>) -> Self {
        Self {
            on: name.into(),
            account: holder.map(String::from),
            detail: holder.map_or_else(String::new, |holder| format!("to {holder}")),
        }
    }

    /// A channel, or something else.
    pub(crate) fn other(on: &str, detail: &str) -> Self {
        Self {
            on: on.into(),
            account: None,
            detail: detail.into(),
        }
    }
}

impl Network {
    /// Has an act of a client kept in the hub's audit log.
    pub(crate) fn record_act(
        &self,
        act: Act,
        by: ClientId,
        target: Whom,
        effects: &mut Effects<'_>,
    ) {
        let Some(by) = self.clients.find(by) else {
            return;
        };
        let session = self.sessions.find(effects.replies.to());
        let Whom {
            on,
            account,
            detail,
        } = target;
        effects.outputs.push(Output::Record(Deed {
            act,
            by: by.signature().into(),
            from: session.and_then(|session| session.link.address.clone()),
            on,
            account,
            detail,
        }));
    }
}
