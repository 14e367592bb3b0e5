//! Admission: how many sessions a listener and each source may hold.
//!
//! A source is an IPv4 address or an IPv6 /64. Its sessions are *pending* until
//! [`Session::establish`](super::Session::establish) and *established* after; each kind has its own
//! limit, so that a flood of half-made sessions from one address shuts out neither that address's
//! good ones nor anybody else.
//!
//! Invariant: each admitted session holds one [`Permit`], and dropping it takes back exactly what
//! admission counted; a source without sessions has no entry, so the table stays as large as the
//! number of sources that are connected.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use crate::endpoint::{Endpoint, Network};
use crate::io::ConnectionInfo;
use crate::service::Refusal;

/// What a listener admits; `None` is no limit of its own.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AdmissionLimits {
    /// Sessions at once.
    pub sessions_max: Option<usize>,
    /// Sessions at once from one source, of either kind.
    pub source_max: Option<usize>,
    /// Sessions at once from one source that are not established.
    pub source_pending_max: Option<usize>,
    /// Established sessions at once from one source.
    pub source_established_max: Option<usize>,
    /// Sources that are free of the per-source limits.
    pub exempt: Vec<Network>,
}

impl AdmissionLimits {
    /// Returns what an endpoint's own `+limit` says.
    pub fn of(endpoint: &Endpoint) -> Self {
        let limit = endpoint.limit();
        Self {
            sessions_max: limit.conns,
            source_max: limit.per_ip,
            ..Self::default()
        }
    }

    /// Tells whether a connection's source is counted.
    fn counts(&self, info: &ConnectionInfo) -> bool {
        let limited = [
            self.source_max,
            self.source_pending_max,
            self.source_established_max,
        ];
        let exempt = |net: &Network| info.peer.is_some_and(|peer| net.contains(peer.ip()));
        limited.iter().any(Option::is_some) && !self.exempt.iter().any(exempt)
    }
}

/// Counts sessions against limits; listeners that share one count together.
#[derive(Debug, Default)]
pub struct Admission {
    limits: AdmissionLimits,
    sessions: AtomicUsize,
    sources: Mutex<HashMap<IpAddr, Count>>,
}

impl Admission {
    /// Makes an empty count under `limits`.
    pub fn new(limits: AdmissionLimits) -> Arc<Self> {
        Arc::new(Self {
            limits,
            ..Self::default()
        })
    }

    /// Admits a session or says why not.
    pub(super) fn admit(self: &Arc<Self>, info: &ConnectionInfo) -> Result<Permit, Refusal> {
        let before = self.sessions.fetch_add(1, Ordering::Relaxed);
        let permit = Permit {
            admission: Arc::clone(self),
            counted: Mutex::new(Counted::Total),
        };
        if self.limits.sessions_max.is_some_and(|max| before >= max) {
            return Err(Refusal::Full);
        }
        *lock(&permit.counted) = self.count_pending(info)?;
        Ok(permit)
    }

    /// Counts a session as pending at its source, where that is limited.
    fn count_pending(&self, info: &ConnectionInfo) -> Result<Counted, Refusal> {
        if !self.limits.counts(info) {
            return Ok(Counted::Total);
        }
        let source = info.source();
        self.at(source, |count| {
            let both = count.pending + count.established;
            if self.limits.source_max.is_some_and(|max| both >= max) {
                return Err(Refusal::SourceEstablished);
            }
            take(
                &mut count.pending,
                self.limits.source_pending_max,
                Refusal::SourcePending,
            )
        })?;
        Ok(Counted::Pending(source))
    }

    /// Changes the count of a source; an entry that counts nothing any more goes.
    fn at<T>(&self, source: IpAddr, change: impl FnOnce(&mut Count) -> T) -> T {
        let mut sources = lock(&self.sources);
        let count = sources.entry(source).or_default();
        let result = change(count);
        if *count == Count::default() {
            sources.remove(&source);
        }
        result
    }
}

/// The right to hold one session; dropping it gives the place back.
#[derive(Debug)]
pub(super) struct Permit {
    admission: Arc<Admission>,
    counted: Mutex<Counted>,
}

impl Permit {
    /// Counts a pending session at another source: a layer has learned whom it is for.
    ///
    /// A refused session is counted in the total only, until it is dropped.
    pub(super) fn recount(&self, info: &ConnectionInfo) -> Result<(), Refusal> {
        let mut counted = lock(&self.counted);
        if let Counted::Pending(source) = std::mem::replace(&mut *counted, Counted::Total) {
            self.admission.at(source, |count| count.pending -= 1);
        }
        *counted = self.admission.count_pending(info)?;
        Ok(())
    }

    /// Moves the session from the pending to the established ones of its source.
    ///
    /// A refused session stays pending until it is dropped.
    pub(super) fn establish(&self) -> Result<(), Refusal> {
        let mut counted = lock(&self.counted);
        let Counted::Pending(source) = *counted else {
            return Ok(());
        };
        self.admission.at(source, |count| {
            let max = self.admission.limits.source_established_max;
            take(&mut count.established, max, Refusal::SourceEstablished)?;
            count.pending -= 1;
            Ok(())
        })?;
        *counted = Counted::Established(source);
        Ok(())
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        match *lock(&self.counted) {
            Counted::Total => {}
            Counted::Pending(source) => self.admission.at(source, |count| count.pending -= 1),
            Counted::Established(source) => {
                self.admission.at(source, |count| count.established -= 1);
            }
        }
        self.admission.sessions.fetch_sub(1, Ordering::Relaxed);
    }
}

#[derive(Debug, Default, PartialEq, Eq)]
struct Count {
    pending: usize,
    established: usize,
}

/// Where a session is counted.
#[derive(Debug, Clone, Copy)]
enum Counted {
    /// In the listener's total only: its source is exempt, or sources are not counted.
    Total,
    Pending(IpAddr),
    Established(IpAddr),
}

fn take(count: &mut usize, max: Option<usize>, refusal: Refusal) -> Result<(), Refusal> {
    if max.is_some_and(|max| *count >= max) {
        return Err(refusal);
    }
    *count += 1;
    Ok(())
}

/// Locks; the counts hold whatever a panicking holder left, for no change is half made.
fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
