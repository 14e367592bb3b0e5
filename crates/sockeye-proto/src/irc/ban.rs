//! Bans from a whole network: what operators ask for, and masks. The hub keeps them, since they hold
//! for more than chat.

use alloc::format;
use alloc::string::String;

use super::network::mask;

/// What an operator wants of the bans.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BanRequest {
    /// Keep somebody out.
    Add {
        /// Whom, as written.
        target: String,
        /// For how long, seconds; `None`: until it is taken back.
        span_s: Option<u64>,
        /// What they are told.
        reason: String,
    },
    /// Take a ban back.
    Remove {
        /// Which, as written.
        target: String,
    },
    /// Tell all of them.
    List,
}

/// What an operator wants of the bans, and who that is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BanOrder {
    /// The command by which it is asked for, in capitals: the answers are named by it.
    pub command: String,
    /// Nick, user name and host of the operator, as shown.
    pub source: (String, String, String),
    /// The operator's account.
    pub account: String,
    /// What is wanted.
    pub request: BanRequest,
}

/// A mask `nick!user@host` that does not fit everybody.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BanMask(String);

impl BanMask {
    /// Reads a mask; missing parts become stars. `None` if that would be everybody, or if it is an
    /// entry of another kind.
    pub fn parse(text: &str) -> Option<Self> {
        let canonical = mask::canonical(text).filter(|mask| mask.contains(['!', '@']))?;
        let is_everybody = canonical
            .chars()
            .all(|c| matches!(c, '*' | '?' | '!' | '@' | '.'));
        // No nick has a colon: it would be an entry of a channel's lists.
        let is_mask = !canonical
            .split('!')
            .any(|part| part.contains(':') && !part.contains('@'));
        let is_line = !canonical.contains(|c: char| c.is_control() || c == ' ');
        let is_short = canonical.len() <= BAN_MASK_BYTES_MAX;
        (!is_everybody && is_mask && is_line && is_short).then_some(Self(canonical))
    }

    /// Returns it with all its parts.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Returns whether it fits a client that is shown with this host, or has this address.
    pub fn fits(&self, nick: &str, user: &str, host: &str) -> bool {
        mask::matches(&self.0, &format!("{nick}!{user}@{host}"))
    }
}

/// Reads a span of time, `90m`, `1d` or `2h30m`, and returns its seconds; a number alone is minutes,
/// as in the K-lines of other servers. `None`: it is no span, or longer than 100 years.
pub fn span_s(text: &str) -> Option<u64> {
    let mut rest = text;
    let mut sum_s: u64 = 0;
    while !rest.is_empty() {
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        let (number, unit) = rest.split_at_checked(digits)?;
        let mut units = unit.chars();
        let unit_s = match units.next() {
            None if number.len() == text.len() => 60,
            Some('s') => 1,
            Some('m') => 60,
            Some('h') => 3_600,
            Some('d') => 86_400,
            Some('w') => 7 * 86_400,
            _ => return None,
        };
        rest = units.as_str();
        let number: u64 = number.parse().ok()?;
        sum_s = sum_s.checked_add(number.checked_mul(unit_s)?)?;
    }
    (1..=SPAN_MAX_S).contains(&sum_s).then_some(sum_s)
}

/// Longest mask, bytes: with a reason it fits a line.
pub const BAN_MASK_BYTES_MAX: usize = 128;

/// Longest ban that ends, seconds: 100 years.
const SPAN_MAX_S: u64 = 100 * 365 * 86_400;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_are_read_with_units() {
        for (text, seconds) in [
            ("10", 600),
            ("45s", 45),
            ("90m", 5_400),
            ("2h30m", 9_000),
            ("1d", 86_400),
            ("2w", 1_209_600),
        ] {
            assert_eq!(span_s(text), Some(seconds), "{text}");
        }
        for text in [
            "",
            "0",
            "d",
            "1y",
            "1h30",
            "-1",
            "+5m",
            "1.5h",
            "*!*@h",
            "101w 1d",
            "99999999w",
            "99999999999999999999",
            "18446744073709551615w",
        ] {
            assert_eq!(span_s(text), None, "{text}");
        }
    }

    #[test]
    fn a_mask_must_leave_somebody() {
        for everybody in [
            "*", "*!*@*", "?*", "*@*.*", "!@", "a:ann", "m:bob", "", "a b", "a\u{7}",
        ] {
            assert_eq!(BanMask::parse(everybody), None, "{everybody}");
        }
        assert_eq!(BanMask::parse(&"x".repeat(BAN_MASK_BYTES_MAX)), None);
        let mask = BanMask::parse("bad*@10.0.*").unwrap();
        assert_eq!(mask.as_str(), "*!bad*@10.0.*");
        assert!(mask.fits("bob", "badly", "10.0.0.7"));
        assert!(!mask.fits("bob", "good", "10.0.0.7"));
        assert!(BanMask::parse("BoB").unwrap().fits("bob", "u", "h"));
    }
}
