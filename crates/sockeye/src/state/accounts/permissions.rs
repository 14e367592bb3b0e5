//! Permissions of accounts: what each may do, and names for usual sets of them.

use std::fmt;
use std::str::FromStr;

use sockeye_proto::irc::power::{Power, Powers};

/// What an account may do; a set.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub struct Permissions(u32);

/// A word that names no permission.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnknownPermission(pub String);

impl Permissions {
    /// Nothing.
    pub const NONE: Self = Self(0);
    /// Join the chat with this account.
    pub const CHAT: Self = Self(1);
    /// Read and write files.
    pub const FILES: Self = Self(1 << 1);
    /// Run commands.
    pub const SHELL: Self = Self(1 << 2);
    /// Reach other hosts through the hub.
    pub const PROXY: Self = Self(1 << 3);
    /// All that operators may do, also what later versions add.
    pub const ADMIN: Self = Self(1 << 4);
    /// Send people away from the chat.
    pub const KILL: Self = Self(1 << 5);
    /// Keep people out.
    pub const BAN: Self = Self(1 << 6);
    /// Have the configuration read again.
    pub const REHASH: Self = Self(1 << 7);
    /// See the addresses of others.
    pub const ADDRESSES: Self = Self(1 << 8);
    /// Enter and operate every channel.
    pub const CHANNELS: Self = Self(1 << 9);
    /// Read the audit log.
    pub const AUDIT: Self = Self(1 << 10);

    /// Returns it as it is stored.
    pub(super) const fn bits(self) -> u32 {
        self.0
    }

    /// Reads what is stored.
    pub(super) const fn of_bits(bits: u32) -> Self {
        Self(bits)
    }

    /// Returns what it means in chat; with none of it one is no operator.
    pub fn powers(self) -> Powers {
        let is_held = |power: &Power| self.contains(Self::ADMIN) || self.contains(power.into());
        Power::ALL.into_iter().filter(is_held).collect()
    }

    /// Returns whether all of `other` is in this set.
    pub const fn contains(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }

    /// Returns the names of what is in this set.
    pub fn names(self) -> impl Iterator<Item = &'static str> {
        let contained = PERMISSIONS
            .iter()
            .filter(move |(_, one)| self.contains(*one));
        contained.map(|(name, _)| *name)
    }
}

impl From<&Power> for Permissions {
    fn from(power: &Power) -> Self {
        match power {
            Power::Kill => Self::KILL,
            Power::Ban => Self::BAN,
            Power::Rehash => Self::REHASH,
            Power::Addresses => Self::ADDRESSES,
            Power::Channels => Self::CHANNELS,
            Power::Audit => Self::AUDIT,
        }
    }
}

impl std::ops::BitOr for Permissions {
    type Output = Self;

    fn bitor(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

impl FromStr for Permissions {
    type Err = UnknownPermission;

    /// Reads names of permissions and roles with commas between: `chat,files`, `moderator`.
    fn from_str(text: &str) -> Result<Self, UnknownPermission> {
        let words = text
            .split(',')
            .map(str::trim)
            .filter(|word| !word.is_empty());
        words.into_iter().try_fold(Self::NONE, |set, word| {
            let mut named = PERMISSIONS.iter().chain(&ROLES);
            let found = named.find(|(name, _)| *name == word);
            found
                .map(|(_, one)| set | *one)
                .ok_or_else(|| UnknownPermission(word.to_owned()))
        })
    }
}

impl fmt::Display for Permissions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, name) in self.names().enumerate() {
            write!(f, "{}{name}", if i == 0 { "" } else { "," })?;
        }
        Ok(())
    }
}

impl fmt::Debug for Permissions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Permissions({self})")
    }
}

impl fmt::Display for UnknownPermission {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "unknown permission {:?}; there are ", self.0)?;
        let all = PERMISSIONS
            .iter()
            .fold(Permissions::NONE, |set, (_, one)| set | *one);
        write!(f, "{all}")?;
        let roles = ROLES.map(|(name, role)| format!("{name} ({role})"));
        write!(f, "; and the roles {}", roles.join(" and "))
    }
}

impl std::error::Error for UnknownPermission {}

/// Names and bits; the bits are part of the stored format.
const PERMISSIONS: [(&str, Permissions); 11] = [
    ("chat", Permissions::CHAT),
    ("files", Permissions::FILES),
    ("shell", Permissions::SHELL),
    ("proxy", Permissions::PROXY),
    ("admin", Permissions::ADMIN),
    ("kill", Permissions::KILL),
    ("ban", Permissions::BAN),
    ("rehash", Permissions::REHASH),
    ("addresses", Permissions::ADDRESSES),
    ("channels", Permissions::CHANNELS),
    ("audit", Permissions::AUDIT),
];

/// Words for usual sets; what is stored is the set.
const ROLES: [(&str, Permissions); 2] = [
    ("moderator", Permissions(MODERATOR)),
    (
        "operator",
        Permissions(
            MODERATOR | Permissions::REHASH.0 | Permissions::CHANNELS.0 | Permissions::AUDIT.0,
        ),
    ),
];

const MODERATOR: u32 =
    Permissions::CHAT.0 | Permissions::KILL.0 | Permissions::BAN.0 | Permissions::ADDRESSES.0;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_power_is_a_permission_of_its_name_and_admin_is_all() {
        for power in Power::ALL {
            let one: Permissions = power.name().parse().unwrap();
            assert_eq!(one, Permissions::from(&power));
            assert_eq!(one.powers(), Powers::from(power));
        }
        assert_eq!(Permissions::ADMIN.powers(), Powers::ALL);
        let people = Permissions::CHAT | Permissions::FILES | Permissions::SHELL;
        assert!((people | Permissions::PROXY).powers().is_empty());
    }

    #[test]
    fn roles_are_words_for_sets() {
        let moderator: Permissions = "moderator,files".parse().unwrap();
        assert_eq!(moderator.to_string(), "chat,files,kill,ban,addresses");
        let operator: Permissions = "operator".parse().unwrap();
        assert_eq!(operator.powers(), Powers::ALL);
        assert!(!operator.contains(Permissions::ADMIN));
        let unknown = "moderater".parse::<Permissions>().unwrap_err().to_string();
        assert!(
            unknown.contains("moderator (chat,kill,ban,addresses)"),
            "{unknown}"
        );
    }
}
