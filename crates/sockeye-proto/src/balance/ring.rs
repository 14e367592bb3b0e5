//! A ring of hashes: a backend that comes or goes moves only the sources next to its places.

use alloc::vec::Vec;

use super::BackendId;

#[derive(Debug, Clone, Default)]
pub(super) struct Ring {
    /// Places in order, with whose they are.
    places: Vec<(u64, BackendId)>,
}

impl Ring {
    /// Makes a ring of backends with their names and weights.
    pub(super) fn new<'a>(backends: impl Iterator<Item = (BackendId, &'a str, u16)>) -> Self {
        let mut places = Vec::new();
        for (id, name, weight) in backends {
            let name = hashed(name.as_bytes());
            let count = u64::from(weight) * PLACES;
            places.extend((0..count).map(|n| (mixed(name ^ mixed(n)), id)));
        }
        places.sort_unstable();
        Self { places }
    }

    /// Goes once around from a source's place; a backend comes more than once.
    pub(super) fn from(&self, source: u64) -> impl Iterator<Item = BackendId> + '_ {
        let place = mixed(source);
        let start = self.places.partition_point(|(at, _)| *at < place);
        let (before, behind) = self.places.split_at_checked(start).unwrap_or_default();
        behind.iter().chain(before).map(|(_, id)| *id)
    }
}

/// Spreads a number over all numbers: the finalizer of SplitMix64 (Steele, Lea, Flood 2014).
pub(super) const fn mixed(number: u64) -> u64 {
    let number = number.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let number = (number ^ (number >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let number = (number ^ (number >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    number ^ (number >> 31)
}

/// FNV-1a, 64 bits: the same on every machine and in every version.
fn hashed(bytes: &[u8]) -> u64 {
    let step = |hash: u64, byte: &u8| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, step)
}

/// Places of a backend for each unit of weight: shares are even to within about a tenth.
const PLACES: u64 = 100;
