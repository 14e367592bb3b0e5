//! Hosts in place of addresses: what others see of where a client comes from.
//!
//! A cloak has a word for each of three networks around an address, the smallest first:
//!
//! ```text
//!  203.0.113.7     →  (/32).(/24).(/16).ip        *.(/24).(/16).ip   bans 203.0.113.0/24
//!  2001:db8:1:2::3 →  (/64).(/48).(/32).ip        *.(/32).ip         bans 2001:db8::/32
//! ```
//!
//! A word is a keyed digest of its network: who has no key cannot tell which one it is, nor try
//! them all. An address has the same cloak at each visit, for the key stays in the store.

use std::net::IpAddr;

use crate::state::mac;

/// Makes cloaks.
#[derive(Clone)]
pub(super) struct Cloaks {
    key: [u8; 32],
}

impl Cloaks {
    pub(super) fn new(key: [u8; 32]) -> Self {
        Self { key }
    }

    /// Returns what is shown in place of an address. Those of one IPv6 /64 share it, since a client
    /// has all of them.
    pub(super) fn of(&self, address: IpAddr) -> String {
        let (bits, prefixes, family) = match address.to_canonical() {
            IpAddr::V4(v4) => (u128::from(v4.to_bits()) << 96, [32, 24, 16], b"4"),
            IpAddr::V6(v6) => (v6.to_bits(), [64, 48, 32], b"6"),
        };
        let mut host = String::with_capacity(CLOAK_BYTES);
        for prefix_bits in prefixes {
            let network = bits & u128::MAX << (128 - prefix_bits);
            let parts: &[&[u8]] = &[b"cloak", family, &[prefix_bits], &network.to_be_bytes()];
            push_word(&mac(&self.key, parts), &mut host);
            host.push('.');
        }
        host.push_str(ENDING);
        host
    }
}

impl std::fmt::Debug for Cloaks {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Cloaks(***)")
    }
}

/// Writes the beginning of a digest in base32 (RFC 4648 section 6).
fn push_word(digest: &[u8; 32], host: &mut String) {
    let bits = digest[..WORD_BYTES]
        .iter()
        .fold(0_u64, |bits, &byte| bits << 8 | u64::from(byte));
    for place in (0..WORD_LETTERS).rev() {
        let letter = bits >> (5 * place) & 31;
        host.push(char::from(LETTERS[letter as usize]));
    }
}

/// Of a digest: few enough letters for a mask that people type, and more than there are networks.
const WORD_BYTES: usize = 5;

/// Letters of a word, 5 bits each.
const WORD_LETTERS: usize = WORD_BYTES * 8 / 5;

/// Length of a cloak, bytes.
const CLOAK_BYTES: usize = 3 * (WORD_LETTERS + 1) + ENDING.len();

/// Tells a cloak from a name.
const ENDING: &str = "ip";

const LETTERS: &[u8; 32] = b"abcdefghijklmnopqrstuvwxyz234567";

#[cfg(test)]
mod tests {
    use super::*;

    fn cloak(key: u8, address: &str) -> String {
        Cloaks::new([key; 32]).of(address.parse().unwrap())
    }

    fn shared_words(a: &str, b: &str) -> usize {
        let (a, b) = (cloak(1, a), cloak(1, b));
        let pairs = a.rsplit('.').zip(b.rsplit('.'));
        pairs.take_while(|(a, b)| a == b).count() - ENDING_WORDS
    }

    const ENDING_WORDS: usize = 1;

    #[test]
    fn networks_share_the_words_behind() {
        assert_eq!(shared_words("203.0.113.7", "203.0.113.7"), 3);
        assert_eq!(shared_words("203.0.113.7", "203.0.113.8"), 2);
        assert_eq!(shared_words("203.0.113.7", "203.0.114.7"), 1);
        assert_eq!(shared_words("203.0.113.7", "203.1.113.7"), 0);
        assert_eq!(shared_words("2001:db8:1:2::3", "2001:db8:1:2:ffff::"), 3);
        assert_eq!(shared_words("2001:db8:1:2::3", "2001:db8:1:3::3"), 2);
        assert_eq!(shared_words("2001:db8:1:2::3", "2001:db8:2:2::3"), 1);
        assert_eq!(shared_words("2001:db8:1:2::3", "2001:db9:1:2::3"), 0);
    }

    #[test]
    fn a_mapped_address_is_the_ipv4_one() {
        assert_eq!(cloak(1, "::ffff:203.0.113.7"), cloak(1, "203.0.113.7"));
        assert_ne!(cloak(1, "cb00:7107::"), cloak(1, "203.0.113.7"));
    }

    #[test]
    fn the_key_decides() {
        let (one, other) = (cloak(1, "203.0.113.7"), cloak(2, "203.0.113.7"));
        assert!(
            one.split('.')
                .zip(other.split('.'))
                .all(|(a, b)| a != b || a == ENDING)
        );
    }

    #[test]
    fn a_cloak_is_a_host_of_known_length() {
        for address in ["0.0.0.0", "255.255.255.255", "::", "::1"] {
            let cloak = cloak(7, address);
            assert_eq!(cloak.len(), CLOAK_BYTES, "{cloak}");
            let is_letter = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '.';
            assert!(cloak.chars().all(is_letter), "{cloak}");
        }
    }

    #[test]
    fn cloaks_stay_as_they_are() {
        // Bans of channels hold them: another form needs a way to bring those along.
        assert_eq!(cloak(9, "203.0.113.7"), "2pofcumi.awdkn7f5.2eyn3bhe.ip");
        assert_eq!(cloak(9, "2001:db8::1"), "rhlhk2jb.u5rm65pu.fxipufdd.ip");
    }
}
