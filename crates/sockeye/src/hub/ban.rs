//! What an operator does to bans: the same whether a hub runs or not.

use sockeye_proto::irc::settings::CaseMapping;

use super::control::{BanRow, Reply, Request};
use crate::error::{Error, ErrorKind};
use crate::state::{Ban, BanError, Bans, Store, wall_ms};

/// Reads the bans of a store.
///
/// # Errors
/// When it cannot be read.
pub(super) async fn open(store: &Store, folding: CaseMapping) -> Result<Bans, Error> {
    let opened = Bans::open(store.clone(), folding).await;
    opened.map_err(|e| Error::new(ErrorKind::LocalRead, "open", store.dir().display(), e))
}

/// Carries out a request about bans; returns the ban that it has set, too.
///
/// # Errors
/// When it names what cannot be banned or is not, when the store refuses, or when the request is
/// not about bans.
pub(super) async fn carry_out(
    bans: &Bans,
    request: Request,
) -> Result<(Reply, Option<Ban>), Error> {
    match request {
        Request::BanList => {
            let rows = bans
                .list(wall_ms())
                .iter()
                .take(SHOWN_MAX)
                .map(row)
                .collect();
            Ok((Reply::Bans(rows), None))
        }
        Request::BanAdd {
            target,
            span_s,
            reason,
        } => {
            let span_ms = span_s.map(|span_s| span_s.saturating_mul(1_000));
            let added = bans.add(&target, span_ms, &reason, BY, wall_ms()).await;
            let ban = added.map_err(|error| explain(&target, error))?;
            Ok((Reply::Done, Some(ban)))
        }
        Request::BanRemove { target } => {
            let removed = bans.remove(&target).await;
            removed.map_err(|error| explain(&target, error))?;
            Ok((Reply::Done, None))
        }
        _ => {
            let cause = "not a request about bans";
            Err(Error::new(ErrorKind::Internal, "ban", "", cause))
        }
    }
}

fn row(ban: &Ban) -> BanRow {
    BanRow {
        target: ban.target.to_string(),
        reason: ban.reason.clone(),
        by: ban.by.clone(),
        created_ms: ban.created_ms,
        expires_ms: ban.expires_ms,
    }
}

fn explain(target: &str, error: BanError) -> Error {
    let kind = match &error {
        BanError::Store(_) => ErrorKind::LocalWrite,
        _ => ErrorKind::ConfigUsage,
    };
    let is_unknown = error == BanError::Unknown;
    let error = Error::new(kind, "ban", target, error);
    match is_unknown {
        true => error.with_hint("`sockeye ban list` shows all bans"),
        false => error,
    }
}

/// Who has set a ban that comes through the control socket.
const BY: &str = "hub";

/// Bans in one list: the answer must fit into a line of the control socket.
const SHOWN_MAX: usize = 1_500;
