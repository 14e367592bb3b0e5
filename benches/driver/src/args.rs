//! What the scripts ask for.

use std::collections::BTreeMap;
use std::error::Error;
use std::net::SocketAddr;
use std::str::FromStr;

use rustix::process::Pid;

use crate::process::cpu_s;

/// A server to measure.
#[derive(Debug, Clone)]
pub(crate) struct Peer {
    pub(crate) name: String,
    pub(crate) at: SocketAddr,
    /// Its first process; `None` for a direct connection, which has none.
    pub(crate) pid: Option<Pid>,
    /// A second one that belongs to it, if any.
    pub(crate) second: Option<Pid>,
}

/// Keys with their values, and the peers in the order given.
#[derive(Debug, Default)]
pub(crate) struct Args {
    values: BTreeMap<String, String>,
    pub(crate) peers: Vec<Peer>,
}

impl Args {
    /// Reads `--key value` pairs.
    pub(crate) fn parse(mut words: impl Iterator<Item = String>) -> Result<Self, Box<dyn Error>> {
        let mut args = Self::default();
        while let Some(word) = words.next() {
            let key = word
                .strip_prefix("--")
                .ok_or_else(|| format!("{word}: not a --key"))?;
            let value = words
                .next()
                .ok_or_else(|| format!("{word} needs a value"))?;
            match key {
                "peer" => args.peers.push(Peer::parse(&value)?),
                _ => _ = args.values.insert(key.to_owned(), value),
            }
        }
        Ok(args)
    }

    /// Lists the peers in this round's order: each begins a round in its turn, so that none has the
    /// better place always.
    pub(crate) fn peers_in_turn(&self, round: usize) -> impl Iterator<Item = &Peer> {
        let count = self.peers.len();
        (0..count).map(move |index| &self.peers[(index + round) % count])
    }

    /// Returns the value of a key that may be there.
    pub(crate) fn find<T: FromStr<Err: Error + 'static>>(
        &self,
        key: &str,
    ) -> Result<Option<T>, Box<dyn Error>> {
        Ok(self.values.get(key).map(|text| text.parse()).transpose()?)
    }

    /// Returns the value of a key that has to be there.
    pub(crate) fn value<T: FromStr<Err: Error + 'static>>(
        &self,
        key: &str,
    ) -> Result<T, Box<dyn Error>> {
        let text = self
            .values
            .get(key)
            .ok_or_else(|| format!("--{key} is missing"))?;
        Ok(text.parse()?)
    }
}

impl Peer {
    /// Returns the processor time that it has used so far, seconds.
    pub(crate) fn cpu_s(&self) -> f64 {
        cpu_s(self.pid) + cpu_s(self.second)
    }

    fn parse(text: &str) -> Result<Self, Box<dyn Error>> {
        let mut parts = text.split('=');
        let mut part = || {
            parts
                .next()
                .ok_or_else(|| format!("{text}: not NAME=HOST:PORT=PID"))
        };
        let (name, at, pids) = (part()?.to_owned(), part()?.parse()?, part()?);
        let (pid, second) = pids.split_once('+').unwrap_or((pids, "0"));
        Ok(Self {
            name,
            at,
            pid: Pid::from_raw(pid.parse()?),
            second: Pid::from_raw(second.parse()?),
        })
    }
}
