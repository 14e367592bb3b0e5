//! What operators ask of the hub through chat.

use std::fmt;
use std::sync::Arc;

use sockeye_proto::irc::account::Answer;
use sockeye_proto::irc::deed::Deed;
use sockeye_proto::irc::message::Line;
use sockeye_proto::irc::numeric::{Severity, standard_reply};

use super::Shared;
use crate::error::Error;
use crate::service::BoxFuture;
use crate::state::{AuditEntry, AuditQuery};

/// Reads the configuration again and returns what has changed.
#[derive(Clone)]
pub struct Rehash(Arc<Read>);

type Read = dyn Fn() -> BoxFuture<'static, Result<Vec<String>, Error>> + Send + Sync;

impl Rehash {
    /// Wraps what reads it.
    pub fn new(
        read: impl Fn() -> BoxFuture<'static, Result<Vec<String>, Error>> + Send + Sync + 'static,
    ) -> Self {
        Self(Arc::new(read))
    }
}

impl fmt::Debug for Rehash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Rehash")
    }
}

/// Carries out a REHASH beside the core, and tells the operator what came of it.
pub(super) async fn rehash(shared: &Shared) -> Answer {
    let outcome = match shared.rehash.get() {
        Some(Rehash(read)) => read().await.map_err(|e| e.to_string()),
        None => Err("this hub has no configuration to read again".to_owned()),
    };
    Answer::Lines(told(&outcome, &shared.current().settings.server))
}

/// Tells an operator the last acts in the audit log: all, or those by and on one account.
pub(super) async fn audit(shared: &Shared, about: Option<String>) -> Answer {
    let server = shared.current().settings.server.clone();
    let mut lines = String::new();
    let mut say = |severity, code, text: &str| {
        let line = Line::new(&mut lines);
        standard_reply(line, severity, &server, ("AUDIT", code), &[], text);
    };
    let query = AuditQuery {
        account: about,
        rows_max: ACTS_SHOWN,
        ..AuditQuery::default()
    };
    let found = match &shared.audit {
        Some(audit) => audit.find(query).await.map_err(|e| e.to_string()),
        None => Err("no audit log here".to_owned()),
    };
    match found {
        Err(why) => say(Severity::Fail, "UNAVAILABLE", &why),
        Ok(page) => {
            for row in &page.rows {
                say(Severity::Note, "ACT", &row.to_string());
            }
            let more = if page.more { ", and earlier ones" } else { "" };
            let end = format!("{} acts{more}", page.rows.len());
            say(Severity::Note, "AUDIT_END", &end);
        }
    }
    Answer::Lines(lines)
}

impl Shared {
    /// Keeps what a client has done.
    pub(super) fn record(&self, deed: Deed) {
        self.note(deed.into());
    }

    /// Keeps an act in the audit log, where there is one.
    pub(super) fn note(&self, entry: AuditEntry) {
        if let Some(audit) = &self.audit {
            audit.note(entry);
        }
    }
}

fn told(outcome: &Result<Vec<String>, String>, server: &str) -> String {
    let mut lines = String::new();
    let mut say = |severity, code, text: &str| {
        let line = Line::new(&mut lines);
        standard_reply(line, severity, server, ("REHASH", code), &[], text);
    };
    match outcome {
        Err(why) => say(Severity::Fail, "CONFIG_BAD", why),
        Ok(changes) if changes.is_empty() => {
            say(Severity::Note, "CONFIG_RELOADED", "Nothing has changed");
        }
        Ok(changes) => {
            for change in changes {
                say(Severity::Note, "CONFIG_RELOADED", change);
            }
        }
    }
    lines
}

/// Acts that one AUDIT tells.
const ACTS_SHOWN: u32 = 50;
