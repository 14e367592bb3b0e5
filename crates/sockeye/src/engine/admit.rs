//! Admission: how many sessions a listener and each source may hold, and how fast they may come.
//!
//! A source is an IPv4 address or an IPv6 /64. Its sessions are *pending* until
//! [`Session::establish`](super::Session::establish) and *established* after; each kind has its own
//! limit, so that a flood of half-made sessions from one address shuts out neither that address's
//! good ones nor anybody else.
//!
//! A connection is held to the pace of its source once, when it is known whom it is for: at once, or
//! after a layer or a service has learned that from a proxy or gateway, whose own address has none.
//!
//! Invariant: each admitted session holds one [`Permit`], and dropping it takes back exactly what
//! admission counted; a source without sessions has no entry, so the table stays as large as the
//! number of sources that are connected.

#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use super::throttle::{ConnectLimits, Throttle};
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
    /// How fast connections may be opened.
    pub connects: Option<ConnectLimits>,
    /// Sources that are free of the per-source limits.
    pub exempt: Vec<Network>,
    /// Where those are who may yet say, to the service, for whom they come.
    pub gateways: Vec<Network>,
}

impl AdmissionLimits {
    /// Returns what an endpoint's own `+limit` says.
    pub fn of(endpoint: &Endpoint) -> Self {
        let limit = endpoint.limit();
        Self {
            sessions_max: limit.conns,
            source_max: limit.per_ip,
            connects: limit.connects.map(|per_source| ConnectLimits {
                per_source,
                per_network: 0,
                window: limit.window.unwrap_or(WINDOW),
            }),
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
        limited.iter().any(Option::is_some) && !is_in(&self.exempt, info)
    }
}

/// Counts sessions against limits; listeners that share one count together.
#[derive(Debug, Default)]
pub struct Admission {
    limits: AdmissionLimits,
    throttle: Option<Arc<Throttle>>,
    sessions: AtomicUsize,
    sources: Mutex<HashMap<IpAddr, Count>>,
}

impl Admission {
    /// Makes an empty count under `limits`.
    pub fn new(limits: AdmissionLimits) -> Arc<Self> {
        let throttle = limits
            .connects
            .map(|connects| Arc::new(Throttle::new(connects)));
        Arc::new(Self {
            limits,
            throttle,
            ..Self::default()
        })
    }

    /// Makes an empty count under `limits` whose connections `throttle` counts with those of others,
    /// unless they have limits of their own for that.
    pub fn throttled_by(throttle: &Arc<Throttle>, limits: AdmissionLimits) -> Arc<Self> {
        match limits.connects {
            Some(_) => Self::new(limits),
            None => Arc::new(Self {
                limits,
                throttle: Some(Arc::clone(throttle)),
                ..Self::default()
            }),
        }
    }

    /// Admits a session or says why not. `speaks`: its peer is to say yet for whom it comes.
    pub(super) fn admit(
        self: &Arc<Self>,
        info: &ConnectionInfo,
        speaks: bool,
    ) -> Result<Permit, Refusal> {
        let before = self.sessions.fetch_add(1, Ordering::Relaxed);
        let permit = Permit {
            admission: Arc::clone(self),
            standing: Mutex::default(),
        };
        if self.limits.sessions_max.is_some_and(|max| before >= max) {
            return Err(Refusal::Full);
        }
        {
            let mut standing = lock(&permit.standing);
            standing.counted = self.count_pending(info)?;
            standing.has_come = !speaks && self.pace(info)?;
        }
        Ok(permit)
    }

    /// Holds a connection to the pace of its source; `false` where somebody is there who may yet say
    /// for whom it comes.
    fn pace(&self, info: &ConnectionInfo) -> Result<bool, Refusal> {
        if is_in(&self.limits.gateways, info) {
            return Ok(false);
        }
        self.hold_to_pace(info)?;
        Ok(true)
    }

    /// Peers without an IP address are programs of this machine, which open as many as they like.
    fn hold_to_pace(&self, info: &ConnectionInfo) -> Result<(), Refusal> {
        match &self.throttle {
            Some(throttle) if info.peer.is_some() && !is_in(&self.limits.exempt, info) => {
                throttle.take(info.source())
            }
            _ => Ok(()),
        }
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
    standing: Mutex<Standing>,
}

impl Permit {
    /// Counts a pending session at another source: a layer has learned whom it is for.
    ///
    /// A refused session is counted in the total only, until it is dropped.
    pub(super) fn recount(&self, info: &ConnectionInfo) -> Result<(), Refusal> {
        let mut standing = lock(&self.standing);
        if let Counted::Pending(source) = std::mem::take(&mut standing.counted) {
            self.admission.at(source, |count| count.pending -= 1);
        }
        standing.counted = self.admission.count_pending(info)?;
        if !standing.has_come {
            standing.has_come = self.admission.pace(info)?;
        }
        Ok(())
    }

    /// Moves the session from the pending to the established ones of its source.
    ///
    /// A refused session stays pending until it is dropped.
    pub(super) fn establish(&self, info: &ConnectionInfo) -> Result<(), Refusal> {
        let mut standing = lock(&self.standing);
        if !standing.has_come {
            self.admission.hold_to_pace(info)?;
            standing.has_come = true;
        }
        let Counted::Pending(source) = standing.counted else {
            return Ok(());
        };
        self.admission.at(source, |count| {
            let max = self.admission.limits.source_established_max;
            take(&mut count.established, max, Refusal::SourceEstablished)?;
            count.pending -= 1;
            Ok(())
        })?;
        standing.counted = Counted::Established(source);
        Ok(())
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        match lock(&self.standing).counted {
            Counted::Total => {}
            Counted::Pending(source) => self.admission.at(source, |count| count.pending -= 1),
            Counted::Established(source) => {
                self.admission.at(source, |count| count.established -= 1);
            }
        }
        self.admission.sessions.fetch_sub(1, Ordering::Relaxed);
    }
}

/// How a session is held to limits.
#[derive(Debug, Default)]
struct Standing {
    counted: Counted,
    /// It was held to the pace of its source.
    has_come: bool,
}

#[derive(Debug, Default, PartialEq, Eq)]
struct Count {
    pending: usize,
    established: usize,
}

/// Where a session is counted.
#[derive(Debug, Clone, Copy, Default)]
enum Counted {
    /// In the listener's total only: its source is exempt, or sources are not counted.
    #[default]
    Total,
    Pending(IpAddr),
    Established(IpAddr),
}

fn is_in(networks: &[Network], info: &ConnectionInfo) -> bool {
    info.peer
        .is_some_and(|peer| networks.iter().any(|net| net.contains(peer.ip())))
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

/// The time of `+limit,connects`, as with a hub's own limits: who opens one each half second goes on.
const WINDOW: Duration = Duration::from_secs(30);
