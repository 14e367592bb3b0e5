//! Which names are valid, and which are the same.
//!
//! A name is stored and shown as its owner wrote it; its *folded* form is what is compared.

use alloc::string::String;

use super::settings::CaseMapping;

impl CaseMapping {
    /// Returns what a name is compared as; `None` if this mapping has no such name.
    pub fn fold(&self, name: &str) -> Option<String> {
        match self {
            Self::Ascii => Some(name.to_ascii_lowercase()),
            // The profile has no rule for what makes a channel a channel.
            Self::Precis(fold) => match name.strip_prefix(CHANNEL_PREFIX) {
                Some(rest) => Some([CHANNEL_PREFIX, &fold(rest)?].concat()),
                None => fold(name),
            },
        }
    }

    /// Returns the name of the mapping in ISUPPORT.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Ascii => "ascii",
            Self::Precis(_) => "rfc8265",
        }
    }

    /// Returns whether a client may have this nick, as far as the text goes: RFC 2812 section
    /// 2.3.1 for ASCII, and all that PRECIS accepts beyond it where that is the mapping.
    pub fn is_nick(&self, nick: &str) -> bool {
        let first_is_valid = match nick.chars().next() {
            Some(first) => !first.is_ascii_digit() && first != '-',
            None => false,
        };
        let is_valid = |c: char| match self {
            Self::Ascii => is_nick_ascii(c),
            Self::Precis(_) => is_nick_ascii(c) || (!c.is_ascii() && !is_unseen(c)),
        };
        first_is_valid
            && nick.len() <= NICK_BYTES_MAX
            && nick.chars().all(is_valid)
            && self
                .fold(nick)
                .is_some_and(|folded| folded.len() <= NICK_BYTES_MAX)
    }

    /// Returns whether a channel may have this name (RFC 2812 section 1.3, Modern IRC section
    /// Channels), which has to show what it is: nothing invisible and nothing that turns the
    /// direction of writing.
    pub fn is_channel(&self, name: &str) -> bool {
        let Some(rest) = name.strip_prefix(CHANNEL_PREFIX) else {
            return false;
        };
        !rest.is_empty()
            && name.len() <= CHANNEL_BYTES_MAX
            && rest
                .chars()
                .all(|c| !matches!(c, ',' | ':') && !is_unseen(c))
            && self
                .fold(name)
                .is_some_and(|folded| folded.len() <= CHANNEL_BYTES_MAX)
    }
}

/// Whether a name with this character looks like another one: spaces, controls, and the format
/// characters that no word needs (the zero width joiners are letters' parts in some scripts).
pub(crate) fn is_unseen(c: char) -> bool {
    c.is_control()
        || c.is_whitespace()
        || matches!(
            c,
            '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}' | '\u{200e}' | '\u{200f}'
                | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}'
                | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}'
        )
}

/// Letters, digits, specials and the hyphen.
fn is_nick_ascii(c: char) -> bool {
    c.is_ascii_alphanumeric()
        || matches!(
            c,
            '[' | ']' | '\\' | '`' | '_' | '^' | '{' | '|' | '}' | '-'
        )
}

/// What the name of every channel begins with: CHANTYPES.
pub const CHANNEL_PREFIX: &str = "#";

/// Longest nick, bytes: NICKLEN.
pub const NICK_BYTES_MAX: usize = 32;

/// Longest name of a channel, bytes: CHANNELLEN.
pub const CHANNEL_BYTES_MAX: usize = 64;

#[cfg(test)]
mod tests {
    use super::*;

    /// Stands for PRECIS: lower case of everything, no spaces, not empty.
    fn lower(name: &str) -> Option<String> {
        let valid = !name.is_empty() && !name.contains(' ');
        valid.then(|| name.to_lowercase())
    }

    const PRECIS: CaseMapping = CaseMapping::Precis(lower);

    #[test]
    fn ascii_folds_letters_only() {
        assert_eq!(
            CaseMapping::Ascii.fold("AZ[]\\Ä").as_deref(),
            Some("az[]\\Ä")
        );
        assert_eq!(PRECIS.fold("AZÄ").as_deref(), Some("azä"));
        assert_eq!(PRECIS.fold("#AZÄ").as_deref(), Some("#azä"));
        assert_eq!(PRECIS.fold("#"), None);
    }

    #[test]
    fn nicks_are_those_of_the_grammar() {
        for nick in ["a", "[x]", "a-1", "`_^{|}\\", "ab0"] {
            assert!(CaseMapping::Ascii.is_nick(nick), "{nick}");
            assert!(PRECIS.is_nick(nick), "{nick}");
        }
        for nick in [
            "", "1a", "-a", "a b", "a!b", "a@b", "#a", "a.b", ":a", "a\u{7}", "*", "$a", "a,b",
        ] {
            assert!(!CaseMapping::Ascii.is_nick(nick), "{nick}");
            assert!(!PRECIS.is_nick(nick), "{nick}");
        }
        assert!(!CaseMapping::Ascii.is_nick("ä"));
        assert!(PRECIS.is_nick("ä"));
        assert!(!PRECIS.is_nick("a\u{85}"));
    }

    #[test]
    fn channels_are_those_of_the_grammar() {
        for name in ["#a", "##", "#a#b", "#Ä", "#a!b", "#می\u{200c}خواهم"] {
            assert!(CaseMapping::Ascii.is_channel(name), "{name}");
        }
        for name in [
            "",
            "#",
            "a",
            "&a",
            "#a b",
            "#a,b",
            "#a\u{7}",
            "#a:b",
            "#a\u{9f}",
            "#a\u{a0}b",
            "#\u{202e}a",
            "#a\u{200b}",
            "#a\u{feff}",
        ] {
            assert!(!CaseMapping::Ascii.is_channel(name), "{name}");
        }
    }

    #[test]
    fn lengths_are_exact() {
        let nick = "n".repeat(NICK_BYTES_MAX);
        assert!(CaseMapping::Ascii.is_nick(&nick));
        assert!(!CaseMapping::Ascii.is_nick(&[&nick, "n"].concat()));
        let name = ["#", &"c".repeat(CHANNEL_BYTES_MAX - 1)].concat();
        assert!(CaseMapping::Ascii.is_channel(&name));
        assert!(!CaseMapping::Ascii.is_channel(&[&name, "c"].concat()));
        // ẞ folds to something longer or shorter: both forms count.
        assert!(!PRECIS.is_nick(&"İ".repeat(NICK_BYTES_MAX / 2)));
    }
}
