//! What the hub's audit log keeps: acts of people with power over others, and over accounts.

use alloc::string::String;

/// A kind of act.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Act {
    /// An operator has come or logged in.
    Operator,
    /// The password was right, but the account is no operator's (OPER).
    OperatorRefused,
    /// Somebody was sent away.
    Kill,
    /// A ban was set.
    Ban,
    /// A ban was taken back.
    Unban,
    /// A new operator's ban would have been one of that operator, and was not set.
    BanRefused,
    /// The configuration was read again.
    Rehash,
    /// A session was ended from the command line.
    SessionKill,
    /// A backend of a balancer was ordered to take sessions or not, or got another weight.
    Backend,
    /// A channel has another name.
    ChannelRename,
    /// Somebody's message was taken back by somebody else.
    Redact,
    /// A channel got an owner.
    ChannelRegister,
    /// A channel got another owner.
    ChannelTransfer,
    /// A channel lost its owner.
    ChannelDrop,
    /// An account was added.
    AccountAdd,
    /// An account was made by its owner.
    AccountRegister,
    /// An account was removed.
    AccountRemove,
    /// An account has another password.
    AccountPassword,
    /// An account has other permissions.
    AccountAllow,
    /// A certificate may log in to an account.
    CertificateAdd,
    /// A certificate may not any more.
    CertificateRemove,
    /// Logins with a wrong secret, summed up.
    LoginFailed,
    /// Something that an account may not do was asked for and denied.
    Denied,
}

/// One act, done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deed {
    /// Of which kind.
    pub act: Act,
    /// Who did it: an account, or the nick of somebody without one.
    pub by: String,
    /// The address that it was done from.
    pub from: Option<String>,
    /// Whom or what it was done to.
    pub on: String,
    /// The account that it was done to.
    pub account: Option<String>,
    /// Why, or what else there is to say. Never a secret.
    pub detail: String,
}

impl Act {
    /// All of them.
    pub const ALL: [Self; 23] = [
        Self::Operator,
        Self::OperatorRefused,
        Self::Kill,
        Self::Ban,
        Self::Unban,
        Self::BanRefused,
        Self::Rehash,
        Self::SessionKill,
        Self::Backend,
        Self::ChannelRename,
        Self::Redact,
        Self::ChannelRegister,
        Self::ChannelTransfer,
        Self::ChannelDrop,
        Self::AccountAdd,
        Self::AccountRegister,
        Self::AccountRemove,
        Self::AccountPassword,
        Self::AccountAllow,
        Self::CertificateAdd,
        Self::CertificateRemove,
        Self::LoginFailed,
        Self::Denied,
    ];

    /// Returns its name, a stable word.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Operator => "operator",
            Self::OperatorRefused => "operator-refused",
            Self::Kill => "kill",
            Self::Ban => "ban",
            Self::Unban => "unban",
            Self::BanRefused => "ban-refused",
            Self::Rehash => "rehash",
            Self::SessionKill => "session-kill",
            Self::Backend => "backend",
            Self::ChannelRename => "channel-rename",
            Self::Redact => "redact",
            Self::ChannelRegister => "channel-register",
            Self::ChannelTransfer => "channel-transfer",
            Self::ChannelDrop => "channel-drop",
            Self::AccountAdd => "account-add",
            Self::AccountRegister => "account-register",
            Self::AccountRemove => "account-remove",
            Self::AccountPassword => "account-password",
            Self::AccountAllow => "account-allow",
            Self::CertificateAdd => "certificate-add",
            Self::CertificateRemove => "certificate-remove",
            Self::LoginFailed => "login-failed",
            Self::Denied => "denied",
        }
    }

    /// Returns whether anybody can cause as many of them as they like, so that they must not push
    /// out the others.
    pub const fn is_strangers(self) -> bool {
        matches!(
            self,
            Self::OperatorRefused
                | Self::AccountRegister
                | Self::ChannelRename
                | Self::Redact
                | Self::ChannelRegister
                | Self::ChannelTransfer
                | Self::ChannelDrop
                | Self::CertificateAdd
                | Self::CertificateRemove
                | Self::LoginFailed
                | Self::Denied
        )
    }
}

#[cfg(test)]
mod tests {
    use alloc::collections::BTreeSet;

    use super::*;

    #[test]
    fn each_act_has_a_word_of_its_own() {
        let words: BTreeSet<_> = Act::ALL.iter().map(|act| act.name()).collect();
        assert_eq!(words.len(), Act::ALL.len());
        assert!(words.iter().all(|word| !word.contains(' ')));
    }
}
