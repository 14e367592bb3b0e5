//! What operators may do: each power by itself, so that a role is any set of them.

use core::fmt;
use core::ops::BitOr;

/// One thing that an operator may do and others may not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Power {
    /// Send somebody away (KILL).
    Kill,
    /// Keep somebody out (KLINE and the like).
    Ban,
    /// Read the configuration again (REHASH).
    Rehash,
    /// See addresses, certificates and modes of others.
    Addresses,
    /// Enter and operate every channel.
    Channels,
    /// Read who did what (the audit log).
    Audit,
}

/// What somebody may do: a set. Whoever has one of them is an operator.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub struct Powers(u8);

impl Power {
    /// All of them.
    pub const ALL: [Self; 6] = [
        Self::Kill,
        Self::Ban,
        Self::Rehash,
        Self::Addresses,
        Self::Channels,
        Self::Audit,
    ];

    /// Returns its name, as a permission of an account is written.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Kill => "kill",
            Self::Ban => "ban",
            Self::Rehash => "rehash",
            Self::Addresses => "addresses",
            Self::Channels => "channels",
            Self::Audit => "audit",
        }
    }
}

impl Powers {
    /// None: no operator.
    pub const NONE: Self = Self(0);

    /// Every one.
    pub const ALL: Self = Self((1 << Power::ALL.len()) - 1);

    /// Returns whether this one is among them.
    pub const fn has(self, power: Power) -> bool {
        self.0 & 1 << power as u8 != 0
    }

    /// Returns whether there is none.
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }
}

impl From<Power> for Powers {
    fn from(power: Power) -> Self {
        Self(1 << power as u8)
    }
}

impl BitOr<Power> for Powers {
    type Output = Self;

    fn bitor(self, power: Power) -> Self {
        Self(self.0 | 1 << power as u8)
    }
}

impl FromIterator<Power> for Powers {
    fn from_iter<I: IntoIterator<Item = Power>>(powers: I) -> Self {
        powers.into_iter().fold(Self::NONE, BitOr::bitor)
    }
}

impl fmt::Debug for Powers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let held = Power::ALL.into_iter().filter(|&power| self.has(power));
        f.debug_set().entries(held).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_power_is_one_of_its_own() {
        for power in Power::ALL {
            let one = Powers::from(power);
            assert!(!one.is_empty() && Powers::ALL.has(power));
            assert_eq!(Power::ALL.into_iter().filter(|&p| one.has(p)).count(), 1);
        }
        assert_eq!(Power::ALL.into_iter().collect::<Powers>(), Powers::ALL);
        assert!(Power::ALL.into_iter().all(|power| !Powers::NONE.has(power)));
    }
}
