//! The pace at which connections are opened: so many at once from a source and from its network, and
//! more as time passes.
//!
//! A source is an IPv4 address or an IPv6 /64, its network the /24 or the /48 around it. Who is
//! refused takes nothing out of either bucket, so one source cannot use up its network's share by
//! trying on.
//!
//! Invariant: a table holds [`KEPT_MAX`] buckets at most. Full ones are as good as new ones and go
//! first; where all are in use, those that are nearly full go: a flood from many addresses makes the
//! table forget addresses that came once, not those that came often.

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use sockeye_proto::limit::Bucket;
use tokio::time::Instant;

use crate::service::Refusal;

/// How many connections may be opened; 0 is no limit.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ConnectLimits {
    /// At once from one source: an IPv4 address or an IPv6 /64.
    pub per_source: u32,
    /// At once from one network: an IPv4 /24 or an IPv6 /48.
    pub per_network: u32,
    /// In which time as many more may be opened.
    pub window: Duration,
}

/// Counts the connections that are opened; listeners may share one.
#[derive(Debug)]
pub struct Throttle {
    began: Instant,
    tables: Mutex<Tables>,
}

impl Throttle {
    /// Makes one in which nobody has opened any.
    pub fn new(limits: ConnectLimits) -> Self {
        Self {
            began: Instant::now(),
            tables: Mutex::new(Tables::new(limits)),
        }
    }

    /// Holds everybody to `limits` from now on; where these are others, what was opened before is
    /// forgotten.
    pub fn set(&self, limits: ConnectLimits) {
        let mut tables = self.tables.lock().unwrap_or_else(PoisonError::into_inner);
        if tables.limits != limits {
            *tables = Tables::new(limits);
        }
    }

    /// Counts one more connection of `source`, or refuses it.
    pub(super) fn take(&self, source: IpAddr) -> Result<(), Refusal> {
        let now = self.began.elapsed();
        let mut tables = self.tables.lock().unwrap_or_else(PoisonError::into_inner);
        let Tables {
            sources, networks, ..
        } = &mut *tables;
        let network = network_of(source);
        let of_source = sources.taken(source, now)?;
        let of_network = networks.taken(network, now)?;
        sources.keep(source, of_source, now);
        networks.keep(network, of_network, now);
        Ok(())
    }
}

#[derive(Debug)]
struct Tables {
    limits: ConnectLimits,
    sources: Buckets,
    networks: Buckets,
}

impl Tables {
    fn new(limits: ConnectLimits) -> Self {
        Self {
            limits,
            sources: Buckets::new(limits.per_source, limits.window),
            networks: Buckets::new(limits.per_network, limits.window),
        }
    }
}

/// The buckets of all who have opened something lately.
#[derive(Debug)]
struct Buckets {
    /// What a newcomer has; `None` is no limit.
    full: Option<Bucket>,
    kept: BTreeMap<IpAddr, Bucket>,
    /// At how many buckets it is looked which can go.
    sweep_at: usize,
}

impl Buckets {
    fn new(at_once: u32, window: Duration) -> Self {
        let full = (at_once > 0).then(|| Bucket::new(at_once, window / at_once));
        Self {
            full,
            kept: BTreeMap::new(),
            sweep_at: SWEEP_MIN,
        }
    }

    /// Returns a bucket as it is with one token less; `None` where there is no limit.
    fn taken(&self, key: IpAddr, now: Duration) -> Result<Option<Bucket>, Refusal> {
        let bucket = self.kept.get(&key).or(self.full.as_ref());
        let taken = bucket.map(|bucket| {
            let mut bucket = bucket.clone();
            bucket.take(now).map(|()| bucket)
        });
        taken.transpose().map_err(|_wait| Refusal::SourceThrottled)
    }

    fn keep(&mut self, key: IpAddr, bucket: Option<Bucket>, now: Duration) {
        let Some(bucket) = bucket else { return };
        self.kept.insert(key, bucket);
        if self.kept.len() >= self.sweep_at {
            self.sweep(now);
        }
    }

    /// Forgets full buckets, and of more than three quarters of the table the fullest. It costs what
    /// the table holds, and is due only after the table has grown by a quarter.
    fn sweep(&mut self, now: Duration) {
        self.kept
            .retain(|_, bucket| bucket.full_in(now) > Duration::ZERO);
        if self.kept.len() > KEPT_MAX / 4 * 3 {
            let mut missing: Vec<_> = self.kept.values().map(|b| b.full_in(now)).collect();
            let (_, &mut fullest, _) = missing.select_nth_unstable(KEPT_MAX / 4);
            self.kept.retain(|_, bucket| bucket.full_in(now) > fullest);
        }
        self.sweep_at = (self.kept.len() * 2).clamp(SWEEP_MIN, KEPT_MAX);
    }
}

/// Returns the network around a source.
fn network_of(source: IpAddr) -> IpAddr {
    match source {
        IpAddr::V4(v4) => {
            let [a, b, c, _] = v4.octets();
            Ipv4Addr::new(a, b, c, 0).into()
        }
        IpAddr::V6(v6) => {
            let [a, b, c, ..] = v6.segments();
            Ipv6Addr::new(a, b, c, 0, 0, 0, 0, 0).into()
        }
    }
}

/// Buckets of a table: 1 MiB. With the hub's own limits a bucket that gave one token is full again
/// after half a second, so it takes 16,000 new addresses a second to make the table forget.
const KEPT_MAX: usize = 8_192;
/// Buckets that are not worth a look.
const SWEEP_MIN: usize = 512;
