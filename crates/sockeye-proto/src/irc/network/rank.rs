//! What members of a channel may do: their prefixes (Modern IRC, section Channel Membership
//! Prefixes).
//!
//! | Prefix | gives and takes | kicks, takes a prefix from | besides |
//! |---|---|---|---|
//! | `~` founder | all | everybody | |
//! | `&` protected | `@ % +` | up to `@` | is kicked by founders only |
//! | `@` operator | `@ % +` | up to `@` | all modes, topic, invitations |
//! | `%` halfop | `+` | up to `+` | lists, `+i`, `+m`, topic, invitations |
//! | `+` voice | | | speaks in spite of `+m`, `+M`, `+U` and bans |

/// One prefix of a member; the higher may do more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Prefix {
    Voice,
    Halfop,
    Operator,
    Protected,
    Founder,
}

impl Prefix {
    /// All of them, highest first, as PREFIX in ISUPPORT lists them.
    pub(crate) const ALL: [Self; 5] = [
        Self::Founder,
        Self::Protected,
        Self::Operator,
        Self::Halfop,
        Self::Voice,
    ];

    /// Returns the mode letter.
    pub(crate) const fn letter(self) -> char {
        match self {
            Self::Founder => 'q',
            Self::Protected => 'a',
            Self::Operator => 'o',
            Self::Halfop => 'h',
            Self::Voice => 'v',
        }
    }

    /// Returns what stands before the nick.
    pub(crate) const fn symbol(self) -> char {
        match self {
            Self::Founder => '~',
            Self::Protected => '&',
            Self::Operator => '@',
            Self::Halfop => '%',
            Self::Voice => '+',
        }
    }

    pub(crate) fn of_letter(letter: char) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|prefix| prefix.letter() == letter)
    }

    pub(crate) fn of_symbol(symbol: char) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|prefix| prefix.symbol() == symbol)
    }

    /// Returns the lowest prefix that gives and takes this one, and that kicks who has no higher
    /// one.
    pub(crate) const fn given_by(self) -> Self {
        match self {
            Self::Founder | Self::Protected => Self::Founder,
            Self::Operator | Self::Halfop => Self::Operator,
            Self::Voice => Self::Halfop,
        }
    }
}

/// The prefixes of a member.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Rank(u8);

impl Rank {
    pub(crate) fn of(prefixes: impl IntoIterator<Item = Prefix>) -> Self {
        let mut rank = Self::default();
        for prefix in prefixes {
            rank.set(prefix, true);
        }
        rank
    }

    /// Returns the prefixes of who keeps this one: with those above it comes that of operators,
    /// which clients know.
    pub(crate) fn kept(prefix: Prefix) -> Self {
        match prefix {
            Prefix::Founder | Prefix::Protected => Self::of([prefix, Prefix::Operator]),
            _ => Self::of([prefix]),
        }
    }

    /// Returns the prefixes of both.
    pub(crate) const fn with(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    pub(crate) const fn has(self, prefix: Prefix) -> bool {
        self.0 & 1 << prefix as u8 != 0
    }

    pub(crate) fn highest(self) -> Option<Prefix> {
        Prefix::ALL.into_iter().find(|&prefix| self.has(prefix))
    }

    /// Returns whether it has this prefix or a higher one.
    pub(crate) fn is_at_least(self, prefix: Prefix) -> bool {
        self.highest() >= Some(prefix)
    }

    /// Gives or takes a prefix; returns whether that changes anything.
    pub(crate) fn set(&mut self, prefix: Prefix, add: bool) -> bool {
        let changes = self.has(prefix) != add;
        if changes {
            self.0 ^= 1 << prefix as u8;
        }
        changes
    }

    /// Returns the highest prefix (RPL_NAMREPLY in Modern IRC).
    pub(crate) fn prefix(self) -> &'static str {
        self.prefixes(false)
    }

    /// Returns all prefixes, highest first, or the highest alone (IRCv3 multi-prefix).
    pub(crate) fn prefixes(self, all: bool) -> &'static str {
        let prefixes = PREFIXES.get(usize::from(self.0)).copied();
        let prefixes = prefixes.unwrap_or_default();
        match all {
            true => prefixes,
            false => prefixes.get(..1).unwrap_or_default(),
        }
    }

    /// Returns whether somebody of this rank may remove a member of `victim`'s.
    pub(crate) fn may_kick(self, victim: Self) -> bool {
        let least = victim.highest().map_or(Prefix::Halfop, Prefix::given_by);
        self.is_at_least(least)
    }

    /// Returns whether somebody of this rank may give a prefix.
    pub(crate) fn may_give(self, prefix: Prefix) -> bool {
        self.is_at_least(prefix.given_by())
    }

    /// Returns whether somebody of this rank may take a prefix from another member: nobody takes
    /// one from who stands higher.
    pub(crate) fn may_take(self, prefix: Prefix, from: Self) -> bool {
        self.may_give(prefix) && self.highest() >= from.highest()
    }
}

/// What is shown of each rank.
const PREFIXES: [&str; 32] = [
    "", "+", "%", "%+", "@", "@+", "@%", "@%+", "&", "&+", "&%", "&%+", "&@", "&@+", "&@%", "&@%+",
    "~", "~+", "~%", "~%+", "~@", "~@+", "~@%", "~@%+", "~&", "~&+", "~&%", "~&%+", "~&@", "~&@+",
    "~&@%", "~&@%+",
];

#[cfg(test)]
mod tests {
    use std::string::String;

    use super::Prefix::{Founder, Halfop, Operator, Protected, Voice};
    use super::*;

    #[test]
    fn prefixes_come_highest_first() {
        for bits in 0..32 {
            let rank = Rank(bits);
            let held = Prefix::ALL.into_iter().filter(|&prefix| rank.has(prefix));
            let all: String = held.map(Prefix::symbol).collect();
            assert_eq!(rank.prefixes(true), all);
            let highest = rank.highest().map(Prefix::symbol);
            assert_eq!(rank.prefix().chars().next(), highest);
        }
        let mut rank = Rank::of([Voice, Founder]);
        assert!(rank.set(Founder, false));
        assert!(!rank.set(Founder, false));
        assert_eq!(rank, Rank::of([Voice]));
    }

    /// Rows: who kicks; columns: whom, from nobody to founder.
    #[test]
    fn who_kicks_whom() {
        let ranks = [None, Some(Voice), Some(Halfop), Some(Operator)];
        let ranks = ranks.into_iter().chain([Some(Protected), Some(Founder)]);
        let ranks = ranks.map(|prefix| prefix.map_or(Rank::default(), |prefix| Rank::of([prefix])));
        let table = [
            [false; 6],
            [false; 6],
            [true, true, false, false, false, false],
            [true, true, true, true, false, false],
            [true, true, true, true, false, false],
            [true; 6],
        ];
        for (by, row) in ranks.clone().zip(table) {
            for (victim, may) in ranks.clone().zip(row) {
                assert_eq!(by.may_kick(victim), may, "{by:?} {victim:?}");
            }
        }
    }

    #[test]
    fn who_gives_and_takes_what() {
        let given_by = |prefix| {
            [Voice, Halfop, Operator, Protected, Founder].map(|by| Rank::of([by]).may_give(prefix))
        };
        assert_eq!(given_by(Founder), [false, false, false, false, true]);
        assert_eq!(given_by(Protected), [false, false, false, false, true]);
        assert_eq!(given_by(Operator), [false, false, true, true, true]);
        assert_eq!(given_by(Halfop), [false, false, true, true, true]);
        assert_eq!(given_by(Voice), [false, true, true, true, true]);
        let operator = Rank::of([Operator]);
        assert!(operator.may_take(Operator, operator));
        assert!(!operator.may_take(Operator, Rank::of([Founder, Operator])));
        assert!(!Rank::of([Halfop]).may_take(Voice, Rank::of([Operator, Voice])));
        assert!(!Rank::of([Protected]).may_take(Protected, Rank::of([Protected])));
    }
}
