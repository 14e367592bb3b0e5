//! What the proxies of a hub share: its accounts, its audit log, and what is counted.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use sockeye_proto::irc::settings::CaseMapping;
use sockeye_proto::limit::Bucket;

use super::config::{Config, Listen};
use super::status::ProxyStatus;
use crate::service::Policy;
use crate::service::proxy::{Credentials, Denied, Ledger, Login, Reason, Rule};
use crate::state::{Accounts, Act, Actor, Audit, AuditEntry, LoginError, Password, Permissions};

/// What the proxies of a hub share.
#[derive(Debug)]
pub(super) struct Proxies {
    accounts: Accounts,
    casemapping: CaseMapping,
    /// The rules that the next listeners are given.
    rules: Arc<[Rule]>,
    ledger: Arc<Ledger>,
}

impl Proxies {
    pub(super) fn new(accounts: &Accounts, casemapping: CaseMapping, audit: &Audit) -> Self {
        let ledger = Ledger::default();
        let (audit, notes) = (audit.clone(), Notes::default());
        ledger.observe(move |denied| {
            if let Some(entry) = notes.entry(denied) {
                audit.note(entry);
            }
        });
        Self {
            accounts: accounts.clone(),
            casemapping,
            rules: Arc::default(),
            ledger: Arc::new(ledger),
        }
    }

    /// Takes over the rules of a configuration, for the listeners that are bound next.
    pub(super) fn configure(&mut self, config: &Config) {
        let mapping = self.casemapping;
        let compared = |rule: &Rule| Rule {
            accounts: rule
                .accounts
                .iter()
                .map(|name| folded(mapping, name))
                .collect(),
            ..rule.clone()
        };
        self.rules = config.proxy.rules.iter().map(compared).collect();
    }

    /// Returns who may go where by way of a listener.
    pub(super) fn policy(&self, listen: &Listen) -> Policy {
        let policy = match listen.open {
            true => Policy::open(),
            false => Policy::with_login(self.login()),
        };
        policy
            .with_rules(Arc::clone(&self.rules))
            .with_ledger(Arc::clone(&self.ledger))
            .guarding_inside(!listen.at.is_of_this_machine())
    }

    pub(super) fn ledger(&self) -> &Ledger {
        &self.ledger
    }

    /// Returns what was refused since the start, where there was a proxy.
    pub(super) fn status(&self) -> ProxyStatus {
        let counts = self.ledger.denied().into_iter();
        let denied = counts.filter(|count| count.times > 0);
        ProxyStatus {
            denied: denied
                .map(|count| (count.reason.name().to_owned(), count.times))
                .collect(),
        }
    }

    /// Returns what verifies names and passwords against the hub's accounts.
    fn login(&self) -> Login {
        let (accounts, mapping) = (self.accounts.clone(), self.casemapping);
        Login::by(move |credentials| verified(accounts.clone(), mapping, credentials))
    }
}

async fn verified(
    accounts: Accounts,
    mapping: CaseMapping,
    Credentials {
        name,
        password,
        source,
    }: Credentials,
) -> Result<String, Denied> {
    let password = Password::from(password);
    let account = match accounts.verify_password(&name, &password, source).await {
        Ok(account) => account,
        Err(error) => {
            let reason = match error {
                LoginError::PeerDenied => Reason::Login,
                LoginError::PeerBusy => Reason::Busy,
                _ => Reason::Unavailable,
            };
            return Err(Denied::new(reason, error.to_string()));
        }
    };
    let name = folded(mapping, &account.name);
    match account.permissions.contains(Permissions::PROXY) {
        true => Ok(name),
        false => {
            let why = "this account may not use the proxy";
            Err(Denied::new(Reason::Permission, why).of(&name))
        }
    }
}

/// Returns what a name of an account is compared by.
fn folded(mapping: CaseMapping, name: &str) -> String {
    mapping.fold(name).unwrap_or_else(|| name.to_owned())
}

/// What gets into the audit log, which none can fill.
#[derive(Debug)]
struct Notes {
    started: Instant,
    accounts: Mutex<BTreeMap<String, Bucket>>,
}

impl Default for Notes {
    fn default() -> Self {
        Self {
            started: Instant::now(),
            accounts: Mutex::default(),
        }
    }
}

impl Notes {
    /// Returns what is kept of a refusal: what an account was refused, some of it where that is much. All
    /// are counted, and logins that fail are in the audit log as such.
    fn entry(&self, denied: &Denied) -> Option<AuditEntry> {
        let account = denied.account.as_deref()?;
        let mut accounts = self.accounts.lock().unwrap_or_else(PoisonError::into_inner);
        let key = match accounts.len() < ACCOUNTS_MAX || accounts.contains_key(account) {
            true => account,
            false => "",
        };
        let new = || Bucket::new(NOTES_BURST, NOTES_INTERVAL);
        let bucket = accounts.entry(key.to_owned()).or_insert_with(new);
        bucket.take(self.started.elapsed()).ok()?;
        let from = denied.from.map(|from| from.to_string());
        let actor = Actor::new(account, from.unwrap_or_default());
        let on = denied.on.as_deref().unwrap_or("proxy");
        Some(AuditEntry::of(Act::Denied, actor, on, &denied.why))
    }
}

/// Refusals of one account that are noted at once.
const NOTES_BURST: u32 = 20;

/// One more each.
const NOTES_INTERVAL: Duration = Duration::from_secs(10);

/// Accounts that are told apart in that.
const ACCOUNTS_MAX: usize = 1_024;
