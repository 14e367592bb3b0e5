//! What an operator does to bans: the same whether a hub runs or not.

use sockeye_proto::irc::settings::CaseMapping;

use super::control::{BanPage, BanPlace, BanRow, Reply, Request};
use crate::error::{Error, ErrorKind};
use crate::state::{Actor, Ban, BanError, Bans, Store};

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
    actor: &Actor,
) -> Result<(Reply, Option<Ban>), Error> {
    match request {
        Request::BanList { after } => Ok((Reply::Bans(page(bans, after.as_ref())), None)),
        Request::BanAdd {
            target,
            span_s,
            reason,
        } => {
            let span_ms = span_s.map(|span_s| span_s.saturating_mul(1_000));
            let added = bans.add(&target, span_ms, &reason, actor).await;
            let ban = added.map_err(|error| explain(&target, error))?;
            Ok((Reply::Done, Some(ban)))
        }
        Request::BanRemove { target } => {
            let removed = bans.remove(&target, actor).await;
            removed.map_err(|error| explain(&target, error))?;
            Ok((Reply::Done, None))
        }
        _ => {
            let cause = "not a request about bans";
            Err(Error::new(ErrorKind::Internal, "ban", "", cause))
        }
    }
}

/// Returns the next part of the list. A ban that goes or comes meanwhile moves no other.
fn page(bans: &Bans, after: Option<&BanPlace>) -> BanPage {
    let all = bans.list();
    let behind = |row: &BanRow| after.is_none_or(|after| row.place() > *after);
    let mut rows = all.iter().map(row).filter(behind);
    BanPage {
        rows: rows.by_ref().take(PAGE_ROWS).collect(),
        more: rows.next().is_some(),
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

/// Bans of one page: they fit a line of the control socket, also when every byte is escaped.
const PAGE_ROWS: usize = 500;

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_long_list_comes_in_pages_and_whole() {
        let dir = tempfile::tempdir().unwrap();
        let store = Store::open(dir.path(), &Default::default()).unwrap();
        let filled = store.write(|transaction| {
            for n in 0..2 * PAGE_ROWS + 1 {
                let sql = "INSERT INTO ban VALUES (?1, ?2, 'oda', ?3, NULL)";
                let reason = "\"".repeat(200);
                transaction.execute(sql, (format!("account:a{n}"), reason, n % 7))?;
            }
            Ok(())
        });
        filled.await.unwrap();
        let bans = open(&store, CaseMapping::Ascii).await.unwrap();
        let (mut rows, mut after, mut pages) = (Vec::new(), None, 0);
        loop {
            let page = page(&bans, after.as_ref());
            assert!(serde_json::to_vec(&page).unwrap().len() < 1 << 20);
            pages += 1;
            rows.extend(page.rows);
            after = rows.last().map(BanRow::place);
            // What comes and goes in between moves nothing.
            let (new, hub) = (format!("account:b{pages}"), Actor::hub());
            bans.add(&new, None, "", &hub).await.unwrap();
            let _ = bans.remove(&rows[0].target, &hub).await;
            if !page.more {
                break;
            }
        }
        let old: std::collections::BTreeSet<_> = rows
            .iter()
            .filter(|row| row.target.starts_with("account:a"))
            .map(|row| &row.target)
            .collect();
        assert_eq!(old.len(), 2 * PAGE_ROWS + 1);
        let mut sorted = rows.clone();
        sorted.sort_by_key(BanRow::place);
        assert_eq!(rows, sorted);
    }
}
