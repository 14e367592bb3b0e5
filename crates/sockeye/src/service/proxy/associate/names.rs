//! Names that datagrams go to: looked up beside all else, and remembered for a moment.
//!
//! Invariant: lookups, what waits for them and what is remembered are bounded; what does not fit is dropped
//! by the caller.

use std::collections::VecDeque;
use std::future::poll_fn;
use std::net::IpAddr;
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use bytes::Bytes;
use sockeye_proto::socks::Destination;
use tokio::sync::Semaphore;
use tokio::time::{Instant, timeout};

use super::super::BoxFuture;
use super::drops::Dropped;
use crate::endpoint::{Address, Endpoint, Family, Host};
use crate::transport;

/// The names of one association.
#[derive(Default)]
pub(super) struct Names {
    known: VecDeque<Known>,
    lookups: Vec<Lookup>,
}

struct Known {
    name: String,
    /// None where it does not resolve.
    addresses: Arc<[IpAddr]>,
    until: Instant,
}

struct Lookup {
    name: String,
    waiting: Vec<(Destination, Bytes)>,
    looking: BoxFuture<'static, Arc<[IpAddr]>>,
}

/// What a name stands for, and what has waited for that.
pub(super) struct Answer {
    pub(super) addresses: Arc<[IpAddr]>,
    pub(super) waiting: Vec<(Destination, Bytes)>,
}

impl Names {
    /// Returns what a name stands for, if that is known; nothing where it does not resolve.
    pub(super) fn known(&self, name: &str) -> Option<Arc<[IpAddr]>> {
        let now = Instant::now();
        let is_it = |known: &&Known| known.until > now && known.name.eq_ignore_ascii_case(name);
        self.known
            .iter()
            .find(is_it)
            .map(|known| Arc::clone(&known.addresses))
    }

    /// Keeps a datagram until it is known what the name in its destination stands for.
    pub(super) fn wait(&mut self, to: &Destination, payload: Bytes) -> Result<(), Dropped> {
        let crowded = || Dropped::Crowded(to.to_string());
        let all = self.lookups.iter().flat_map(|lookup| &lookup.waiting);
        let bytes: usize = all.map(|(_, payload)| payload.len()).sum();
        if bytes + payload.len() > WAITING_BYTES_MAX {
            return Err(crowded());
        }
        let name = to.host.to_string();
        let is_it = |lookup: &Lookup| lookup.name.eq_ignore_ascii_case(&name);
        let at = match self.lookups.iter().position(is_it) {
            Some(at) => at,
            None if self.lookups.len() >= LOOKUPS_MAX => return Err(crowded()),
            None => {
                self.lookups.push(Lookup {
                    looking: look_up(name.clone()).ok_or_else(crowded)?,
                    name,
                    waiting: Vec::new(),
                });
                self.lookups.len() - 1
            }
        };
        let waiting = self.lookups.get_mut(at).map(|lookup| &mut lookup.waiting);
        let room = waiting.filter(|waiting| waiting.len() < WAITING_MAX);
        room.ok_or_else(crowded)?.push((to.clone(), payload));
        Ok(())
    }

    /// Waits for the next name that is looked up.
    pub(super) async fn next(&mut self) -> Answer {
        let (at, addresses) = poll_fn(|cx| {
            for (at, lookup) in self.lookups.iter_mut().enumerate() {
                if let Poll::Ready(addresses) = lookup.looking.as_mut().poll(cx) {
                    return Poll::Ready((at, addresses));
                }
            }
            Poll::Pending
        })
        .await;
        let Lookup { name, waiting, .. } = self.lookups.swap_remove(at);
        if self.known.len() >= KNOWN_MAX {
            self.known.pop_front();
        }
        let lifetime = match addresses.is_empty() {
            true => UNRESOLVED_LIFETIME,
            false => LIFETIME,
        };
        self.known
            .retain(|known| !known.name.eq_ignore_ascii_case(&name));
        self.known.push_back(Known {
            name,
            addresses: Arc::clone(&addresses),
            until: Instant::now() + lifetime,
        });
        Answer { addresses, waiting }
    }
}

/// Looks up a name; `None` while the process looks up as many as it may.
fn look_up(name: String) -> Option<BoxFuture<'static, Arc<[IpAddr]>>> {
    let permit = LOOKUPS.try_acquire().ok()?;
    Some(Box::pin(async move {
        let endpoint = Endpoint::from(Address::Tcp {
            host: Host::Name(name),
            port: 0,
            family: Family::Any,
        });
        let looked_up = timeout(LOOKUP_TIME, transport::resolve(&endpoint)).await;
        drop(permit);
        match looked_up {
            Ok(Ok(addresses)) => addresses.iter().map(|at| at.ip()).collect(),
            _ => Arc::default(),
        }
    }))
}

/// Lookups of all associations at once: each takes a thread of the process, which has 512 for such.
static LOOKUPS: Semaphore = Semaphore::const_new(64);

/// Lookups of one association at once.
const LOOKUPS_MAX: usize = 4;

/// Datagrams that wait for one name: what an impatient client sends until the answer comes.
const WAITING_MAX: usize = 16;

/// What waits in all, bytes: two of the largest datagrams.
const WAITING_BYTES_MAX: usize = 128 * 1024;

/// How long a lookup may take: then who asks has given up, or asks again.
const LOOKUP_TIME: Duration = Duration::from_secs(10);

/// Names that are remembered.
const KNOWN_MAX: usize = 64;

/// How long a name is remembered. The system does not tell how long it may be (RFC 1035 section 3.2.1).
const LIFETIME: Duration = Duration::from_secs(30);

/// How long it is remembered that a name does not resolve.
const UNRESOLVED_LIFETIME: Duration = Duration::from_secs(5);

#[cfg(test)]
mod tests {
    use super::*;

    fn to(name: &str) -> Destination {
        let host = sockeye_proto::socks::Host::parse(name).unwrap();
        Destination { host, port: 53 }
    }

    #[tokio::test(start_paused = true)]
    async fn names_are_remembered_for_a_moment() {
        let mut names = Names::default();
        for (name, lifetime) in [
            ("localhost", LIFETIME),
            ("no-such.invalid", UNRESOLVED_LIFETIME),
        ] {
            assert!(names.known(name).is_none());
            names.wait(&to(name), Bytes::from("one")).unwrap();
            names.wait(&to(name), Bytes::from("two")).unwrap();
            let Answer { addresses, waiting } = names.next().await;
            assert_eq!(addresses.is_empty(), lifetime == UNRESOLVED_LIFETIME);
            let waited: Vec<_> = waiting.iter().map(|(_, payload)| &payload[..]).collect();
            assert_eq!(waited, [b"one", b"two"]);
            let shouted = name.to_ascii_uppercase();
            assert_eq!(names.known(&shouted).unwrap(), addresses);
            tokio::time::advance(lifetime).await;
            assert!(names.known(name).is_none(), "{name} is remembered too long");
        }
    }

    #[tokio::test]
    async fn no_more_waits_than_there_is_room_for() {
        let mut names = Names::default();
        for _ in 0..WAITING_MAX {
            names.wait(&to("a.invalid"), Bytes::from("x")).unwrap();
        }
        names.wait(&to("a.invalid"), Bytes::new()).unwrap_err();
        let large = Bytes::from(vec![0; 60_000]);
        names.wait(&to("b.invalid"), large.clone()).unwrap();
        names.wait(&to("b.invalid"), large.clone()).unwrap();
        names.wait(&to("b.invalid"), large).unwrap_err();
        for name in ["c.invalid", "d.invalid"] {
            names.wait(&to(name), Bytes::new()).unwrap();
        }
        names.wait(&to("e.invalid"), Bytes::new()).unwrap_err();
        let mut waited = 0;
        for _ in 0..LOOKUPS_MAX {
            waited += names.next().await.waiting.len();
        }
        assert_eq!(waited, WAITING_MAX + 2 + 2);
        names.wait(&to("e.invalid"), Bytes::new()).unwrap();
    }
}
