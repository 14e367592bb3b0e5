//! Clients that stay on the network without connections, while their accounts are there and not
//! banned.

use std::collections::BTreeSet;
use std::sync::Arc;

use sockeye_proto::irc::id::AccountId;
use sockeye_proto::irc::input::Input;
use sockeye_proto::irc::pipeline::Pipeline;
use tokio::sync::oneshot;

use super::Shared;
use super::core::Ask;
use crate::state::{Accounts, Suspect};

/// A client that stays.
#[derive(Debug)]
pub(super) struct Resident {
    account: AccountId,
    /// The account's name.
    name: String,
    nick: String,
    user: String,
    host: String,
}

impl Resident {
    /// Returns what bans look at; it has no address.
    pub(super) fn suspect(&self) -> Suspect<'_> {
        Suspect {
            account: Some(&self.name),
            source: Some((&self.nick, &self.user, &self.host)),
            ..Suspect::default()
        }
    }

    /// Returns what sends it away.
    pub(super) fn retire(&self, reason: &str) -> Input {
        Input::Retire {
            account: self.account,
            reason: reason.to_owned(),
        }
    }
}

/// Returns all that stay.
pub(super) fn residents(pipeline: &Pipeline) -> Vec<Resident> {
    let staying = pipeline.staying();
    let residents = staying.map(|client| Resident {
        account: client.account,
        name: client.name.to_owned(),
        nick: client.nick.to_owned(),
        user: client.user.to_owned(),
        host: client.host.to_owned(),
    });
    residents.collect()
}

/// Sends away, at the start and whenever accounts come or go, who stays for an account that is gone
/// or banned, until the core stops.
pub(super) async fn retire(shared: Arc<Shared>, accounts: Accounts) {
    let mut changes = accounts.changes();
    loop {
        let (answer, answered) = oneshot::channel();
        if shared.asks.send(Ask::Staying(answer)).await.is_err() {
            return;
        }
        let Ok(residents) = answered.await else {
            return;
        };
        let away = away(&shared, &accounts, &residents).await;
        if !away.is_empty() && shared.asks.send(Ask::Inputs(away)).await.is_err() {
            return;
        }
        tokio::select! {
            changed = changes.changed() => if changed.is_err() { return },
            () = shared.asks.closed() => return,
        }
    }
}

/// The accounts are read after the residents were, so who is not among them is gone for good.
async fn away(shared: &Shared, accounts: &Accounts, residents: &[Resident]) -> Vec<Input> {
    if residents.is_empty() {
        return Vec::new();
    }
    let known: BTreeSet<AccountId> = match accounts.list().await {
        Ok(all) => all.into_iter().map(|account| account.id).collect(),
        Err(error) => {
            tracing::error!("clients of accounts that are gone may stay: {error}");
            return Vec::new();
        }
    };
    let away = residents.iter().filter_map(|resident| {
        if !known.contains(&resident.account) {
            return Some(resident.retire("Account removed"));
        }
        let ban = shared.ban_of(&resident.suspect())?;
        Some(resident.retire(&format!("Banned: {}", ban.reason)))
    });
    away.collect()
}
