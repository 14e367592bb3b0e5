//! One accepted or dialled conversation.
//!
//! ```text
//! open ──closing()──▶ closing ──cut()──▶ cut          (one way; each may be skipped to)
//! pending ──establish()──▶ established                (apart from the above)
//! ```

use std::fmt;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, AtomicU8, AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::Instant;

use super::admit::Permit;
use super::rules::Rules;
use super::table::Table;
use crate::error::{Error, ErrorKind};
use crate::io::{ConnectionInfo, Conversation, Quota};
use crate::layer::{Beyond, Layers};
use crate::service::Refusal;

/// One accepted or dialled conversation: id, facts, counters, and the two signals that end it.
///
/// Dropping it takes it out of the engine's table.
#[derive(Debug)]
pub struct Session {
    shared: Arc<Shared>,
    permit: Option<Permit>,
    table: Arc<Table>,
    quota: Option<Arc<Quota>>,
    rules: Option<Arc<Rules>>,
}

/// What a session counts.
#[derive(Debug, Default)]
pub struct SessionFacts {
    /// Bytes that came from the peer.
    pub bytes_in: Arc<AtomicU64>,
    /// Bytes that went to the peer.
    pub bytes_out: Arc<AtomicU64>,
    /// Bytes that were accepted from one side and did not reach the other.
    pub bytes_lost: AtomicU64,
}

/// A row of the engine's table: one session at one moment.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct SessionRow {
    /// The session's number.
    pub id: u64,
    /// The peer as a person reads it.
    pub peer: String,
    /// The name of the service that serves it.
    pub service: &'static str,
    /// How long it has been open.
    pub age: Duration,
    /// Bytes that came from the peer.
    pub bytes_in: u64,
    /// Bytes that went to the peer.
    pub bytes_out: u64,
    /// What it is doing.
    pub state: SessionState,
    /// What it was joined with, where that is chosen for each session.
    pub to: Option<Arc<str>>,
}

/// Why a session is asked to end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Parting {
    /// Its service ends, or all does.
    Draining,
    /// An operator ended it.
    Killed,
    /// Its peer is kept out by now.
    KeptOut,
}

/// What a session is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SessionState {
    /// Its handshake or registration is not done.
    Pending,
    /// It is in use.
    Established,
    /// It was asked to end.
    Closing,
    /// It was told to stop at once.
    Cut,
}

impl Session {
    pub(super) fn new(shared: Arc<Shared>, permit: Option<Permit>, table: Arc<Table>) -> Self {
        Self {
            shared,
            permit,
            table,
            quota: None,
            rules: None,
        }
    }

    /// Returns the number of this session, unique within the process.
    pub fn id(&self) -> u64 {
        self.shared.id
    }

    /// Returns what is known of the connection.
    pub fn info(&self) -> &ConnectionInfo {
        self.shared.info()
    }

    /// Returns where it was accepted: its socket's own end, whatever layers have learned since.
    pub(crate) fn accepted_at(&self) -> Option<SocketAddr> {
        self.shared.accepted.local
    }

    /// Returns what it was joined with, where that is chosen for each session: a balancer's backend.
    pub fn to(&self) -> Option<&str> {
        self.shared.to().map(|to| &**to)
    }

    /// Notes what it is joined with. It can be done once.
    pub(crate) fn set_to(&self, to: &Arc<str>) {
        let _ = self.shared.later().to.set(Arc::clone(to));
    }

    /// Returns the counters.
    pub fn facts(&self) -> &SessionFacts {
        &self.shared.facts
    }

    /// Returns how long it has been open.
    pub fn age(&self) -> Duration {
        self.shared.opened.elapsed()
    }

    /// Waits until the session is asked to end by itself: drain has begun, or it was killed.
    pub async fn closing(&self) {
        self.shared.reached(CLOSING).await;
    }

    /// Returns why it is asked to end, once [`Session::closing`] has returned.
    pub fn parting(&self) -> Parting {
        self.shared.parting()
    }

    /// Waits until the session is cut: what is still in hand is counted as lost.
    pub async fn cut(&self) {
        self.shared.reached(CUT).await;
    }

    /// Notes the rules under which it was accepted.
    pub(super) fn set_rules(&mut self, rules: Arc<Rules>) {
        self.rules = Some(rules);
    }

    /// Notes what tells whether more came than its quota.
    pub(super) fn set_quota(&mut self, quota: Option<Arc<Quota>>) {
        self.quota = quota;
    }

    /// Returns how a session ended whose service returned `result`.
    ///
    /// # Errors
    /// [`ErrorKind::LocalQuota`] when more came than its `+limit,bytes`, whatever the service made of
    /// that; else the service's own.
    pub fn within_quota(&self, result: Result<(), Error>) -> Result<(), Error> {
        let Some(reached) = self.quota.as_ref().and_then(|quota| quota.reached()) else {
            return result;
        };
        Err(match result {
            Ok(()) => Error::new(reached.kind(), "serve", &self.info().peer_text, reached),
            Err(error) => error.with_kind(reached.kind()),
        })
    }

    /// Wraps its conversation in the listener's layers; what they learn is known from then on.
    pub(super) async fn wrap(
        &self,
        conversation: Conversation,
        layers: &Layers,
        subprotocols: &[&str],
    ) -> Result<Conversation, Error> {
        let beyond = Beyond {
            subprotocols,
            ..Beyond::default()
        };
        let mut info = self.shared.accepted.clone();
        let wrapped = tokio::select! {
            wrapped = layers.wrap(conversation, &mut info, beyond) => wrapped?,
            () = self.cut() => {
                let peer = &self.info().peer_text;
                return Err(Error::new(ErrorKind::PeerTimeout, "accept", peer, "cut in a handshake"));
            }
        };
        let _ = self.shared.later().learned.set(Box::new(info.into()));
        Ok(wrapped)
    }

    /// Admits the session anew, where its layers have learned whom it is for: until then they had the
    /// word of a trusted peer to wait for.
    pub(super) fn readmit(&self, layers: &Layers, rules: &Rules) -> Result<(), Refusal> {
        if layers.trusted().is_none() {
            return Ok(());
        }
        self.count_refused(self.admit_anew(Some(rules)))
    }

    fn admit_anew(&self, rules: Option<&Rules>) -> Result<(), Refusal> {
        let info = self.info();
        self.table.door.check(info)?;
        rules.map_or(Ok(()), |rules| rules.check_source(info))?;
        let mut permits = self.permit.iter();
        permits.try_for_each(|permit| permit.recount(info))
    }

    /// Takes over for whom the peer comes, as a service has learned from one that it trusts: what is known
    /// is then that, and rules and counts are those of that source. It can be done once.
    ///
    /// # Errors
    /// [`Refusal`] when that source is not to come in, or has too many sessions.
    pub fn introduce(&self, info: ConnectionInfo) -> Result<(), Refusal> {
        let known = Box::new(Known::from(info));
        let later = self.shared.later();
        if let (Err(known), Some(before)) = (later.learned.set(known), later.learned.get())
            && before.introduced.set(known).is_err()
        {
            return Ok(());
        }
        self.count_refused(self.admit_anew(self.rules.as_deref()))
    }

    /// Counts the session as established from now on, under the limits for such sessions.
    ///
    /// # Errors
    /// [`Refusal`] when the source has too many established sessions; the session then stays
    /// pending until it is dropped.
    pub fn establish(&self) -> Result<(), Refusal> {
        if let Some(permit) = &self.permit {
            self.count_refused(permit.establish(self.info()))?;
        }
        self.shared.established.store(true, Ordering::Relaxed);
        Ok(())
    }

    fn count_refused(&self, admitted: Result<(), Refusal>) -> Result<(), Refusal> {
        if let (Err(why), Some(rules)) = (&admitted, &self.rules) {
            rules.tally.refuse(*why);
        }
        admitted
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        self.table.remove(&self.shared);
    }
}

/// What the engine's table and the session's owner share.
pub(super) struct Shared {
    pub(super) id: u64,
    /// What the transport knew of the connection.
    accepted: ConnectionInfo,
    /// What only few sessions have.
    later: OnceLock<Box<Later>>,
    pub(super) facts: SessionFacts,
    pub(super) service: &'static str,
    opened: Instant,
    established: AtomicBool,
    stage: AtomicU8,
    /// Why it is to end, if not for a drain.
    parting: AtomicU8,
    moved: Notify,
}

/// What is known of some sessions once they are open.
#[derive(Debug, Default)]
struct Later {
    /// What is known of the connection with what layers have learned.
    learned: OnceLock<Box<Known>>,
    /// What it was joined with, where that is chosen for each session.
    to: OnceLock<Arc<str>>,
}

/// What is known of a connection from some point on.
#[derive(Debug)]
struct Known {
    info: ConnectionInfo,
    /// What is known of whom the peer comes for, once a service has learned that.
    introduced: OnceLock<Box<Known>>,
}

impl From<ConnectionInfo> for Known {
    fn from(info: ConnectionInfo) -> Self {
        Self {
            info,
            introduced: OnceLock::new(),
        }
    }
}

impl Shared {
    pub(super) fn new(id: u64, info: ConnectionInfo, service: &'static str) -> Self {
        Self {
            id,
            accepted: info,
            later: OnceLock::new(),
            facts: SessionFacts::default(),
            service,
            opened: Instant::now(),
            established: AtomicBool::new(false),
            stage: AtomicU8::new(OPEN),
            parting: AtomicU8::new(Parting::Draining as u8),
            moved: Notify::new(),
        }
    }

    pub(super) fn info(&self) -> &ConnectionInfo {
        let Some(learned) = self.later.get().and_then(|later| later.learned.get()) else {
            return &self.accepted;
        };
        let introduced = learned.introduced.get();
        introduced.map_or(&learned.info, |known| &known.info)
    }

    fn later(&self) -> &Later {
        self.later.get_or_init(Box::default)
    }

    fn to(&self) -> Option<&Arc<str>> {
        self.later.get()?.to.get()
    }

    /// Notes why it is to end.
    pub(super) fn set_parting(&self, why: Parting) {
        self.parting.store(why as u8, Ordering::Release);
    }

    fn parting(&self) -> Parting {
        let why = self.parting.load(Ordering::Acquire);
        let mut all = [Parting::Killed, Parting::KeptOut].into_iter();
        let noted = all.find(|parting| *parting as u8 == why);
        noted.unwrap_or(Parting::Draining)
    }

    /// Moves on to `stage` unless already there or further.
    pub(super) fn advance(&self, stage: u8) {
        if self.stage.fetch_max(stage, Ordering::AcqRel) < stage {
            self.moved.notify_waiters();
        }
    }

    pub(super) fn is_cut(&self) -> bool {
        self.stage.load(Ordering::Relaxed) >= CUT
    }

    async fn reached(&self, stage: u8) {
        loop {
            // Waiting begins where `notified` is called, before the look at the stage.
            let moved = self.moved.notified();
            if self.stage.load(Ordering::Acquire) >= stage {
                return;
            }
            moved.await;
        }
    }

    pub(super) fn row(&self) -> SessionRow {
        let established = self.established.load(Ordering::Relaxed);
        SessionRow {
            id: self.id,
            peer: self.info().peer_text.clone(),
            service: self.service,
            age: self.opened.elapsed(),
            bytes_in: self.facts.bytes_in.load(Ordering::Relaxed),
            bytes_out: self.facts.bytes_out.load(Ordering::Relaxed),
            state: match self.stage.load(Ordering::Relaxed) {
                OPEN if established => SessionState::Established,
                OPEN => SessionState::Pending,
                CLOSING => SessionState::Closing,
                _ => SessionState::Cut,
            },
            to: self.to().cloned(),
        }
    }
}

impl fmt::Debug for Shared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.row().fmt(f)
    }
}

const OPEN: u8 = 0;
pub(super) const CLOSING: u8 = 1;
pub(super) const CUT: u8 = 2;
