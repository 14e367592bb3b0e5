//! What an operator asks of a running hub, carried out.

use std::sync::Arc;

use super::control::{Answer, Caller, Reply, Request, SessionRow};
use super::life::{Running, Shared};
use super::notice::Notice;
use super::status::{FAILURES_MAX, Limits, Status, StoreStatus};
use super::{account, ban};
use crate::error::{Error, ErrorKind};
use crate::service::chat::Rehash;
use crate::state::{Act, Actor, AuditEntry, Log};

/// Returns what answers the control socket.
pub(super) fn answer(shared: Arc<Shared>) -> Answer {
    Arc::new(move |request, caller: Caller| {
        let shared = Arc::clone(&shared);
        Box::pin(async move {
            let done = shared.carry_out(request, caller.actor()).await;
            done.unwrap_or_else(Reply::from)
        })
    })
}

/// Returns what reads the configuration again for operators of the chat. It does not keep the hub.
pub(super) fn rehash(shared: &Arc<Shared>) -> Rehash {
    let hub = Arc::downgrade(shared);
    Rehash::new(move || {
        let hub = hub.upgrade();
        Box::pin(async move {
            let Some(shared) = hub else {
                return Ok(Vec::new());
            };
            let changes = shared.reload().await?;
            shared.notices.say(Notice::Reloaded(changes.clone()));
            Ok(changes)
        })
    })
}

impl Shared {
    async fn carry_out(&self, request: Request, actor: Actor) -> Result<Reply, Error> {
        match request {
            Request::Status => Ok(Reply::Status(Box::new(self.status().await))),
            Request::Reload => {
                let reloaded = self.reload().await;
                let outcome = match &reloaded {
                    Ok(changes) => format!("{} changes", changes.len()),
                    Err(error) => error.to_string(),
                };
                self.audit
                    .note(AuditEntry::of(Act::Rehash, actor, "", &outcome));
                let changes = reloaded?;
                self.notices.say(Notice::Reloaded(changes.clone()));
                Ok(Reply::Changed(changes))
            }
            Request::SessionList => Ok(Reply::Sessions(self.sessions())),
            Request::SessionKill { id } => {
                let found = self.engine.sessions().into_iter().find(|row| row.id == id);
                if self.engine.kill(id) {
                    let peer = found.map_or_else(String::new, |row| row.peer);
                    let detail = format!("session {id}");
                    let killed = AuditEntry::of(Act::SessionKill, actor, &peer, &detail);
                    self.audit.note(killed);
                    return Ok(Reply::Done);
                }
                let error = Error::new(ErrorKind::ConfigUsage, "kill", id, "no such session");
                Err(error.with_hint("`sockeye status sessions` lists them"))
            }
            request @ (Request::BanAdd { .. }
            | Request::BanRemove { .. }
            | Request::BanList { .. }) => {
                let (reply, set) = ban::carry_out(&self.bans, request, &actor).await?;
                if let Some(ban) = set {
                    self.engine.expel();
                    self.running.lock().await.services.enforce(&ban).await;
                }
                Ok(reply)
            }
            request @ (Request::BackendOrder { .. } | Request::BackendWeight { .. }) => {
                let running = self.running.lock().await;
                running.listeners.order_backend(request, &self.audit, actor)
            }
            Request::AuditList { query } => {
                let found = self.audit.find(query).await;
                found.map(Reply::Audit).map_err(account::unread)
            }
            request => account::carry_out(&self.accounts.by(actor), request).await,
        }
    }

    pub(super) async fn status(&self) -> Status {
        let running = self.running.lock().await;
        let Running {
            config,
            listeners,
            services,
        } = &*running;
        let (sessions_max, descriptors_max) = self.engine.capacity();
        Status {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            pid: std::process::id(),
            uptime_ms: self.started.elapsed().as_millis() as u64,
            data: self.data.path().display().to_string(),
            listeners: listeners.status(),
            balancers: listeners.balancers_status(),
            chat: services.chat_status(),
            proxy: listeners.has_proxy().then(|| services.proxies().status()),
            store: self.store_status(),
            limits: Limits {
                sessions_max: sessions_max as u64,
                sessions: self.engine.sessions().len() as u64,
                descriptors_max: descriptors_max as u64,
                pending_per_source: config.chat.pending_per_source,
                registered_per_source: config.chat.registered_per_source,
            },
        }
    }

    fn store_status(&self) -> StoreStatus {
        let health = self.store.health();
        StoreStatus {
            healthy: health.failures < FAILURES_MAX,
            failures: health.failures,
            last_failure: health.last_failure,
            commits: health.batches,
            rows: health.rows,
            commit_us: health.commit_us,
            audit_lost: self.audit.lost(),
        }
    }

    fn sessions(&self) -> Vec<SessionRow> {
        let row = |row: crate::engine::SessionRow| SessionRow {
            id: row.id,
            peer: row.peer,
            service: row.service.to_owned(),
            age_ms: row.age.as_millis() as u64,
            in_bytes: row.bytes_in,
            out_bytes: row.bytes_out,
            to: row.to.map(|to| to.to_string()),
        };
        self.engine
            .sessions()
            .into_iter()
            .take(SESSIONS_SHOWN)
            .map(row)
            .collect()
    }
}

/// Sessions in one list: the answer must fit into a line of the control socket.
const SESSIONS_SHOWN: usize = 5_000;
